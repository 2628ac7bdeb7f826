package orchestrator

import (
	"context"

	"github.com/cloud-engine/cloudengine/internal/jobs"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// Redrive queues the job that drives a run which a host has begun, on that host.
// Whoever drives the run already makes it do nothing.
func (o *Orchestrator) Redrive(ctx context.Context, run store.Run, hostID string) error {
	return o.store.InTx(ctx, func(tx *store.Tx) error {
		return o.drive(ctx, tx, run, jobs.HostQueue(hostID))
	})
}

// RedriveStranded queues jobs for runs whose own job died with a process that had
// just taken it.
func (o *Orchestrator) RedriveStranded(ctx context.Context) error {
	runs, err := o.store.StrandedRuns(ctx, o.lease)
	if err != nil || len(runs) == 0 {
		return err
	}
	return o.store.InTx(ctx, func(tx *store.Tx) error {
		for _, run := range runs {
			if err := o.drive(ctx, tx, run, jobs.QueueRuns); err != nil {
				return err
			}
		}
		return nil
	})
}
