package discordsim

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// handlerFunc answers a request: status and body, or an error. It runs with
// s.mu held. A nil body is an empty answer.
type handlerFunc func(*Sim, *request) (int, any, error)

// authFunc finds out who asks, before anything of the body is read. It runs with
// s.mu held.
type authFunc func(*Sim, *request) error

// route is one operation of the REST API; pattern is written as in
// Discord's OpenAPI description.
type route struct {
	method, pattern string
	auth            authFunc // whose it is; nil asks for a bot's token
	handle          handlerFunc
}

// name identifies a route in statistics and rate limits.
func (r *route) name() string { return r.method + " " + r.pattern }

// handler builds the server: the page if one is mounted, gateway on any path
// that upgrades, files under /attachments, REST under /api/v9, /api/v10 and
// bare.
func (s *Sim) handler() http.Handler {
	api := http.NewServeMux()
	for _, r := range routes() {
		api.HandleFunc(r.method+" "+r.pattern, func(w http.ResponseWriter, q *http.Request) { s.serve(w, q, &r) })
	}
	api.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) { s.serve(w, q, unknownRoute(q)) })
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if !s.work.begin() {
			abort()
		}
		defer s.work.wait.Done()
		switch page := s.page.Load(); {
		case page != nil && isPage(q, api):
			s.servePage(w, q, *page)
		case !SameOrigin(q):
			write(w, http.StatusForbidden, object{"message": "Another site's page asked for this.", "code": 0})
		case page != nil && isFile(q):
			s.serveFile(w, q)
		case s.faults.isOffline():
			s.recordOffline(q)
			abort()
		case isUpgrade(q):
			s.serveGateway(w, q)
		case isFile(q):
			s.serveFile(w, q)
		default:
			http.StripPrefix(apiPrefix(q.URL.Path), api).ServeHTTP(w, q)
		}
	})
}

// apiPrefix is the part of the path before the operation.
func apiPrefix(path string) string {
	for _, p := range []string{"/api/v10", "/api/v9", "/api"} {
		if strings.HasPrefix(path, p+"/") {
			return p
		}
	}
	return ""
}

// unknownRoute stands in for an operation that does not exist.
func unknownRoute(q *http.Request) *route {
	return &route{method: q.Method, pattern: "unknown", auth: anybody, handle: func(*Sim, *request) (int, any, error) {
		return 0, nil, &apiError{Status: 404, Message: "404: Not Found", fault: true}
	}}
}

// serve takes one REST call through faults, authorization, rate limits,
// schema and handler, in that order.
func (s *Sim) serve(w http.ResponseWriter, r *http.Request, route *route) {
	q := &request{Request: r, sim: s, route: route, start: time.Now()}
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	fault := s.faults.take(r)
	if fault != nil && fault.apply(s, w, q) {
		return
	}
	status, body, err := s.answer(w, q)
	if err != nil {
		status, body = s.refuse(w, q, err)
	}
	s.count(route, status)
	s.log.Debug("request", slog.String("method", r.Method), slog.Any("path", loggedPath(r.URL.Path)),
		slog.Int("status", status), slog.Duration("took", time.Since(q.start)))
	s.recordRequest(q, status, body, fault.trouble())
	if fault != nil && fault.LoseAnswer {
		abort()
	}
	if fault != nil && fault.CutAnswer {
		writeHalf(w, status, body)
		abort()
	}
	write(w, status, body)
}

// answer runs a request up to its result.
func (s *Sim) answer(w http.ResponseWriter, q *request) (int, any, error) {
	if err := s.authorize(q); err != nil {
		return 0, nil, err
	}
	if err := s.limit(w, q); err != nil {
		return 0, nil, err
	}
	if err := q.read(); err != nil {
		return 0, nil, err
	}
	if err := s.schema.check(q); err != nil {
		return 0, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	status, body, err := q.route.handle(s, q)
	if err != nil || body == nil {
		return status, nil, err
	}
	// Encoded under the lock: what a handler returns may point at the world.
	text, err := json.Marshal(body)
	return status, json.RawMessage(text), err
}

// refuse turns an error into an answer, and records the bot's own faults.
func (s *Sim) refuse(w http.ResponseWriter, q *request, err error) (int, any) {
	var limited *rateLimited
	if errors.As(err, &limited) {
		return 429, limited.body(w)
	}
	var e *apiError
	if !errors.As(err, &e) {
		s.log.Error("request failed", "path", loggedPath(q.URL.Path), "err", err)
		e = &apiError{Status: 500, Message: "500: Internal Server Error"}
	}
	if e.fault {
		s.violation(q, e)
	}
	return e.Status, e.body()
}

// write sends an answer. A 204 has no Content-Type: clients break on it.
func write(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) //nolint:errcheck // the client went away
}

// writeHalf sends the beginning of an answer.
func writeHalf(w http.ResponseWriter, status int, body any) {
	text := encode(body)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	w.Write(text[:len(text)/2]) //nolint:errcheck // it is cut anyway
	http.NewResponseController(w).Flush()
}

// anybody may ask.
func anybody(*Sim, *request) error { return nil }

// authorize finds the application that a token belongs to.
func (s *Sim) authorize(q *request) error {
	token := strings.TrimPrefix(q.Header.Get("Authorization"), "Bot ")
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.route.auth != nil {
		return q.route.auth(s, q)
	}
	q.app = s.byBotToken(token)
	if q.app == nil {
		return errUnauthorized
	}
	return nil
}

// byBotToken finds the application of a token that is not refused. s.mu is
// held.
func (s *Sim) byBotToken(token string) *Application {
	for _, app := range s.apps {
		if app.Token == token && token != "" && !s.faults.rejects(app) {
			return app
		}
	}
	return nil
}
