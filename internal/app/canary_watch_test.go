package app_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// familyWatch looks at the processes below one, over and over, and keeps the
// environment of each.
type familyWatch struct {
	mu   sync.Mutex
	seen remains // "environment of" and the command
	end  chan struct{}
	done sync.WaitGroup
}

func watchFamily(t *testing.T, root int) *familyWatch {
	t.Helper()
	f := &familyWatch{seen: remains{}, end: make(chan struct{})}
	f.done.Go(func() {
		for often := time.NewTicker(10 * time.Millisecond); ; {
			f.look(root)
			select {
			case <-f.end:
				often.Stop()
				return
			case <-often.C:
			}
		}
	})
	t.Cleanup(f.stop)
	return f
}

func (f *familyWatch) stop() {
	f.mu.Lock()
	select {
	case <-f.end:
	default:
		close(f.end)
	}
	f.mu.Unlock()
	f.done.Wait()
}

// look reads the environments of the descendants of a process.
func (f *familyWatch) look(pid int) {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	parent, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	for _, list := range lists {
		raw, _ := os.ReadFile(list)
		for _, child := range strings.Fields(string(raw)) {
			// The command first: until a process that was forked becomes another it has
			// its parent's command and environment, and is its parent.
			command, _ := os.ReadFile(filepath.Join("/proc", child, "cmdline"))
			env, _ := os.ReadFile(filepath.Join("/proc", child, "environ"))
			if number, err := strconv.Atoi(child); err == nil {
				f.look(number)
			}
			if len(command) == 0 || len(env) == 0 || bytes.Equal(command, parent) {
				continue
			}
			f.mu.Lock()
			f.seen["environment of "+child+" "+strings.ReplaceAll(string(command), "\x00", " ")] = env
			f.seen["command "+child+" "+string(command)] = command
			f.mu.Unlock()
		}
	}
}

// addTo adds what was seen so far.
func (f *familyWatch) addTo(p remains) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for where, raw := range f.seen {
		p[where] = raw
	}
}
