package discordsim

import (
	"maps"
	"net/http"
	"path"
	"slices"
	"time"
)

// Fault is what goes wrong with a request.
type Fault struct {
	// Delay holds the request back first.
	Delay time.Duration
	// Status answers with this instead of running the request.
	Status int
	// Code is Discord's error code in the body of Status.
	Code int
	// HTML makes the body of Status a page, as a proxy in between writes it.
	HTML bool
	// RetryAfter is told with Status 429.
	RetryAfter time.Duration
	// Global marks a 429 as the global limit.
	Global bool
	// Reset cuts the connection before the request runs.
	Reset bool
	// LoseAnswer runs the request and cuts the connection instead of
	// answering.
	LoseAnswer bool
	// CutAnswer runs the request and cuts the connection in the middle of the
	// answer.
	CutAnswer bool
}

// rule is a fault for the next requests of a kind.
type rule struct {
	method, glob string
	fault        Fault
	left         int
}

// On lets the next `times` requests that match suffer a fault; a negative
// number means all of them. method "" is any; glob is a pattern of
// path.Match on the path without /api/vN ("/channels/*/messages").
func (f *Faults) On(method, glob string, fault Fault, times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = append(f.rules, &rule{method, glob, fault, times})
}

// Always lets every request of the bots suffer a fault until End is called
// with its name. Several add up: delays do, and of their statuses the highest is
// answered. The same name replaces the fault.
func (f *Faults) Always(name string, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.always[name] = fault
}

// End ends what Always began.
func (f *Faults) End(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.always, name)
}

// Clear ends all faults on requests.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
	clear(f.always)
}

// Left is how many faults set with On have not happened yet.
func (f *Faults) Left() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, r := range f.rules {
		n += max(0, r.left)
	}
	return n
}

// take finds the fault of a request and uses it up.
func (f *Faults) take(r *http.Request) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	once := f.takeRule(r)
	if len(f.always) == 0 {
		return once
	}
	var all Fault
	if once != nil {
		all = *once
	}
	for _, name := range slices.Sorted(maps.Keys(f.always)) {
		all = all.and(f.always[name])
	}
	return &all
}

// and is what two faults do together.
func (f Fault) and(g Fault) Fault {
	f.Delay += g.Delay
	if g.Status > f.Status {
		f.Status, f.Code, f.HTML, f.RetryAfter, f.Global = g.Status, g.Code, g.HTML, g.RetryAfter, g.Global
	}
	f.Reset, f.LoseAnswer, f.CutAnswer = f.Reset || g.Reset, f.LoseAnswer || g.LoseAnswer, f.CutAnswer || g.CutAnswer
	return f
}

// takeRule finds the rule of a request and uses it up. f.mu is held.
func (f *Faults) takeRule(r *http.Request) *Fault {
	for _, rule := range f.rules {
		ok, _ := path.Match(rule.glob, r.URL.Path)
		if !ok || rule.left == 0 || rule.method != "" && rule.method != r.Method {
			continue
		}
		rule.left--
		fault := rule.fault
		return &fault
	}
	return nil
}

// apply lets a request suffer; it reports whether that was all.
func (f *Fault) apply(s *Sim, w http.ResponseWriter, q *request) bool {
	if f.Delay > 0 {
		wait := time.NewTimer(f.Delay)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-q.Context().Done():
		}
	}
	if f.Reset {
		s.count(q.route, 0)
		s.recordRequest(q, 0, nil, "the connection was cut before the request ran")
		abort()
	}
	if f.Status == 0 {
		return false
	}
	s.count(q.route, f.Status)
	s.recordRequest(q, f.Status, nil, "a fault on demand")
	switch {
	case f.HTML:
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", "1")
		}
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(f.Status)
		w.Write([]byte("<html><body><h1>" + http.StatusText(f.Status) + "</h1></body></html>")) //nolint:errcheck // gone
	case f.Status == http.StatusTooManyRequests:
		scope := "global"
		if !f.Global {
			scope = "user"
			tellBucket(w.Header(), q.route, max(1, s.rateOf(q.route).Limit), 0, time.Now().Add(f.RetryAfter))
		}
		w.Header().Set("Via", "1.1 discordsim")
		limited := &rateLimited{after: f.RetryAfter, scope: scope}
		write(w, f.Status, limited.body(w))
	default:
		write(w, f.Status, object{"message": http.StatusText(f.Status), "code": f.Code})
	}
	return true
}

// trouble says what happens to a request that runs.
func (f *Fault) trouble() string {
	switch {
	case f == nil:
		return ""
	case f.LoseAnswer:
		return "the answer was lost"
	case f.CutAnswer:
		return "the answer was cut off"
	}
	return ""
}

// abort cuts the connection of a request.
func abort() { panic(http.ErrAbortHandler) }
