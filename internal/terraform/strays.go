package terraform

import (
	"context"
	"os"
	"strings"
)

// EndStrays kills what is left of a run whose directory was deleted under it: its
// supervisor, Terraform, and what they started. Nothing that they write is kept
// any more, and nobody could tell them to stop.
func (d Dir) EndStrays(ctx context.Context) error {
	return family{dir: d.path, deleted: true}.eradicate(ctx)
}

// deletedMark is what the kernel adds to the name of a directory that is gone.
const deletedMark = " (deleted)"

// strayed tells processes whose working directory was the run's, or in it, before
// it was deleted.
func (f family) strayed(p process) bool {
	cwd, err := os.Readlink(procPath(p.PID, "cwd"))
	return err == nil && strings.HasSuffix(cwd, deletedMark) && f.within(strings.TrimSuffix(cwd, deletedMark))
}

func (f family) within(path string) bool {
	return path == f.dir || strings.HasPrefix(path, f.dir+"/")
}
