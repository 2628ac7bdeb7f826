package discordweb

import (
	"context"
	"sync"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// mostEntries is how many entries the page is given at first, and how many wait
// for a window that is slow: the oldest are left out then.
const mostEntries = 200

// entry is one thing that went between a bot and the local Discord. One that
// comes again with the same number has changed: an interaction was answered.
type entry struct {
	Seq    int                     `json:"seq"`
	At     int64                   `json:"at"` // milliseconds since 1970
	Kind   discordsim.ExchangeKind `json:"kind"`
	App    string                  `json:"app"`
	Title  string                  `json:"title"`
	Status int                     `json:"status"`
	Ms     float64                 `json:"ms"`
	Body   string                  `json:"body"`
	Answer string                  `json:"answer"`
	Error  string                  `json:"error"`
}

type entryList struct {
	Entries []entry `json:"entries"`
}

type trafficPush struct {
	Push    string  `json:"push"`
	Entries []entry `json:"entries"`
}

func showExchange(x discordsim.Exchange) entry {
	out := entry{
		Seq: x.Seq, At: x.At.UnixMilli(), Kind: x.Kind, Title: x.Title, Status: x.Status,
		Ms: float64(x.Took.Microseconds()) / 1000, Body: x.Body, Answer: x.Answer, Error: x.Error,
	}
	if x.App != nil {
		out.App = x.App.Name
	}
	return out
}

type trafficArgs struct {
	On bool `json:"on"`
}

// traffic lists the last entries, and lets a window follow those to come. It
// follows first, so that none falls in between; one may come twice.
func (w *Web) traffic(_ context.Context, c *caller, in trafficArgs) (entryList, error) {
	out := entryList{[]entry{}}
	if c.window != nil {
		c.window.listen(in.On)
		if !in.On {
			return out, nil
		}
	}
	list := w.sim.Traffic()
	for _, x := range list[max(0, len(list)-mostEntries):] {
		out.Entries = append(out.Entries, showExchange(x))
	}
	return out, nil
}

// ear is how a window follows the traffic.
type ear struct {
	stop func()
	done chan struct{}

	mu      sync.Mutex
	waiting []entry
	told    bool // the window is about to take what waits
}

// listen lets the window follow the traffic, or no longer.
func (s *socket) listen(on bool) {
	s.turn.Lock()
	defer s.turn.Unlock()
	if on == (s.ear != nil) {
		return
	}
	if !on {
		s.ear.stop()
		<-s.ear.done
		s.ear = nil
		return
	}
	exchanges, stop := s.web.sim.WatchTraffic()
	e := &ear{stop: stop, done: make(chan struct{})}
	s.ear = e
	go func() {
		defer close(e.done)
		for x := range exchanges {
			if e.hear(showExchange(x)) {
				s.push("", e.tell)
			}
		}
	}()
}

// hear keeps an entry until the window takes it, and reports whether it must be
// told that there is something.
func (e *ear) hear(x entry) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.waiting = append(e.waiting, x)
	e.waiting = e.waiting[max(0, len(e.waiting)-mostEntries):]
	fresh := !e.told
	e.told = true
	return fresh
}

// tell is all that waits.
func (e *ear) tell() any {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := trafficPush{"traffic", e.waiting}
	e.waiting, e.told = nil, false
	return out
}
