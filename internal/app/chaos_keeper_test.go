package app_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// keeper starts a bot again whenever it ends, as an init does.
type keeper struct {
	w         *world
	dir, addr string
	more      []string // of its environment

	mu     sync.Mutex
	cmd    *exec.Cmd
	up     chan struct{} // closed while it is up
	asked  string        // why it ends: what was done to it
	ending bool
	odd    []string // ends that nobody asked for
	done   chan struct{}
}

// keep keeps a bot running until the test ends.
func (w *world) keep(dir, templates string) *keeper {
	w.t.Helper()
	k := &keeper{w: w, dir: dir, addr: freePort(w.t), up: make(chan struct{}), done: make(chan struct{})}
	k.more = []string{"CLOUDENGINE_LISTEN=" + k.addr, "CLOUDENGINE_TEMPLATES=" + templates, "TEST_SANDBOX_SECONDS=1", "TEST_WATCHDOG=3s",
		"CLOUDENGINE_CANCEL_GRACE=1s", "CLOUDENGINE_SWEEP_EVERY=5s", "CLOUDENGINE_PARALLEL=3"}
	go k.run()
	w.t.Cleanup(func() { _ = k.end() })
	return k
}

func (k *keeper) url() string { return "http://" + k.addr }

func (k *keeper) run() {
	defer close(k.done)
	for k.live() {
		time.Sleep(200 * time.Millisecond) // as long as an init lets it rest
	}
}

// live is one life of the bot; false when there is to be no other.
func (k *keeper) live() bool {
	cmd := k.w.botProgram(k.dir, k.more...)
	out, err := cmd.StdoutPipe()
	k.mu.Lock()
	if err == nil && !k.ending {
		err = cmd.Start()
		k.cmd, k.asked = cmd, ""
	}
	ending := k.ending
	k.mu.Unlock()
	if err != nil || ending {
		return !ending
	}
	wasUp := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "up ") {
			wasUp = true
			k.mu.Lock()
			close(k.up)
			k.mu.Unlock()
		}
	}
	err = cmd.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	if wasUp {
		k.up = make(chan struct{})
	}
	if wasUp && (k.asked == "" || k.asked == "SIGTERM" && err != nil) {
		k.odd = append(k.odd, fmt.Sprintf("a bot ended after %q: %v", k.asked, err))
	}
	k.cmd = nil
	return !k.ending
}

// signal does something to the bot, if it runs.
func (k *keeper) signal(s syscall.Signal, what string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.cmd == nil || k.cmd.Process == nil || k.asked != "" {
		return false
	}
	k.asked = what
	return k.cmd.Process.Signal(s) == nil
}

func (k *keeper) kill() bool      { return k.signal(syscall.SIGKILL, "kill -9") }
func (k *keeper) terminate() bool { return k.signal(syscall.SIGTERM, "SIGTERM") }

// awaitUp waits until the bot is up.
func (k *keeper) awaitUp(ctx context.Context) {
	k.w.t.Helper()
	k.mu.Lock()
	up := k.up
	k.mu.Unlock()
	select {
	case <-up:
	case <-ctx.Done():
		k.w.t.Fatal("the bot does not come up")
	}
}

// end stops the bot for good.
func (k *keeper) end() error {
	k.mu.Lock()
	k.ending = true
	k.mu.Unlock()
	k.terminate()
	select {
	case <-k.done:
		return nil
	case <-time.After(30 * time.Second):
		k.mu.Lock()
		if k.cmd != nil {
			_ = k.cmd.Process.Kill()
		}
		k.mu.Unlock()
		<-k.done
		return errors.New("it did not end within 30 s of SIGTERM")
	}
}

// strange are the ends that nobody asked for.
func (k *keeper) strange() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.odd
}
