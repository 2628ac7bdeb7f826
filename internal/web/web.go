// Package web is what the bot answers over HTTP: whether it lives (/healthz) and
// whether it can work (/readyz). It must not know how the parts it asks do their
// work.
package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Check is one thing that must be so for the bot to work.
type Check struct {
	Name string
	Ask  func(ctx context.Context) error
}

// Time limits: a probe that waits longer is of no use to whoever asks.
const (
	checkLimit  = 3 * time.Second
	headerLimit = 5 * time.Second
	idleLimit   = time.Minute
)

// Server answers on a listener of its own.
type Server struct {
	http     *http.Server
	listener net.Listener
	done     chan error
}

// Start listens on addr (host:port; port 0 takes a free one) and serves.
func Start(addr string, ready []Check, log *slog.Logger) (*Server, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	s := &Server{listener: l, done: make(chan error, 1), http: &http.Server{
		Handler: Handler(ready, log), ReadHeaderTimeout: headerLimit, IdleTimeout: idleLimit,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}}
	go func() { s.done <- s.http.Serve(l) }()
	return s, nil
}

// URL is where the server answers.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Stop lets requests end and closes the listener.
func (s *Server) Stop(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if serveErr := <-s.done; !errors.Is(serveErr, http.ErrServerClosed) {
		return serveErr
	}
	return err
}

// Handler answers /healthz and /readyz.
func Handler(ready []Check, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), checkLimit)
		defer cancel()
		status, checks := http.StatusOK, map[string]string{}
		for _, c := range ready {
			checks[c.Name] = "ok"
			if err := c.Ask(ctx); err != nil {
				// The cause is for the log: whoever asks need not know our insides.
				log.WarnContext(ctx, "not ready", slog.String("check", c.Name), slog.Any("error", err))
				status, checks[c.Name] = http.StatusServiceUnavailable, "not ready"
			}
		}
		answer(w, status, checks)
	})
	return mux
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}
