package discord

import (
	"sync"
	"time"
)

// pace keeps within Discord's rate limits by sending no more than it allows,
// instead of being refused. Nobody waits here: who asks is told how long, and
// does something else meanwhile.
//
// Discord counts a request when it arrives, which nobody here knows: it is between
// when it was sent and when it was answered. So a request has its place from the one
// until a window after the other; then however long requests are on their way, no
// more of them arrive within a window than are allowed.
type pace struct {
	limit  int
	window time.Duration
	now    func() time.Time

	mu    sync.Mutex
	lanes map[string]*paced    // of a channel
	until map[string]time.Time // of a channel, or "" for all: nothing goes before
	swept time.Time            // when what is over was forgotten last
}

// paced are the requests of a channel.
type paced struct {
	underway int
	answered []time.Time // the newest, up to the limit
}

// newPace allows so many requests in a window.
func newPace(limit int, window time.Duration) *pace {
	const margin = 50 * time.Millisecond // two clocks do not run alike
	return &pace{limit: limit, window: window + margin, now: time.Now, lanes: map[string]*paced{}, until: map[string]time.Time{}}
}

// take makes room for one request in a channel now, or says how long it is until
// there is. Who was given room says when the request is answered.
func (p *pace) take(channel string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	wait := p.wait(channel)
	if wait == 0 {
		p.began(channel)
	}
	return wait
}

// begin counts a request that nobody made room for. It is answered, too.
func (p *pace) begin(channel string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.began(channel)
}

// began is begin, with the lock held.
func (p *pace) began(channel string) {
	p.forget()
	l := p.lanes[channel]
	if l == nil {
		l = &paced{}
		p.lanes[channel] = l
	}
	l.underway++
}

// answered ends a request: it arrived by now, or never will.
func (p *pace) answered(channel string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lanes[channel]
	l.underway--
	l.answered = append(l.answered[max(0, len(l.answered)-p.limit+1):], p.now())
}

// room is how long it is at least until there is room for a request in a channel.
func (p *pace) room(channel string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wait(channel)
}

// wait is room, with the lock held.
func (p *pace) wait(channel string) time.Duration {
	now := p.now()
	for _, key := range []string{"", channel} {
		if wait := p.until[key].Sub(now); wait > 0 {
			return wait
		}
	}
	l := p.lanes[channel]
	if l == nil {
		return 0
	}
	switch over := len(l.answered) + l.underway - p.limit; { // so many must go, and one more
	case over < 0:
		return 0
	case over < len(l.answered):
		return max(0, l.answered[over].Add(p.window).Sub(now))
	}
	return p.window // what is underway is answered now at the earliest
}

// busy reports whether most of what a channel may have was made of late.
func (p *pace) busy(channel string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lanes[channel]
	if l == nil {
		return false
	}
	made, now := l.underway, p.now()
	for _, at := range l.answered {
		if now.Sub(at) < p.window {
			made++
		}
	}
	return made >= p.limit*4/5
}

// hold lets nothing go to a channel for a while, because Discord said so.
func (p *pace) hold(channel string, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget()
	if until := p.now().Add(d); until.After(p.until[channel]) {
		p.until[channel] = until
	}
}

// forget drops, once a window, what is over and holds nothing back any more.
func (p *pace) forget() {
	now := p.now()
	if now.Sub(p.swept) < p.window {
		return
	}
	p.swept = now
	for channel, until := range p.until {
		if !until.After(now) {
			delete(p.until, channel)
		}
	}
	for channel, l := range p.lanes {
		if l.underway == 0 && now.Sub(l.answered[len(l.answered)-1]) >= p.window {
			delete(p.lanes, channel)
		}
	}
}
