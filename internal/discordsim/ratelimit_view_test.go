package discordsim_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, sim.Options{
		MessageRate: sim.Rate{Limit: 3, Window: time.Hour}, RouteRate: sim.Rate{Limit: 50, Window: time.Hour},
		GlobalRate: sim.Rate{Limit: 1000, Window: time.Hour}, OldEditRate: sim.Rate{Limit: 1, Window: 50 * time.Millisecond},
	})
	m := b.mustPost(t, object{"content": "x"})
	b.Faults().Age(m, 2*time.Hour)
	b.call(t, "PATCH", b.messages()+"/"+m.ID, object{"content": "y"})
	b.call(t, "PATCH", "/channels/"+b.ops.ID, object{"name": "renamed"})
	i, done := b.slash(t)
	b.callback(t, i, 4, object{"content": "x"})
	<-done
	b.call(t, "POST", b.hook(i), object{"content": "more"})
	ended := "edits of messages older than an hour in " + b.ops.ID
	for b.limit(ended) { // its window is short
		runtime.Gosched()
	}
	got := map[string]string{}
	for _, l := range b.Limits() {
		if left := time.Until(l.Reset); left <= 0 || left > time.Hour {
			t.Errorf("%s resets in %s", l.Route, left)
		}
		app := "all"
		if l.App != nil {
			app = l.App.Name
		}
		got[l.Route] = fmt.Sprint(app, " ", l.Global, " ", l.Limit)
		if strings.HasPrefix(l.Route, "POST /channels") {
			got[l.Route] += fmt.Sprint(" ", l.Left)
		}
		if strings.Contains(l.Route, i.Token) || strings.Contains(l.Route, "{") {
			t.Errorf("route %q", l.Route)
		}
	}
	for route, want := range map[string]string{
		"global":                              "Cloud Engine true 1000",
		"POST " + b.messages():                "Cloud Engine false 3 2",
		"PATCH " + b.messages() + "/…":        "Cloud Engine false 3",
		"POST /webhooks/" + b.app.ID + "/•••": "Cloud Engine false 50",
	} {
		if got[route] != want {
			t.Errorf("%s: %q, not %q in %v", route, got[route], want, got)
		}
	}
	if first := b.Limits()[0]; !first.Global {
		t.Errorf("first is %+v", first)
	}
}

// limit reports whether something is being limited.
func (w *world) limit(route string) bool {
	return slices.ContainsFunc(w.Limits(), func(l sim.Limit) bool { return l.Route == route })
}
