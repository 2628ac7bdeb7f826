package demo

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// shown is a demo that runs in a browser's place.
type shown struct {
	ctx     context.Context
	address string
	end     func() (output string) // returns once it has ended
}

// mustShow opens the demo, in a directory of temporary files of its own.
func mustShow(t *testing.T, listen string) *shown {
	t.Helper()
	tmp, err := os.MkdirTemp("", "demo-test-") // not t.TempDir: Postgres' user may not enter that
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(tmp) })
	if err := os.Chmod(tmp, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", tmp)
	d := mustRun(t, listen)
	end := d.end
	d.end = sync.OnceValue(func() string {
		out := end()
		if left, _ := filepath.Glob(filepath.Join(tmp, "cloudengine-demo-*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		return out
	})
	t.Cleanup(func() { d.end() })
	return d
}

// mustRun opens the demo; several may run at once.
func mustRun(t *testing.T, listen string) *shown {
	t.Helper()
	env := map[string]string{"CLOUDENGINE_TERRAFORM_USER": "root", "CLOUDENGINE_DATA": t.TempDir(), "CLOUDENGINE_STREAM_INTERVAL": "500ms"}
	c, err := config.Load(func(name string) string { return env[name] }, config.Demo)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
	opened := make(chan string, 1)
	var out bytes.Buffer
	var running sync.WaitGroup
	running.Go(func() {
		err := Show(ctx, Options{Config: c, Out: &out, Version: "test", Listen: listen, Open: func(address string) error {
			opened <- address
			return nil
		}})
		if err != nil {
			t.Errorf("%v\n%s", err, out.String())
		}
		close(opened)
	})
	end := sync.OnceValue(func() string {
		stop()
		running.Wait()
		return out.String()
	})
	t.Cleanup(func() { end() })
	address := <-opened
	if address == "" {
		t.Fatal("it did not start")
	}
	return &shown{ctx: ctx, address: address, end: end}
}

// What a newcomer plays with, from the first hello to the end in the middle of an
// apply. The steps are those of the tour, with a restart and a reset between them.
func TestShow(t *testing.T) {
	d := mustShow(t, "")
	everybody := []string{grace, linus, ada, barbara, eve}
	for _, name := range everybody {
		_, r := mustWindow(d.ctx, t, d.address, name)
		if r.Me.Name != name || !slices.Equal(names(r.People), everybody) || r.Me.Note == "" {
			t.Errorf("%s is %+v among %v", name, r.Me, r.People)
		}
		if !slices.Equal(names(r.Channels), []string{"ops", "general"}) || r.Guild.Name != "Acme" {
			t.Errorf("%s sees %v of %s", name, r.Channels, r.Guild.Name)
		}
		if len(r.Tour) != 6 || !r.CanReset || !slices.Contains(r.Faults, "restart") || r.Warning != "" {
			t.Errorf("%s: %+v", name, r)
		}
	}
	dev, before := mustWindow(d.ctx, t, d.address, grace)
	lobby := dev.deploy()

	dev.mustCall("fault", map[string]any{"what": "restart"}, nil)
	dev.add(lobby)
	dev.mustWait(map[string]any{"contains": "Plan ready"})

	dev.mustCall("reset", nil, nil)
	dev.next(func(f frame) bool { return f.Push == "reset" })
	dev, after := mustWindow(d.ctx, t, d.address, grace)
	if !slices.Equal(names(after.People), everybody) || after.Me.ID == before.Me.ID {
		t.Errorf("after the reset: %v, grace is %s and was %s", after.People, after.Me.ID, before.Me.ID)
	}
	dev.add(dev.deploy())
	ready := dev.mustWait(map[string]any{"contains": "Plan ready", "button": map[string]any{"label": "Approve & Deploy", "enabled": true}})
	approver, _ := mustWindow(d.ctx, t, d.address, linus)
	approver.mustCall("press", map[string]any{"channel": "ops", "message": ready.ID, "component": map[string]any{"label": "Approve & Deploy"}}, nil)
	approver.mustWait(map[string]any{"contains": "Applying"})

	out := d.end()
	if !strings.Contains(out, "Open "+d.address+" in a browser.") || strings.Contains(out, "Warning") {
		t.Errorf("it printed:\n%s", out)
	}
}

// While the bot is restarted, which takes its time, the page still learns who is who.
func TestNotesWhileTheBotRestarts(t *testing.T) {
	t.Parallel()
	sim, err := discordsim.Start(discordsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	w := &world{sim: sim, bot: sim.NewApplication("Cloud Engine")}
	w.makeGuild()
	w.mu.Lock()
	defer w.mu.Unlock()
	note := make(chan string, 1)
	go func() { note <- w.note(w.people[linus].ID) }()
	select {
	case got := <-note:
		if got == "" || w.note("1") != "" {
			t.Errorf("linus %q, nobody %q", got, w.note("1"))
		}
	case <-time.After(10 * time.Second):
		t.Error("the page waits for the restart")
	}
}

// deploy runs /cloud-deploy and returns the lobby.
func (w *window) deploy() message {
	w.mustCall("slash", map[string]any{"channel": "ops", "name": "cloud-deploy", "args": map[string]any{"project": "dev"}}, nil)
	return w.mustWait(map[string]any{"contains": "Nothing here yet"})
}

// add adds a network, by its form.
func (w *window) add(lobby message) {
	w.t.Helper()
	menu := map[string]any{"placeholder": "Add resource"}
	w.mustCall("press", map[string]any{"channel": "ops", "message": lobby.ID, "component": menu, "values": []string{"vpc"}}, nil)
	form := w.next(func(f frame) bool { return f.Push == "modal" })
	w.mustCall("submit", map[string]any{"modal": form.Modal.Key, "fields": map[string]any{"name": "main"}}, nil)
}
