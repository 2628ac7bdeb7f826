package discordweb

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// The faults. Those of the first kind happen once; the others last until they
// are switched off.
var (
	onceFaults = []string{"drop", "reconnect"}
	longFaults = []string{"silence", "offline", "limit", "slow", "error", "lose"}
)

const restartFault = "restart"

// faultNames are the faults that this page offers.
func (w *Web) faultNames() []string {
	out := []string{}
	if w.opts.Faults {
		out = slices.Concat(onceFaults, longFaults)
	}
	if w.opts.Restart != nil {
		out = append(out, restartFault)
	}
	return out
}

type faultArgs struct {
	What string `json:"what"`
	On   bool   `json:"on"`
	Ms   int    `json:"ms"` // of slow
}

// fault lets something go wrong.
func (w *Web) fault(ctx context.Context, _ *caller, in faultArgs) (none, error) {
	if !slices.Contains(w.faultNames(), in.What) {
		return none{}, unknown("There is no fault %q here. There are: %s.", in.What, strings.Join(w.faultNames(), ", "))
	}
	switch in.What {
	case restartFault:
		return none{}, w.alone(ctx, "The bot is being restarted already.", w.restart)
	case "drop", "reconnect":
		for _, app := range w.sim.Applications() {
			if in.What == "drop" {
				w.sim.Faults().DropGateway(app)
			} else {
				w.sim.Faults().Op7(app)
			}
		}
		return none{}, nil
	}
	if err := w.faults.set(in); err != nil {
		return none{}, err
	}
	w.pushWorlds()
	return none{}, nil
}

// faultsOn are the faults that are on, and the restart while it runs.
func (w *Web) faultsOn() []string {
	out := w.faults.names()
	if w.restarting.Load() {
		out = append(out, restartFault)
	}
	return out
}

// restart restarts the bot. Every window knows while it runs: nobody answers.
func (w *Web) restart(ctx context.Context) error {
	w.restarting.Store(true)
	w.pushWorlds()
	defer w.pushWorlds()
	defer w.restarting.Store(false)
	return w.opts.Restart(ctx)
}

// pushWorlds tells every window: the switches are the same in all of them.
func (w *Web) pushWorlds() {
	for _, s := range w.windows() {
		s.pushWorld(s.caller())
	}
}

// alone runs something that must not run twice at a time. It is not given up
// half way because a window closes.
func (w *Web) alone(ctx context.Context, already string, do func(context.Context) error) error {
	if !w.again.TryLock() {
		return refused("%s", already)
	}
	defer w.again.Unlock()
	return do(context.WithoutCancel(ctx))
}

// switches are the faults that are on.
type switches struct {
	sim *discordsim.Sim
	mu  sync.Mutex
	on  map[string]bool
	ms  int
}

func newSwitches(sim *discordsim.Sim) *switches {
	return &switches{sim: sim, on: map[string]bool{}}
}

// names are the faults that are on.
func (f *switches) names() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(longFaults), func(name string) bool { return !f.on[name] })
}

// The delay of a slow Discord, in milliseconds: usual is longer than bots have
// for their first answer.
const (
	usualDelay = 4000
	mostDelay  = 60000
)

// set turns a switch.
func (f *switches) set(in faultArgs) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if in.What == "slow" {
		switch {
		case in.Ms < 0 || in.Ms > mostDelay:
			return refused("The delay must be between 0 and %d milliseconds.", mostDelay)
		case in.Ms == 0:
			in.Ms = usualDelay
		}
		f.ms = in.Ms
	}
	f.on[in.What] = in.On
	f.apply()
	return nil
}

// clear switches everything off.
func (f *switches) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.on)
	f.apply()
}

// apply sets the Sim as the switches say. f.mu is held.
func (f *switches) apply() {
	sim := f.sim.Faults()
	sim.Silence(f.on["silence"])
	sim.Offline(f.on["offline"])
	for name, fault := range map[string]discordsim.Fault{
		"limit": {Status: http.StatusTooManyRequests, RetryAfter: time.Second},
		"error": {Status: http.StatusServiceUnavailable},
		"lose":  {LoseAnswer: true},
		"slow":  {Delay: time.Duration(f.ms) * time.Millisecond},
	} {
		if f.on[name] {
			sim.Always(name, fault)
		} else {
			sim.End(name)
		}
	}
}

// reset puts the world back to its beginning. Every window starts anew.
func (w *Web) reset(ctx context.Context, _ *caller, _ none) (none, error) {
	if w.opts.Reset == nil {
		return none{}, unknown("This page cannot be reset.")
	}
	err := w.alone(ctx, "It is being reset already.", func(ctx context.Context) error {
		w.faults.clear()
		if err := w.opts.Reset(ctx); err != nil {
			return err
		}
		w.marks.clear()
		w.forms.clear()
		return nil
	})
	if err != nil {
		return none{}, err
	}
	for _, s := range w.windows() {
		s.push("reset", func() any { return pushed{"reset"} })
	}
	return none{}, nil
}
