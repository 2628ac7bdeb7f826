package worker

import (
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/cloud-engine/cloudengine/internal/session"
)

// scarce is how little room, in bytes, counts as none.
const scarce = 256 << 10

// blameDisk says so where a failure came of a full disk: what failed on it says
// that, or could not even be written down.
func (w *Worker) blameDisk(f *session.Failure, cause string) {
	full := strings.Contains(f.Summary+f.Detail+cause, syscall.ENOSPC.Error())
	var fs unix.Statfs_t
	if !full && unix.Statfs(w.RunsDir, &fs) == nil {
		full = fs.Bavail*uint64(fs.Bsize) < scarce
	}
	if !full {
		return
	}
	f.Summary = "The disk of the engine's host is full. Nothing was changed."
	f.Detail = "Whoever runs the engine must make room on it; plan again then."
	if f.Phase == "apply" {
		f.Summary = "The disk of the engine's host is full, so Terraform could not write down what it did."
		f.Detail = "What was done before is kept. Look in the cloud for what the log does not show as complete: it may exist without being known. " + f.Detail
	}
}
