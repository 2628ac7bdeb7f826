package worker

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// keptPrefix begins the names of run directories that were put aside.
const keptPrefix = "kept-apply-"

// lookAfterHouse tells admins when the disk of the run directories runs short, and
// of directories that wait for somebody to look at them.
func (w *Worker) lookAfterHouse(ctx context.Context) {
	for _, look := range []func(context.Context) error{w.lookAtDisk, w.lookAtKept} {
		if err := look(ctx); err != nil && ctx.Err() == nil {
			w.Logger.WarnContext(ctx, "the host's own house could not be looked at", slog.Any("error", err))
		}
	}
}

func (w *Worker) lookAtDisk(ctx context.Context) error {
	var fs unix.Statfs_t
	if err := unix.Statfs(w.RunsDir, &fs); err != nil {
		return fmt.Errorf("ask for the space left in %s: %w", w.RunsDir, err)
	}
	free := fs.Bavail * uint64(fs.Bsize)
	if free >= w.DiskAlarm {
		return nil
	}
	return w.Orchestrator.Alarm(ctx, "disk/"+w.HostID, fmt.Sprintf(
		"The engine's host `%s` has %d MiB left on the disk of its data directory, and less than %d MiB are little: what is being deployed fails when it is full. Nothing has failed yet. Whoever runs the engine should make room in `%s`.",
		w.HostID, free>>20, w.DiskAlarm>>20, w.RunsDir))
}

// lookAtKept reminds of directories that were put aside, once they are old. They
// hold a state that the database does not, so nothing removes them but people.
func (w *Worker) lookAtKept(ctx context.Context) error {
	entries, err := os.ReadDir(w.RunsDir)
	if err != nil || w.RemindOf == 0 {
		return err
	}
	for _, e := range entries {
		number, ok := strings.CutPrefix(e.Name(), keptPrefix)
		id, err := strconv.ParseInt(number, 10, 64)
		if !ok || err != nil {
			continue
		}
		info, err := e.Info()
		if err != nil || time.Since(info.ModTime()) < w.RemindOf {
			continue // one that is gone has been looked at
		}
		err = w.Orchestrator.AlarmOfRun(ctx, id, "kept/"+e.Name(), fmt.Sprintf(
			"The directory of an apply is kept since <t:%d:f>, as its last state was refused or cannot be read: `%s` on host `%s`. It holds what the engine does not know. Whoever runs the engine should compare it with what is in the cloud, put what is right into the engine with `cloudengine stack state push`, and then remove the directory.",
			info.ModTime().Unix(), filepath.Join(w.RunsDir, e.Name()), w.HostID))
		if err != nil {
			return err
		}
	}
	return nil
}
