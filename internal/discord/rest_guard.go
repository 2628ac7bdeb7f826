package discord

import (
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Discord shuts an address out that sends 10,000 requests within ten minutes which
// it answers with 401, 403 or 429: "invalid requests". Nothing is sent any more long
// before that.
// Source: https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
const (
	invalidWindow = 10 * time.Minute
	invalidAlarm  = 500
	invalidStop   = 2000
)

// guard counts what Discord refuses, and stops everything but answers to people
// before Discord does.
type guard struct {
	now func() time.Time

	mu      sync.Mutex
	log     *slog.Logger
	invalid []time.Time // the newest, up to as many as stop
	alarmed time.Time
	bans    int // pages in a row that said nothing about when to try again
}

func newGuard(log *slog.Logger) *guard { return &guard{log: log, now: time.Now} }

// tell has the alarm go to a logger.
func (g *guard) tell(log *slog.Logger) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.log = log
}

// errStopped: too much was refused for anything to be sent.
type errStopped struct{ wait time.Duration }

func (e *errStopped) Error() string {
	return fmt.Sprintf("Discord refused %d requests within %s; nothing is sent for %s", invalidStop, invalidWindow, e.wait.Round(time.Second))
}

// stopped is an *errStopped while nothing may be sent.
func (g *guard) stopped() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.invalid) < invalidStop {
		return nil
	}
	if wait := g.invalid[0].Add(invalidWindow).Sub(g.now()); wait > 0 {
		return &errStopped{wait}
	}
	return nil
}

// note counts an answer. A limit that others share is not held against the bot.
func (g *guard) note(resp *http.Response) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
	case http.StatusTooManyRequests:
		if resp.Header.Get("X-RateLimit-Scope") == "shared" {
			return
		}
	default:
		if resp.StatusCode < http.StatusBadRequest { // Discord itself has answered
			g.bans = 0
		}
		return
	}
	now := g.now()
	g.invalid = append(g.invalid[max(0, len(g.invalid)-invalidStop+1):], now)
	for now.Sub(g.invalid[0]) > invalidWindow {
		g.invalid = g.invalid[1:]
	}
	if n := len(g.invalid); n >= invalidAlarm && now.Sub(g.alarmed) > invalidWindow {
		g.alarmed = now
		g.log.Error("Discord refuses many requests; at 10,000 within ten minutes it shuts this address out", slog.Int("refused", n), slog.Int("stop_at", invalidStop))
	}
}

// banned is how long to wait after a page that does not say it: longer each time.
func (g *guard) banned(h http.Header) time.Duration {
	const longest = 5 * time.Minute
	if h.Get("Retry-After") != "" {
		return 0
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.bans++
	return min(time.Second<<min(g.bans-1, 10), longest)
}
