package app_test

import (
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// shortLease makes a silent host lost soon.
const shortLease = "CLOUDENGINE_HOST_LEASE=6s"

// The machine burns down in the middle of an apply: another replica says what is
// known, the stack stays locked until an admin unlocks it, and then the rest is
// created.
func TestMachineIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	machine := t.TempDir()
	first := w.launchIn(machine, shortLease, takesLong)
	w.project()
	lobby := w.planned("2 to add", "vpc", "compute_vm")
	w.creating(lobby, "compute_vm.web")
	w.conf.DataDir = machine
	first.kill()
	if err := syscall.Kill(w.supervisor(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(machine, "runs")); err != nil {
		t.Fatal(err)
	}
	w.launchIn(t.TempDir(), shortLease)
	w.readStore = w.openStore()

	mention(t, w.lobby(lobby, "locked until that host reports", "1 created and kept").Text(), "vpc.main", "compute_vm.web")
	s := w.session()
	if s.State != session.Failed || s.Failure == nil || !s.Failure.Interrupted {
		t.Fatalf("the session is %s, %+v", s.State, s.Failure)
	}
	w.click(w.grace, lobby, "Plan again")
	again := w.lobby(lobby, "locked", "1 to add")
	if b, ok := again.Button("Approve & Deploy"); ok && !b.Disabled {
		in := w.click(w.grace, lobby, "Approve & Deploy")
		mention(t, w.said(in), "locked")
	}
	w.unlock()
	w.ready(lobby, "1 to add") // what was copied of the state before knows the network
	w.click(w.grace, lobby, "Approve & Deploy")
	w.lobby(lobby, "Applied")
	if c := w.created(); c["vpc.main"] != 1 {
		t.Errorf("created: %v", c)
	}
}

// unlock takes the stack from a host that is lost.
func (w *world) unlock() {
	w.t.Helper()
	form, err := w.ada.Slash(w.ctx, w.ops, "cloud-unlock", discordsim.Args{"project": "dev", "stack": "main"})
	if err != nil || form.Modal() == nil {
		w.t.Fatalf("no form to unlock by: %v", err)
	}
	in, err := w.ada.Submit(w.ctx, form.Modal(), discordsim.Fields{"Name of the stack": "main", "Why": "it burnt down"})
	if err != nil {
		w.t.Fatal(err)
	}
	mention(w.t, w.said(in), "is unlocked")
}

// A host comes back when its stack has been taken from it, with a state that nobody
// has: it is not the stack's any more, and it is not thrown away.
func TestHostComesBackTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	machine := t.TempDir()
	first := w.launchIn(machine, shortLease, takesLong)
	w.project()
	lobby := w.planned("2 to add", "vpc", "compute_vm")
	w.creating(lobby, "compute_vm.web")
	first.kill()
	second := w.launchIn(t.TempDir(), shortLease)
	w.readStore = w.openStore()
	w.lobby(lobby, "locked until that host reports")
	w.unlock()
	w.awaitCreated(2) // Terraform went on
	w.click(w.grace, lobby, "Plan again")
	w.ready(lobby, "1 to add")
	second.kill()

	w.launchIn(machine, shortLease)
	kept := w.awaitMatch(filepath.Join(machine, "runs", "kept-apply-*", "terraform.tfstate"))
	if raw, err := os.ReadFile(kept); err != nil || !strings.Contains(string(raw), "compute_vm") {
		t.Errorf("what it brought is not there: %v", err)
	}
	mention(t, w.ready(lobby, "1 to add").Text(), "compute_vm.web") // the stack's state is what it was
}

// awaitMatch waits for a file whose name matches.
func (w *world) awaitMatch(pattern string) string {
	w.t.Helper()
	for {
		found, err := filepath.Glob(pattern)
		switch {
		case err != nil || w.ctx.Err() != nil:
			w.t.Fatalf("no file %s: %v", pattern, err)
		case len(found) > 0:
			return found[0]
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// A replica loses the database, and nothing else, while it applies: it counts as
// lost, applies to the end all the same, and reports when the database is back.
func TestReplicaIsCutOffWhileItApplies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, breakable, overHTTP(t))
	cable := w.newCable()
	w.conf.DataDir = t.TempDir()
	first := w.launchIn(w.conf.DataDir, shortLease, "DATABASE_URL="+cable.url, "TEST_SANDBOX_SECONDS=10")
	w.project()
	lobby := w.planned("3 to add", "vpc", "compute_vm", "database")
	thread := w.creating(lobby, "vpc.main")
	second := w.launchIn(t.TempDir(), shortLease)
	w.readStore = w.openStore()
	w.balance(second.url, first.url)
	cable.cut()

	w.lobby(lobby, "locked until that host reports")
	if s := w.session(); s.State != session.Failed {
		t.Errorf("the session is %s", s.State)
	}
	w.awaitCreated(3) // Terraform knows nothing of all this
	cable.mend()
	w.await(thread, w.grace, "the host's report", discordsim.Containing("The host that was lost is back"))
	w.createdOnce("vpc.main", "compute_vm.web", "database.db")
	if s := w.session(); s.State != session.Failed {
		t.Errorf("the session is %s after the report", s.State)
	}
	again := w.deploy(w.grace, nil)
	w.click(w.grace, again, "Refresh")
	w.lobby(again, "Nothing to do") // all that was created is in the state, and the stack is free
}

// A replica that is cut off stays on the gateway, and the other joins it there: what
// people ask is answered, once, by the one that can.
func TestReplicaIsCutOffAndHoldsTheGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, breakable)
	cable := w.newCable()
	w.launchIn(t.TempDir(), "DATABASE_URL="+cable.url)
	w.project()
	w.launchIn(t.TempDir())
	cable.cut()
	if err := w.sim.AwaitSessions(w.ctx, w.bot, 2); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		mention(t, w.reply(w.grace, "cloud-list", nil), "You have no deployment yet")
	}
	lobby := w.planned("1 to add", "vpc")
	cable.mend()
	if err := w.sim.AwaitSessions(w.ctx, w.bot, 1); err != nil {
		t.Fatal(err)
	}
	w.click(w.grace, lobby, "Approve & Deploy")
	w.lobby(lobby, "Applied")
	w.createdOnce("vpc.main")
}

// cable is a way to the world's Postgres that can be cut.
type cable struct {
	t      *testing.T
	url    string // of the database, through the cable
	path   string // of the socket on this side
	server string // of the socket on the other

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]bool
	carrying sync.WaitGroup
}

func (w *world) newCable() *cable {
	w.t.Helper()
	u, err := url.Parse(w.db.URL)
	if err != nil {
		w.t.Fatal(err)
	}
	const socket = ".s.PGSQL.5432"
	dir, err := os.MkdirTemp("", "cecable") // short, as a socket's path must be
	if err != nil {
		w.t.Fatal(err)
	}
	q := u.Query()
	c := &cable{t: w.t, path: filepath.Join(dir, socket), server: filepath.Join(q.Get("host"), socket), conns: map[net.Conn]bool{}}
	q.Set("host", dir)
	u.RawQuery = q.Encode()
	c.url = u.String()
	c.mend()
	w.t.Cleanup(func() {
		c.cut()
		_ = os.RemoveAll(dir)
	})
	return c
}

// mend lets connections through.
func (c *cable) mend() {
	c.t.Helper()
	l, err := net.Listen("unix", c.path)
	if err != nil {
		c.t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listener = l
	c.carrying.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			c.carry(near)
		}
	})
}

// carry connects one client.
func (c *cable) carry(near net.Conn) {
	far, err := net.Dial("unix", c.server)
	if err != nil {
		_ = near.Close()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conns[near], c.conns[far] = true, true
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		c.carrying.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			_ = way[0].Close()
			_ = way[1].Close()
		})
	}
}

// cut breaks every connection, and takes no other.
func (c *cable) cut() {
	c.mu.Lock()
	_ = c.listener.Close()
	for conn := range c.conns {
		_ = conn.Close()
	}
	clear(c.conns)
	c.mu.Unlock()
	c.carrying.Wait()
}
