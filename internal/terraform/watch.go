package terraform

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// lockPoll is how often the lock is asked where nothing tells of its end: the
// kernel has no notification of a process's end (pidfds came with Linux 5.3),
// the supervisor has not signed yet, or has ended while another holds its lock
// for a moment, as a process does between fork and exec.
const lockPoll = 500 * time.Millisecond

// watch wakes its owner when one of the named files may have changed, and when
// the supervisor may have ended. A wake-up says "look", nothing more; several
// become one.
type watch struct {
	wake   chan struct{}
	fs     *fsnotify.Watcher
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// watch starts watching. The owner looks once first, as what was there before
// wakes nobody.
func (d Dir) watch(ctx context.Context, files ...string) (*watch, error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch run directory: %w", err)
	}
	if err := notify.Add(d.path); err != nil {
		notify.Close()
		return nil, fmt.Errorf("watch run directory: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	w := &watch{wake: make(chan struct{}, 1), fs: notify, cancel: cancel}
	w.wg.Go(func() { w.files(files) })
	w.wg.Go(func() { w.supervisor(ctx, d) })
	return w, nil
}

func (w *watch) close() {
	w.cancel()
	w.fs.Close()
	w.wg.Wait()
}

func (w *watch) notify() {
	select {
	case w.wake <- struct{}{}:
	default: // one is pending already
	}
}

func (w *watch) files(names []string) {
	wanted := map[string]bool{exitFile: true}
	for _, n := range names {
		wanted[n] = true
	}
	for {
		select {
		case e, ok := <-w.fs.Events:
			if !ok {
				return
			}
			if wanted[filepath.Base(e.Name)] {
				w.notify()
			}
		case _, ok := <-w.fs.Errors: // an overflow: something may have been missed
			if !ok {
				return
			}
			w.notify()
		}
	}
}

// supervisor wakes the owner once the supervisor has ended, and then until its
// lock is free.
func (w *watch) supervisor(ctx context.Context, d Dir) {
	if id, err := d.livingSupervisor(); err == nil {
		_ = id.wait(ctx) // where it cannot be waited for, the lock is asked
	}
	tick := time.NewTicker(lockPoll)
	defer tick.Stop()
	for ctx.Err() == nil {
		held, err := lockHeld(d.File(lockFile))
		w.notify()
		if !held && err == nil {
			return
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// over reports whether no supervisor will write any more: it wrote its exit, or
// it is gone.
func (d Dir) over() (bool, error) {
	if d.has(exitFile) {
		return true, nil
	}
	held, err := lockHeld(d.File(lockFile))
	return !held, err
}
