package discordweb

import (
	"context"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

type violationList struct {
	Violations []violation `json:"violations"`
}

// violation is a request of a bot's that Discord would refuse as malformed.
type violation struct {
	Method  string `json:"method"`
	Path    string `json:"path"`
	Body    string `json:"body"`
	Message string `json:"message"`
}

// violations lists what the bots did wrong.
func (w *Web) violations(context.Context, *caller, none) (violationList, error) {
	out := violationList{[]violation{}}
	for _, v := range w.sim.Violations() {
		out.Violations = append(out.Violations, violation(v))
	}
	return out, nil
}

type limitList struct {
	Buckets []limit `json:"buckets"` // by route
	Global  []limit `json:"global"`  // of an application over all routes
}

// limit is where a rate limit stands.
type limit struct {
	App     string `json:"app"`
	Route   string `json:"route"`
	Limit   int    `json:"limit"`
	Left    int    `json:"left"`
	ResetMs int64  `json:"reset_ms"` // until there are Limit left again
}

func showLimit(l discordsim.Limit) limit {
	out := limit{Route: l.Route, Limit: l.Limit, Left: l.Left, ResetMs: max(0, time.Until(l.Reset).Milliseconds())}
	if l.App != nil {
		out.App = l.App.Name
	}
	return out
}

// rateLimits lists the rate limits that something was spent of, in the windows that
// run.
func (w *Web) rateLimits(context.Context, *caller, none) (limitList, error) {
	out := limitList{[]limit{}, []limit{}}
	for _, l := range w.sim.Limits() {
		shown := showLimit(l)
		if l.Global {
			shown.Route = ""
			out.Global = append(out.Global, shown)
		} else {
			out.Buckets = append(out.Buckets, shown)
		}
	}
	return out, nil
}
