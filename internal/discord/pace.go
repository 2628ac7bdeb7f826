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

// newPace allows so many requests in a window. Requests are counted when they
// arrive, which may be a little later for the first of a window than for the last.
func newPace(limit int, window time.Duration) *pace {
	const margin = 50 * time.Millisecond
	return &pace{limit: limit, window: window + margin + window/50, now: time.Now, lanes: map[string][]time.Time{}, until: map[string]time.Time{}}
}

// take makes room for one request in a channel now, or says how long it is until
// there is.
func (p *pace) take(channel string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	wait := p.wait(channel, now)
	if wait == 0 {
		p.made(channel, now)
	}
	return wait
}

// note counts a request that nobody made room for.
func (p *pace) note(channel string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.made(channel, p.now())
}

// made is note, with the lock held.
func (p *pace) made(channel string, now time.Time) {
	p.forget(now)
	made := p.lanes[channel]
	p.lanes[channel] = append(made[max(0, len(made)-p.limit+1):], now)
}

// room is how long it is until there is room for a request in a channel.
func (p *pace) room(channel string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wait(channel, p.now())
}

// wait is room, with the lock held.
func (p *pace) wait(channel string, now time.Time) time.Duration {
	for _, key := range []string{"", channel} {
		if wait := p.until[key].Sub(now); wait > 0 {
			return wait
		}
		delete(p.until, key)
	}
	made := p.lanes[channel]
	if len(made) < p.limit {
		return 0
	}
	return max(0, made[len(made)-p.limit].Add(p.window).Sub(now))
}

// busy reports whether most of what a channel may have was made of late.
func (p *pace) busy(channel string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	made := p.lanes[channel]
	most := p.limit * 4 / 5
	return len(made) >= most && p.now().Sub(made[len(made)-most]) < p.window
}

// hold lets nothing go to a channel for a while, because Discord said so.
func (p *pace) hold(channel string, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := p.now().Add(d); until.After(p.until[channel]) {
		p.until[channel] = until
	}
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
