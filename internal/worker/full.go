package worker

import (
	"errors"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/cloud-engine/cloudengine/internal/session"
)

// scarce is how little room, in bytes, counts as none.
const scarce = 256 << 10

// diskFull reports whether the disk of the run directories is full: this process
// could not write to it, or the disk itself says so. What others say of a disk may
// be about another one: a cloud's, a container's.
func (w *Worker) diskFull(cause error) bool {
	if errors.Is(cause, syscall.ENOSPC) {
		return true
	}
	var fs unix.Statfs_t
	return unix.Statfs(w.RunsDir, &fs) == nil && room(fs, w.User == nil && os.Geteuid() == 0) < scarce
}

// room is what can still be written, in bytes. A part of a disk is root's alone.
func room(fs unix.Statfs_t, root bool) uint64 {
	if root {
		return fs.Bfree * uint64(fs.Bsize)
	}
	return fs.Bavail * uint64(fs.Bsize)
}

// blameDisk says first that the disk is full; what else the failure says follows.
func blameDisk(f *session.Failure) {
	said := []string{"Whoever runs the engine must make room on it; plan again then."}
	summary := "The disk of the engine's host is full. Nothing was changed."
	if f.Phase == "apply" {
		summary = "The disk of the engine's host is full, so Terraform could not write down what it did."
		said[0] = "What was done before is kept. Look in the cloud for what the log does not show as complete: it may exist without being known. " + said[0]
	}
	for _, s := range []string{f.Summary, f.Detail} {
		if s != "" {
			said = append(said, s)
		}
	}
	f.Summary, f.Detail = summary, strings.Join(said, "\n")
}
