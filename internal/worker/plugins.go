package worker

import (
	"context"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// usePlugins gives a run the plugins that its configuration needs.
func (w *Worker) usePlugins(ctx context.Context, dir terraform.Dir, wanted catalog.Plugins) error {
	if len(wanted.All) == 0 {
		return nil
	}
	set, err := w.Plugins.Ready(ctx, wanted)
	if err != nil {
		return err
	}
	return dir.UsePlugins(set.Dir, set.Lock)
}

// useLocked gives a run the very plugins that its plan was made with.
func (w *Worker) useLocked(ctx context.Context, dir terraform.Dir, lock []byte) error {
	if lock == nil {
		return nil
	}
	set, err := w.Plugins.Locked(ctx, lock)
	if err != nil || set.Dir == "" {
		return err
	}
	return dir.UsePlugins(set.Dir, set.Lock)
}
