package discordsim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Rate is a number of requests in a window. A zero Rate means the default, a
// negative Limit means no limit.
type Rate struct {
	Limit  int
	Window time.Duration
}

// NoLimit switches a rate limit off.
var NoLimit = Rate{Limit: -1}

// Options configure a Sim. The zero value is a Discord with Discord's own
// figures on a free port of the loopback interface.
type Options struct {
	// Addr is the address to listen on, by default "127.0.0.1:0".
	Addr string
	// URL is how clients reach it, without a slash at its end, if that is not
	// by the address it listens on: through the published port of a container,
	// say. One that listens on all addresses calls itself 127.0.0.1 otherwise.
	URL string
	// OpenAPI is the path of Discord's OpenAPI description. Empty skips that
	// check (see Sim.OpenAPIChecked).
	OpenAPI string
	// Logger gets one debug line per request. Nil discards.
	Logger *slog.Logger
	// InteractionDeadline is how long a bot has for its first answer (3 s).
	InteractionDeadline time.Duration
	// TokenLife is how long an interaction's token works (15 min).
	TokenLife time.Duration
	// NonceMemory is how long nonces are remembered (5 min).
	NonceMemory time.Duration
	// HeartbeatInterval is what the gateway asks of its clients (41.25 s).
	HeartbeatInterval time.Duration
	// HeartbeatGrace is how much later than asked for a heartbeat may come, and
	// the IDENTIFY or RESUME before the first, until the gateway closes with 4009
	// (20 s).
	HeartbeatGrace time.Duration
	// MessageRate limits creating messages, and likewise editing them, per
	// channel (5 in 5 s).
	MessageRate Rate
	// RouteRate limits every other route per major parameter (50 in 1 s).
	RouteRate Rate
	// GlobalRate limits an application over all routes (50 in 1 s).
	// Interaction callbacks and their webhooks are exempt.
	GlobalRate Rate
	// OldEditRate limits edits of messages older than an hour, per channel
	// (3 in 6 s, code 30046).
	OldEditRate Rate
	// AttachmentLimit is the size limit of one file in bytes (10 MiB).
	AttachmentLimit int
}

func (o *Options) setDefaults() {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	durations := []struct {
		field *time.Duration
		value time.Duration
	}{
		{&o.InteractionDeadline, 3 * time.Second},
		{&o.TokenLife, 15 * time.Minute},
		{&o.NonceMemory, 5 * time.Minute},
		{&o.HeartbeatInterval, 41250 * time.Millisecond},
		{&o.HeartbeatGrace, 20 * time.Second},
	}
	for _, d := range durations {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	rates := []struct {
		field *Rate
		value Rate
	}{
		{&o.MessageRate, Rate{5, 5 * time.Second}},
		{&o.RouteRate, Rate{50, time.Second}},
		{&o.GlobalRate, Rate{50, time.Second}},
		{&o.OldEditRate, Rate{3, 6 * time.Second}},
	}
	for _, r := range rates {
		if r.field.Limit == 0 {
			*r.field = r.value
		}
	}
	if o.AttachmentLimit == 0 {
		o.AttachmentLimit = 10 << 20
	}
}

// ErrClosed is returned to those who wait on a Sim that was closed.
var ErrClosed = errors.New("discordsim: closed")

// Sim is a running local Discord. All its methods, and those of what it
// hands out, may be used from any goroutine.
type Sim struct {
	opts    Options
	log     *slog.Logger
	addr    string
	local   string // host and port that clients on this machine name
	url     string
	server  *http.Server
	client  *http.Client // to the endpoints of applications
	ctx     context.Context
	stop    context.CancelFunc
	work    work
	faults  *Faults
	limits  *limiter
	schema  *schemas
	traffic traffic
	ahead   atomic.Int64 // of Discord's clock, in nanoseconds
	page    atomic.Pointer[http.Handler]
	pages   context.Context    // of the page's requests
	leave   context.CancelFunc // ends them

	// mu guards everything below, and the fields of applications, guilds,
	// channels, members and interactions.
	mu         sync.Mutex
	changed    chan struct{} // closed and replaced at every change
	ids        idSource
	apps       map[string]*Application
	guilds     map[string]*Guild
	users      map[string]*account
	channels   map[string]*Channel
	byID       *recent[*Interaction]
	byToken    *recent[*Interaction]
	nonces     *recent[*message]
	gateways   map[*gatewayConn]struct{} // that are connected
	watchers   map[*watcher]struct{}
	violations []Violation
	stats      Stats
}

// Start listens and serves until Close.
func Start(opts Options) (*Sim, error) {
	opts.setDefaults()
	schema, err := openSchemas(opts.OpenAPI)
	if err != nil {
		return nil, fmt.Errorf("read OpenAPI description: %w", err)
	}
	listener, err := net.Listen("tcp", opts.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	local := named(listener.Addr())
	life := max(opts.TokenLife, opts.InteractionDeadline) // of an interaction: until nothing more can come of it
	s := &Sim{
		opts: opts, log: opts.Logger, ctx: ctx, stop: stop,
		addr: listener.Addr().String(), local: local, url: cmp.Or(opts.URL, "http://"+local),
		client:  &http.Client{Transport: &http.Transport{}},
		changed: make(chan struct{}), schema: schema, limits: newLimiter(),
		apps: map[string]*Application{}, guilds: map[string]*Guild{}, users: map[string]*account{},
		channels: map[string]*Channel{}, byID: newRecent[*Interaction](life), byToken: newRecent[*Interaction](life),
		nonces: newRecent[*message](opts.NonceMemory), gateways: map[*gatewayConn]struct{}{}, watchers: map[*watcher]struct{}{},
	}
	s.pages, s.leave = context.WithCancel(ctx)
	s.faults = newFaults(s)
	s.server = &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       2 * time.Minute, // longer than anything that a handler waits for
		IdleTimeout:       2 * time.Minute, // longer than clients keep connections
		ErrorLog:          slog.NewLogLogger(opts.Logger.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	s.work.run(func() {
		if err := s.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("serve", "err", err)
		}
	})
	return s, nil
}

// URL is the base of the REST API and of the gateway, "http://127.0.0.1:port".
func (s *Sim) URL() string { return s.url }

// Addr is the address that it listens on, "127.0.0.1:port".
func (s *Sim) Addr() string { return s.addr }

// named is an address that a client on this machine can name.
func named(a net.Addr) string {
	if tcp, ok := a.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
	}
	return a.String()
}

// drain is how long Close waits for requests that are being answered.
const drain = time.Second

// Close lets the requests that run get their answers, drops all connections,
// ends all waits, and returns once nothing of the Sim runs any more. It may
// be called more than once.
func (s *Sim) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	s.leave()
	s.server.Shutdown(ctx) //nolint:errcheck // what is left is cut next
	s.stop()
	s.server.Close()
	s.closeGateways()
	s.stopClocks()
	s.work.end()
	s.client.CloseIdleConnections()
}

// stopClocks ends the deadlines that still run.
func (s *Sim) stopClocks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, in := range s.byID.known {
		in.value.timer.Stop()
	}
}

// notify wakes those who wait for a change. s.mu is held.
func (s *Sim) notify() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// await returns once cond holds. cond is called with s.mu held.
func (s *Sim) await(ctx context.Context, cond func() (bool, error)) error {
	for {
		s.mu.Lock()
		ok, err := cond()
		changed := s.changed
		s.mu.Unlock()
		if ok || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-s.ctx.Done():
			return ErrClosed
		}
	}
}

// work is what runs on behalf of a Sim: requests, gateway connections,
// watches. Nothing of it starts once Close waits for it.
type work struct {
	mu    sync.Mutex
	ended bool
	wait  sync.WaitGroup
}

// begin asks to run something; who gets true calls wait.Done at its end.
func (w *work) begin() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return false
	}
	w.wait.Add(1)
	return true
}

// run starts f in a goroutine, unless it is over.
func (w *work) run(f func()) bool {
	if !w.begin() {
		return false
	}
	go func() {
		defer w.wait.Done()
		f()
	}()
	return true
}

// end waits for everything that runs.
func (w *work) end() {
	w.mu.Lock()
	w.ended = true
	w.mu.Unlock()
	w.wait.Wait()
}
