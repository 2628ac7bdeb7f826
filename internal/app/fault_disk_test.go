package app_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// disk is a small disk of its own under the run directories.
type disk struct {
	t       *testing.T
	path    string
	ballast string
}

// smallDisk puts the run directories on a disk that the test can fill. Mounting is
// root's; everybody else leaves these tests out.
func (w *world) smallDisk() *disk {
	w.t.Helper()
	if os.Geteuid() != 0 {
		w.t.Skip("only root can mount a small disk")
	}
	d := &disk{t: w.t, path: filepath.Join(w.conf.DataDir, "runs")}
	d.ballast = filepath.Join(d.path, "ballast")
	if err := os.MkdirAll(d.path, 0o711); err != nil {
		w.t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", d.path, "tmpfs", 0, "size=4m,mode=711"); err != nil {
		w.t.Fatalf("mount a small disk: %v", err)
	}
	w.t.Cleanup(func() {
		if err := unix.Unmount(d.path, unix.MNT_DETACH); err != nil {
			w.t.Errorf("unmount: %v", err)
		}
	})
	return d
}

// fill leaves no room, but for so many bytes.
func (d *disk) fill(room int64) {
	d.t.Helper()
	f, err := os.OpenFile(d.ballast, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatal(err)
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		err = f.Truncate(max(0, end-room))
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// clear makes room again.
func (d *disk) clear() {
	d.t.Helper()
	if err := os.Remove(d.ballast); err != nil {
		d.t.Fatal(err)
	}
}

// The disk is full while Terraform creates something: what it could write down is
// kept, people are told why it failed, and with room the rest is created. That the
// run has ended can be written down, whoever has to.
func TestDiskIsFullWhileTerraformWrites(t *testing.T) {
	t.Parallel()
	for name, killed := range map[string]bool{"Terraform fails": false, "its supervisor is killed besides": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, slow(8)) // time to fill the disk, on a busy machine too
			small := w.smallDisk()
			w.start().project()
			lobby := w.planned("3 to add", "vpc", "compute_vm", "database")
			thread := w.creating(lobby, "compute_vm.web")
			small.fill(0)
			if killed {
				if err := syscall.Kill(w.supervisor(), syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
			}
			mention(t, w.lobby(lobby, "Plan again").Text(), "disk of the engine's host is full")
			w.checkThread(thread, w.ended(thread))
			s := w.session()
			if s.State != session.Failed || s.Failure == nil {
				t.Fatalf("the session is %s, %+v", s.State, s.Failure)
			}
			if named := slices.Concat(s.Failure.Unfinished, s.Failure.Unsaved); !slices.Contains(each(named, plan.Label), "compute_vm.web") {
				t.Errorf("not named: %v", named)
			}

			small.clear()
			w.click(w.grace, lobby, "Plan again")
			// What had been half made when it was killed is whole by Terraform's lights.
			whole := discordsim.Containing("Nothing to do")
			next := w.await(w.ops, w.grace, "a plan", func(m discordsim.Message) bool {
				return m.ID == lobby.ID && (whole(m) || discordsim.Containing("Plan ready")(m))
			})
			if !whole(next) {
				w.approveTypingName(lobby)
				w.lobby(lobby, "Applied")
			}
			if c := w.created(); c["vpc.main"] != 1 {
				t.Errorf("created: %v", c)
			}
		})
	}
}

// The disk is full before Terraform starts: nothing is done, and it is said.
func TestDiskIsFullBeforeTheStart(t *testing.T) {
	t.Parallel()
	for name, room := range map[string]int64{"no room at all": 0, "room for a part of the files": 16 << 10} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			small := w.smallDisk()
			w.start().project()
			lobby := w.planned("1 to add", "vpc")
			small.fill(room)
			w.click(w.grace, lobby, "Approve & Deploy")
			mention(t, w.lobby(lobby, "Not started", "Plan again").Text(), "disk of the engine's host is full", "Nothing was changed")
			small.clear()
			w.click(w.grace, lobby, "Plan again")
			w.click(w.grace, w.ready(lobby, "1 to add"), "Approve & Deploy")
			w.lobby(lobby, "Applied")
			w.createdOnce("vpc.main")
		})
	}
}

func TestDiskIsFullWhilePlanning(t *testing.T) {
	t.Parallel()
	for name, room := range map[string]int64{"no room at all": 0, "room for the files, not for Terraform": 16 << 10} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			small := w.smallDisk()
			w.start().project()
			lobby := w.deploy(w.grace, nil)
			small.fill(room)
			w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
			mention(t, w.lobby(lobby, "Plan failed", "Plan again").Text(), "disk of the engine's host is full")
			small.clear()
			w.click(w.grace, lobby, "Plan again")
			w.click(w.grace, w.ready(lobby, "1 to add"), "Approve & Deploy")
			w.lobby(lobby, "Applied")
		})
	}
}
