package worker

import (
	"log/slog"
	"time"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// looksPerLease is how often, within a host's lease, the others look whether it
// was heard of.
const looksPerLease = 12

// witness judges whether other hosts are silent, by its own clock alone: what
// counts is for how long it has itself seen nothing new of a host. Neither a clock
// that jumps nor a database that was away makes it believe that others are.
type witness struct {
	lease    time.Duration
	lookedAt time.Time
	hosts    map[string]sighting
}

// sighting is when a host was last heard of, and since when nothing newer is seen.
type sighting struct{ seenAt, since time.Time }

// silent returns those hosts of which nothing was heard for their lease. A witness
// that has not looked for a while knows nothing any more.
func (w *witness) silent(now time.Time, hosts []store.HostAtWork) []store.HostAtWork {
	before := w.hosts
	if now.Sub(w.lookedAt) > w.lease/2 {
		before = nil
	}
	w.lookedAt, w.hosts = now, make(map[string]sighting, len(hosts))
	var silent []store.HostAtWork
	for _, h := range hosts {
		seen, known := before[h.ID]
		if !known || !seen.seenAt.Equal(h.SeenAt) {
			seen = sighting{seenAt: h.SeenAt, since: now}
		}
		w.hosts[h.ID] = seen
		if now.Sub(seen.since) > w.lease {
			silent = append(silent, h)
		}
	}
	return silent
}

// keepWitness takes from other hosts that are silent what they had under way, or
// had only just been given.
func (w *Worker) keepWitness() {
	ctx := w.detached
	look := time.NewTicker(w.Lease / looksPerLease)
	defer look.Stop()
	others := witness{lease: w.Lease}
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		hosts, err := w.Store.HostsAtWork(ctx, w.HostID)
		if err != nil {
			if ctx.Err() == nil {
				w.Logger.WarnContext(ctx, "other hosts could not be looked at and will be again", slog.Any("error", err))
			}
			continue
		}
		if err := w.Orchestrator.RedriveStranded(ctx); err != nil && ctx.Err() == nil {
			w.Logger.WarnContext(ctx, "queued runs could not be looked at and will be again", slog.Any("error", err))
		}
		for _, host := range others.silent(time.Now(), hosts) {
			if err := w.Orchestrator.HostLost(ctx, host); err != nil && ctx.Err() == nil {
				w.Logger.ErrorContext(ctx, "what a silent host had under way could not be taken from it and will be", slog.String("host", host.ID), slog.Any("error", err))
			}
		}
	}
}
