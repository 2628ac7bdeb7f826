package discord

import (
	"sync"
	"time"
)

// pace keeps within Discord's rate limits by sending no more than it allows,
// instead of being refused. Nobody waits here: who asks is told how long, and
// does something else meanwhile.
type pace struct {
	limit  int
	window time.Duration
	now    func() time.Time

	mu    sync.Mutex
	lanes map[string][]time.Time // of a channel: when the newest requests were made
	until map[string]time.Time   // of a channel, or "" for all: nothing goes before
}

func newPace(limit int) *pace {
	// Requests are counted when they arrive, which may be a little later for the
	// first of a window than for the last.
	const margin = 200 * time.Millisecond
	return &pace{limit: limit, window: 5*time.Second + margin, now: time.Now, lanes: map[string][]time.Time{}, until: map[string]time.Time{}}
}

// take makes room for one request in a channel now, or says how long it is until
// there is.
func (p *pace) take(channel string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	for _, key := range []string{"", channel} {
		if wait := p.until[key].Sub(now); wait > 0 {
			return wait
		}
		delete(p.until, key)
	}
	p.forget(now)
	made := p.lanes[channel]
	if len(made) >= p.limit {
		if wait := made[len(made)-p.limit].Add(p.window).Sub(now); wait > 0 {
			return wait
		}
		made = made[len(made)-p.limit+1:]
	}
	p.lanes[channel] = append(made, now)
	return 0
}

// hold lets nothing go to a channel for a while, because Discord said so.
func (p *pace) hold(channel string, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until[channel] = p.now().Add(d)
}

// forget drops channels that nothing was sent to for long.
func (p *pace) forget(now time.Time) {
	const most = 1000
	if len(p.lanes) < most {
		return
	}
	for channel, made := range p.lanes {
		if now.Sub(made[len(made)-1]) > p.window {
			delete(p.lanes, channel)
		}
	}
}
