// Package web is what the bot answers over HTTP: whether it lives (/healthz),
// whether it can work (/readyz), and what Discord posts (/interactions). It must
// not know how the parts it asks do their work.
package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Options are what Start needs.
type Options struct {
	Addr  string // host:port; port 0 takes a free one
	Ready []Check
	// State adds to /readyz what this process is, whether ready or not.
	State func() map[string]string
	// Interactions is Discord's endpoint; nil: there is none.
	Interactions *Interactions
	// ReadLimit is how long a client may take to send its request; 0 is 5 s, more
	// than Discord waits for an answer.
	ReadLimit time.Duration
	Logger    *slog.Logger
}

// Check is one thing that must be so for the bot to work.
type Check struct {
	Name string
	Ask  func(ctx context.Context) error
}

// Limits of what strangers may take: time, in which a probe that waits longer is
// of no use to whoever asks, and memory.
const (
	checkLimit = 3 * time.Second
	readLimit  = 5 * time.Second
	writeLimit = 15 * time.Second // from the end of the header, checkLimit included
	idleLimit  = time.Minute
	maxHeader  = 32 << 10
)

// Server answers on a listener of its own.
type Server struct {
	http     *http.Server
	listener net.Listener
	done     chan error
}

// Start listens and serves.
func Start(o Options) (*Server, error) {
	l, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", o.Addr, err)
	}
	limit := cmp.Or(o.ReadLimit, readLimit)
	s := &Server{listener: l, done: make(chan error, 1), http: &http.Server{
		Handler: Handler(o), ReadHeaderTimeout: limit, ReadTimeout: limit, WriteTimeout: writeLimit, IdleTimeout: idleLimit,
		MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(o.Logger.Handler(), slog.LevelWarn),
	}}
	go func() { s.done <- s.http.Serve(l) }()
	return s, nil
}

// URL is where the server answers, for a client on this machine: one that listens on
// all addresses is asked on the loopback one.
func (s *Server) URL() string {
	a := s.listener.Addr()
	if tcp, ok := a.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		a = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: tcp.Port}
	}
	return "http://" + a.String()
}

// Stop lets requests end and closes the listener.
func (s *Server) Stop(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if serveErr := <-s.done; !errors.Is(serveErr, http.ErrServerClosed) {
		return serveErr
	}
	return err
}

// Handler answers /healthz, /readyz and, where there is a key for it,
// /interactions.
func Handler(o Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /readyz", o.ready)
	if o.Interactions != nil {
		mux.Handle("POST /interactions", o.Interactions)
	}
	return mux
}

// ready answers whether the bot can work, and what it is.
func (o Options) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkLimit)
	defer cancel()
	status, said := http.StatusOK, map[string]string{}
	if o.State != nil {
		said = o.State()
	}
	said["status"] = "ready"
	for _, c := range o.Ready {
		said[c.Name] = "ok"
		if err := c.Ask(ctx); err != nil {
			// The cause is for the log: whoever asks need not know our insides.
			o.Logger.WarnContext(ctx, "not ready", slog.String("check", c.Name), slog.Any("error", err))
			status, said[c.Name], said["status"] = http.StatusServiceUnavailable, "not ready", "degraded"
		}
	}
	answer(w, status, said)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}
