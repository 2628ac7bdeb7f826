package terraform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// identity names a process for good: a pid alone may be somebody else's later.
type identity struct {
	PID   int    `json:"pid"`
	Start uint64 `json:"start"` // in clock ticks since boot
	Boot  string `json:"boot"`  // the kernel's boot id
}

// process is what /proc/<pid>/stat says.
type process struct {
	identity
	state   byte
	parent  int
	session int
}

func self() (identity, error) {
	p, err := readProcess(os.Getpid())
	return p.identity, err
}

func readProcess(pid int) (process, error) {
	raw, err := os.ReadFile(procPath(pid, "stat"))
	if err != nil {
		return process{}, err
	}
	return parseStat(pid, raw)
}

// parseStat reads "pid (comm) state ppid pgrp session … starttime …"; comm may
// hold spaces and parentheses itself.
func parseStat(pid int, raw []byte) (process, error) {
	end := bytes.LastIndexByte(raw, ')')
	if end < 0 {
		return process{}, fmt.Errorf("odd stat of process %d", pid)
	}
	f := strings.Fields(string(raw[end+1:]))
	if len(f) < 20 {
		return process{}, fmt.Errorf("odd stat of process %d", pid)
	}
	parent, err1 := strconv.Atoi(f[1])
	session, err2 := strconv.Atoi(f[3])
	start, err3 := strconv.ParseUint(f[19], 10, 64)
	if err := errors.Join(err1, err2, err3); err != nil {
		return process{}, fmt.Errorf("odd stat of process %d: %w", pid, err)
	}
	return process{
		identity: identity{PID: pid, Start: start, Boot: bootID()},
		state:    f[0][0], parent: parent, session: session,
	}, nil
}

func procPath(pid int, name string) string {
	return filepath.Join("/proc", strconv.Itoa(pid), name)
}

// bootID never changes while a process lives.
var bootID = sync.OnceValue(func() string {
	raw, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(raw))
})

// open returns a pidfd of the process, or an error when it is gone.
func (id identity) open() (int, error) {
	if id.PID <= 1 || id.Boot != bootID() {
		return -1, unix.ESRCH
	}
	fd, err := unix.PidfdOpen(id.PID, 0)
	if err != nil {
		return -1, err
	}
	// The pidfd pins whoever has the pid now: is it still the same process?
	p, err := readProcess(id.PID)
	if err != nil || p.Start != id.Start {
		unix.Close(fd)
		return -1, unix.ESRCH
	}
	return fd, nil
}

// signal sends a signal to that very process. A process that is gone is no error.
func (id identity) signal(sig unix.Signal) error {
	fd, err := id.open()
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := unix.PidfdSendSignal(fd, sig, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return err
	}
	return nil
}

// wait returns when the process has ended, or with the context.
func (id identity) wait(ctx context.Context) error {
	fd, err := id.open()
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return err
	}
	file, err := pidfdFile(fd)
	if err != nil {
		return err
	}
	defer file.Close()
	return waitReadable(ctx, file)
}
