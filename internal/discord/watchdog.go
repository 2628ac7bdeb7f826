package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// watched is one discordgo session with its watchdog. discordgo can hang for good
// (it waits for its own lock when Discord answers its first packet with op 7 or
// op 9), and tries to reconnect more and more rarely; so a session that is not
// ready for too long is given up for a new one.
type watched struct {
	*discordgo.Session
	limit time.Duration
	log   *slog.Logger

	mu       sync.Mutex
	conn     net.Conn  // under the WebSocket
	downAt   time.Time // since when it is not ready; zero while it is
	given    bool      // up
	onReady  func()
	onBroken func()
}

// connect holds one session until it is broken or ctx ends.
func (g *gateway) connect(ctx context.Context) error {
	w := &watched{limit: g.WatchdogAfter, log: g.Logger, downAt: time.Now(), onReady: g.ready, onBroken: func() { g.up.Store(false) }}
	session, err := discordgo.New("Bot " + g.token)
	if err != nil {
		return fmt.Errorf("make a session: %w", err)
	}
	w.Session = session
	session.Identify.Intents = discordgo.IntentsGuilds
	session.StateEnabled = false // nothing of it is read
	session.SyncEvents = true    // handlers here return at once
	session.UserAgent = userAgent
	session.Client = &http.Client{Transport: w.roundTripper(g.client.Transport), Timeout: g.client.Timeout}
	session.Dialer = &websocket.Dialer{NetDialContext: w.dial, Proxy: http.ProxyFromEnvironment, HandshakeTimeout: requestTimeout}
	session.LogLevel = silent
	w.handle(g)

	opened := make(chan error, 1)
	go func() { opened <- session.Open() }()
	defer w.giveUp()
	return w.watch(ctx, opened)
}

// handle registers what is listened to.
func (w *watched) handle(g *gateway) {
	w.AddHandler(func(_ *discordgo.Session, r *discordgo.Ready) {
		w.isUp()
		w.log.Info("the gateway is ready", slog.Int("guilds", len(r.Guilds)))
	})
	w.AddHandler(func(*discordgo.Session, *discordgo.Resumed) { w.isUp() })
	w.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) { w.isDown() })
	w.AddHandler(func(_ *discordgo.Session, i *discordgo.InteractionCreate) { g.take(i) })
	w.AddHandler(func(_ *discordgo.Session, c *discordgo.GuildCreate) {
		if !g.serves(c.ID) {
			g.Logger.Warn("the bot was invited to a server that it does not serve", slog.String("guild", c.ID))
			return
		}
		g.spawn(func(ctx context.Context) { g.register(ctx, c.ID) })
	})
}

func (w *watched) isUp() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.given {
		return
	}
	w.downAt = time.Time{}
	w.onReady()
}

func (w *watched) isDown() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.given || !w.downAt.IsZero() {
		return
	}
	w.downAt = time.Now()
	w.onBroken()
}

// errSilent: the gateway did not come up in time, or says nothing any more.
var errSilent = errors.New("Discord's gateway is silent")

// watch returns when the session is to be given up.
func (w *watched) watch(ctx context.Context, opened <-chan error) error {
	look := time.NewTicker(w.limit / 4)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return w.leave()
		case err := <-opened:
			if err != nil {
				return fmt.Errorf("open the gateway: %w", err)
			}
			opened = nil
		case <-look.C:
			if w.isSilent() {
				return errSilent
			}
		}
	}
}

// isSilent reports whether the session was down for too long, or Discord has
// acknowledged no heartbeat for three times that: a minute, of which 41 s are
// between two heartbeats. (discordgo itself waits for five of them, which is three
// and a half minutes.)
func (w *watched) isSilent() bool {
	w.mu.Lock()
	down := w.downAt
	w.mu.Unlock()
	if !down.IsZero() {
		return time.Since(down) > w.limit
	}
	if !w.Session.TryRLock() {
		return false // it is connecting, or hangs: then a Disconnect came before
	}
	defer w.Session.RUnlock()
	return time.Since(w.LastHeartbeatAck) > 3*w.limit
}

// leave says goodbye to Discord, if the session still can.
func (w *watched) leave() error {
	const patience = 3 * time.Second
	closed := make(chan error, 1)
	go func() { closed <- w.Close() }()
	select {
	case err := <-closed:
		return err
	case <-time.After(patience):
		return errSilent
	}
}

// giveUp ends what can be ended of a session: its connection, and its attempts to
// reconnect. (A session that waits for its own lock keeps a goroutine for ever.)
func (w *watched) giveUp() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.given = true
	if w.conn != nil {
		_ = w.conn.Close()
	}
}

// alive ends the goroutine that asks for a session that was given up: discordgo's
// reconnecting has no other way to be stopped.
func (w *watched) alive() {
	w.mu.Lock()
	given := w.given
	w.mu.Unlock()
	if given {
		runtime.Goexit()
	}
}

func (w *watched) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	w.alive()
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.given {
		_ = conn.Close()
		return nil, errSilent
	}
	w.conn = conn
	return conn, nil
}

func (w *watched) roundTripper(next http.RoundTripper) http.RoundTripper {
	return roundTripperFunc(func(r *http.Request) (*http.Response, error) {
		w.alive()
		return next.RoundTrip(r)
	})
}

type roundTripperFunc func(*http.Request) (*http.Response, error)

func (f roundTripperFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
