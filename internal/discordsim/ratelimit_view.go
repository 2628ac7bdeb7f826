package discordsim

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Limit is where a rate limit stands.
type Limit struct {
	App    *Application // nil for a limit that all share
	Route  string       // "POST /channels/123/messages"; of others what is limited
	Global bool         // over all routes of the application
	Limit  int          // requests in a window
	Left   int
	Reset  time.Time // when there are Limit left again
}

// Limits are the rate limits that something was spent of in their running
// window: the global ones first, then by route.
func (s *Sim) Limits() []Limit {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.limits.live(time.Now(), s.apps)
	slices.SortFunc(out, func(a, b Limit) int {
		switch {
		case a.Global && !b.Global:
			return -1
		case b.Global && !a.Global:
			return 1
		}
		return cmp.Or(cmp.Compare(a.Route, b.Route), compareIDs(a.App.id(), b.App.id()))
	})
	return out
}

// id is the application's id, "" of none.
func (a *Application) id() string {
	if a == nil {
		return ""
	}
	return a.ID
}

// live lists the buckets whose window runs.
func (l *limiter) live(now time.Time, apps map[string]*Application) []Limit {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []Limit
	for key, b := range l.buckets {
		if now.Before(b.reset) {
			out = append(out, Limit{
				App: apps[cmp.Or(key.app, key.webhook)], Route: key.String(), Global: key.route == limitGlobal,
				Limit: b.limit, Left: b.left, Reset: b.reset,
			})
		}
	}
	return out
}

// String writes what is limited, with its ids but without tokens.
func (k bucketKey) String() string {
	if !strings.Contains(k.route, "{") && k.channel != "" {
		return k.route + " in " + k.channel
	}
	return strings.NewReplacer(
		"{channel_id}", k.channel, "{guild_id}", k.guild, "{webhook_id}", k.webhook, "{webhook_token}", masked,
		"{application_id}", k.app, "{interaction_token}", masked, "{message_id}", "…", "{interaction_id}", "…", "{user_id}", "…", "{command_id}", "…",
	).Replace(k.route)
}
