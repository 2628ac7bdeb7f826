package app

import (
	"context"
	"log/slog"
	"time"
)

// How often the database is asked whether it is there, and how long it may take
// to say so.
const (
	askEvery  = 2 * time.Second
	askWithin = 3 * time.Second
)

// health says in the log when the database goes away and when it is back. What
// runs goes on meanwhile, and people are told by whatever they ask.
type health struct {
	ask  func(context.Context) error
	log  *slog.Logger
	stop context.CancelFunc
	done chan struct{}
}

// watchHealth looks until close.
func watchHealth(ask func(context.Context) error, log *slog.Logger) *health {
	ctx, stop := context.WithCancel(context.Background())
	h := &health{ask: ask, log: log, stop: stop, done: make(chan struct{})}
	go func() {
		defer close(h.done)
		h.watch(ctx)
	}()
	return h
}

func (h *health) watch(ctx context.Context) {
	again := time.NewTicker(askEvery)
	defer again.Stop()
	var since time.Time // when it went away
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
		asking, cancel := context.WithTimeout(ctx, askWithin)
		err := h.ask(asking)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && since.IsZero():
			since = time.Now()
			h.log.ErrorContext(ctx, "degraded: the database is away. What is being applied goes on, nothing new begins, and people are told", slog.Any("error", err))
		case err == nil && !since.IsZero():
			h.log.InfoContext(ctx, "the database is back", slog.Duration("after", time.Since(since).Round(time.Second)))
			since = time.Time{}
		}
	}
}

func (h *health) close() {
	h.stop()
	<-h.done
}
