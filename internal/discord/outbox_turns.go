package discord

import (
	"context"
	"fmt"
	"sync"
)

// turns lets one request after the other go to a channel: what one finds out there,
// that the channel is gone or has had its share, the next knows.
type turns struct {
	mu    sync.Mutex
	taken map[string]chan struct{} // of a channel: closed when its turn ends
}

func newTurns() *turns { return &turns{taken: map[string]chan struct{}{}} }

// take waits until it is a request's turn, which lasts until end is called. What
// has to do with no channel waits for nobody.
func (t *turns) take(ctx context.Context, channel string) (end func(), err error) {
	if channel == "" {
		return func() {}, nil
	}
	for {
		before, mine := t.claim(channel)
		if before == nil {
			return func() { t.end(channel, mine) }, nil
		}
		select {
		case <-before:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for another request to the channel: %w", ctx.Err())
		}
	}
}

// claim takes the turn, or returns the one before it.
func (t *turns) claim(channel string) (before, mine chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if before, ok := t.taken[channel]; ok {
		return before, nil
	}
	mine = make(chan struct{})
	t.taken[channel] = mine
	return nil, mine
}

func (t *turns) end(channel string, mine chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.taken, channel)
	close(mine)
}
