package discord

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// gateway holds the connection over which Discord sends interactions. One
// process holds it: every connection would get every event. The others stand by,
// and take over when the lock is free.
type gateway struct {
	*Bot
	cancel context.CancelFunc
	left   chan struct{}
	usable chan struct{} // closed when the gateway is ready, or somebody else has it
	once   sync.Once
	up     atomic.Bool
	fatal  chan error
	// standby: another process has the gateway.
	standby atomic.Bool
}

func newGateway(b *Bot) *gateway {
	return &gateway{Bot: b, cancel: func() {}, usable: make(chan struct{}), fatal: make(chan error, 1)}
}

func (g *gateway) connected() bool { return g.up.Load() }

// ready says that the bot can be used.
func (g *gateway) ready() {
	g.up.Store(true)
	g.once.Do(func() { close(g.usable) })
}

// start returns when the gateway is ready or held by another process, or with an
// error that cannot heal.
func (g *gateway) start(ctx context.Context) error {
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	g.cancel, g.left = cancel, make(chan struct{})
	go g.run(running)
	select {
	case <-g.usable:
		return nil
	case err := <-g.fatal:
		return err
	case <-ctx.Done():
		return usererr.New(usererr.Unavailable, "Discord's gateway cannot be reached at %s. What runs goes on. Check this machine's network: the bot needs WebSocket connections out.", g.apiName()).Wrap(ctx.Err())
	}
}

// stop leaves the gateway and frees the lock.
func (g *gateway) stop() <-chan struct{} {
	g.cancel()
	if g.left == nil {
		none := make(chan struct{})
		close(none)
		return none
	}
	return g.left
}

// Pauses between two tries. Discord takes a thousand logins a day; the first of an
// outage follow each other quickly, so that the bot is back soon after its end,
// however long it was. What is used up grows again by one in each slowPause.
const (
	firstPause  = time.Second
	quickPause  = 5 * time.Second
	slowPause   = 2 * time.Minute
	quickLogins = 200
)

// logins spends the logins of a day.
type logins struct {
	left  float64
	last  time.Time
	pause time.Duration // before the last
}

// next is the pause before the next try. A session that was up makes the first
// pause short again.
func (l *logins) next(now time.Time, wasUp bool) time.Duration {
	if l.last.IsZero() {
		l.left = quickLogins
	} else {
		l.left = min(quickLogins, l.left+float64(now.Sub(l.last))/float64(slowPause))
	}
	l.last = now
	l.left--
	switch {
	case l.left < 1:
		l.pause = slowPause
	case wasUp || l.pause == 0:
		l.pause = firstPause
	default:
		l.pause = min(2*l.pause, quickPause)
	}
	return l.pause
}

// run holds the gateway while it has the lock. A lock that is lost, because the
// database is away, is no reason to leave the gateway: people are told what is
// wrong, and should another process have taken over, both get every event and
// only the first answer to it counts. It is left when somebody else has the lock.
func (g *gateway) run(ctx context.Context) {
	defer close(g.left)
	link := &link{gateway: g}
	defer link.drop()
	for ctx.Err() == nil {
		err := g.Store.Hold(ctx, "gateway/"+g.appID, func() {
			g.Logger.InfoContext(ctx, "another process holds Discord's gateway and sends what is owed; this one stands by")
			g.outbox.lead(false)
			link.drop()
			g.standby.Store(true)
			g.ready()
		}, func(held context.Context) error {
			g.outbox.lead(true)
			link.keep(ctx)
			<-held.Done()
			return context.Cause(held)
		})
		if ctx.Err() == nil {
			g.Logger.WarnContext(ctx, "the gateway's lock is lost or cannot be taken; trying again", slog.Any("error", err))
			pause(ctx, firstPause)
		}
	}
}

// link is the connection that is kept up, or not.
type link struct {
	*gateway
	cancel context.CancelFunc
	done   chan struct{}
}

// keep keeps a connection up from now on.
func (l *link) keep(ctx context.Context) {
	l.standby.Store(false)
	if l.cancel != nil {
		return
	}
	ctx, l.cancel = context.WithCancel(ctx)
	l.done = make(chan struct{})
	l.up.Store(false) // it was standing by
	go func() {
		defer close(l.done)
		l.stayConnected(ctx)
	}()
}

// drop leaves the gateway.
func (l *link) drop() {
	if l.cancel == nil {
		return
	}
	l.cancel()
	<-l.done
	l.cancel = nil
}

// stayConnected makes one session after the other until ctx ends.
func (g *gateway) stayConnected(ctx context.Context) {
	defer g.up.Store(false)
	var spent logins
	for {
		began := time.Now()
		err := g.connect(ctx)
		g.up.Store(false)
		if ctx.Err() != nil {
			return
		}
		if isFatal(err) {
			select {
			case g.fatal <- fatalText(err):
			default:
			}
		}
		wait := spent.next(time.Now(), time.Since(began) > slowPause)
		g.Logger.WarnContext(ctx, "the gateway is given up; a new session follows", slog.Duration("pause", wait), slog.Any("error", err))
		pause(ctx, wait)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// The gateway's close codes after which trying again is of no use.
const (
	closeBadToken   = 4004
	closeBadIntents = 4014
)

func isFatal(err error) bool {
	var closed *websocket.CloseError
	return errors.As(err, &closed) && (closed.Code == closeBadToken || closed.Code == closeBadIntents)
}

func fatalText(err error) error {
	return usererr.New(usererr.Unavailable, "Discord's gateway refuses the bot. Nothing was changed. Check the token, and that the application is allowed to be a bot.").Wrap(err)
}
