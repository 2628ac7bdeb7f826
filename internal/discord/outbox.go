package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// Limits of sending. A claim is longer than any sending, so that nobody takes a
// post over that is still on its way.
const (
	claimFor   = 90 * time.Second
	sendWithin = 60 * time.Second
	// giveUpAfter is how long a post is tried, and giveUpTries how often at least:
	// one that was owed while nothing was sent has its tries too, for about an hour.
	giveUpAfter = 24 * time.Hour
	giveUpTries = 20
	// longestPause is between two tries of a post that does not get through.
	longestPause = 5 * time.Minute
)

// outbox sends what the engine owes Discord: one post of a lane at a time, as
// many lanes at once as there are senders. It is woken when something is owed,
// and by the clock when a post's time comes. Of several processes one sends, which
// is that with the gateway: Discord's limits are the bot's as a whole.
type outbox struct {
	*Bot
	whole   *pace       // all requests, of whatever kind
	creates *pace       // messages of a channel
	edits   *pace       // likewise
	redraws *pace       // of a message, while the bot has much to say
	turns   *turns      // of the requests to a channel
	leads   atomic.Bool // this process sends, and no other
	alarms  hourly      // of posts that were given up
	clock   clock       // Discord's
	logs    logLimits
	given   chan struct{} // holds one: a post was given back, and its time may come soon
	cancel  context.CancelFunc
	done    chan struct{}
}

func newOutbox(b *Bot) *outbox {
	const window = 5 * time.Second
	whole := newPace(b.RequestsPerSecond, time.Second)
	if b.Directory != nil {
		whole = b.Directory.whole
	}
	return &outbox{
		Bot: b, whole: whole, creates: newPace(b.MessagesPer5s, window), edits: newPace(b.MessagesPer5s, window), redraws: newPace(1, window), turns: newTurns(),
		given: make(chan struct{}, 1), cancel: func() {}, logs: shippedLogLimits,
	}
}

// lead says whether this process is the one that sends.
func (o *outbox) lead(on bool) {
	o.leads.Store(on)
	o.nudge()
}

// nudge lets the outbox look again.
func (o *outbox) nudge() {
	select {
	case o.given <- struct{}{}:
	default:
	}
}

// start frees what a process of this name held when it died, and begins.
func (o *outbox) start(ctx context.Context) error {
	if err := o.Store.ReleaseClaims(ctx, o.HostID); err != nil {
		return fmt.Errorf("free the posts of a former process: %w", err)
	}
	ctx, o.cancel = context.WithCancel(context.WithoutCancel(ctx))
	o.done = make(chan struct{})
	go o.run(ctx)
	return nil
}

// stop lets what is on its way arrive, and takes nothing more.
func (o *outbox) stop() <-chan struct{} {
	o.cancel()
	if o.done == nil {
		never := make(chan struct{})
		close(never)
		return never
	}
	return o.done
}

func (o *outbox) run(ctx context.Context) {
	defer close(o.done)
	wake, unsubscribe := o.Store.Subscribe(store.TopicOutbox, "")
	defer unsubscribe()
	var sending sync.WaitGroup
	defer sending.Wait()
	free := make(chan struct{}, o.Senders)
	for {
		if !o.hasTurn(ctx) {
			return
		}
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return
		}
		post, err := o.Store.ClaimPost(ctx, o.HostID, claimFor)
		if err == nil {
			sending.Go(func() {
				defer func() { <-free }()
				o.send(ctx, post)
			})
			continue
		}
		<-free
		if !o.wait(ctx, wake, err) {
			return
		}
	}
}

// hasTurn returns when this process sends, and the bot as a whole has room for a
// request; false when the outbox stops.
func (o *outbox) hasTurn(ctx context.Context) bool {
	for {
		var room <-chan time.Time
		if o.leads.Load() {
			wait := o.whole.room("")
			if wait == 0 {
				return ctx.Err() == nil
			}
			room = time.After(wait)
		}
		select {
		case <-ctx.Done():
			return false
		case <-o.given:
		case <-room:
		}
	}
}

// wait ends when there may be something to send; false when the outbox stops.
func (o *outbox) wait(ctx context.Context, wake <-chan struct{}, why error) bool {
	const soonest, afterError = 10 * time.Millisecond, time.Second
	var due <-chan time.Time
	pause, owed, err := time.Duration(0), false, why
	if errors.Is(why, store.ErrNotFound) {
		pause, owed, err = o.Store.NextPost(ctx)
	}
	switch {
	case ctx.Err() != nil:
		return false
	case err != nil:
		o.Logger.WarnContext(ctx, "the outbox cannot be read; trying again", slog.Any("error", err))
		due = time.After(afterError)
	case owed:
		due = time.After(max(pause, soonest))
	}
	select {
	case <-ctx.Done():
		return false
	case <-wake:
	case <-o.given:
	case <-due:
	}
	return true
}

// errPause gives a post back that was not sent, until there is room for it or
// what it needs is there.
type errPause struct {
	after time.Duration
	why   string
}

func (e *errPause) Error() string { return "not now: " + e.why }

// errDead: the post can never be sent.
type errDead struct {
	why   string
	cause error
}

func (e *errDead) Error() string {
	if e.cause == nil {
		return e.why
	}
	return e.why + ": " + e.cause.Error()
}
func (e *errDead) Unwrap() error { return e.cause }

// send delivers a post, or decides what becomes of it. A stop does not cut it
// off.
func (o *outbox) send(ctx context.Context, post store.Post) {
	sending, cancel := within(ctx, sendWithin)
	defer cancel()
	err := o.deliverSafely(sending, post)
	if err == nil {
		return
	}
	o.giveBack(ctx, post, err)
	o.nudge()
}

// giveBack settles what was not sent. A database that was away for a moment must
// not keep the post until its claim runs out, so it is tried for about as long.
func (o *outbox) giveBack(ctx context.Context, post store.Post, cause error) {
	const pause = time.Second
	for last := time.Now().Add(claimFor - sendWithin); ; {
		settling, cancel := within(ctx, requestTimeout) // the time for sending may be over
		err := o.settle(settling, post, cause)
		cancel()
		if err == nil {
			return
		}
		o.Logger.ErrorContext(ctx, "a post could not be given back", slog.Int64("post", post.ID), slog.Any("error", err))
		if time.Now().After(last) {
			return // its claim runs out, and it is tried again
		}
		select {
		case <-ctx.Done():
			return // the next process of this name frees it
		case <-time.After(pause):
		}
	}
}

func (o *outbox) deliverSafely(ctx context.Context, post store.Post) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return o.deliver(ctx, post)
}

// settle puts off, gives up or tries again what was not sent.
func (o *outbox) settle(ctx context.Context, post store.Post, err error) error {
	log := o.Logger.With(slog.Int64("post", post.ID), slog.String("kind", string(post.Kind)), slog.String("session", post.SessionID), slog.Int("attempt", post.Attempts))
	var later *errPause
	if errors.As(err, &later) {
		return o.Store.Postpone(ctx, post.ID, later.after)
	}
	if isDead(err) || time.Since(post.CreatedAt) > giveUpAfter && post.Attempts >= giveUpTries {
		log.WarnContext(ctx, "a post is given up", slog.Any("error", err))
		if failed := o.Store.Bury(ctx, post.ID, err.Error()); failed != nil {
			return failed
		}
		o.alarm(ctx, post)
		if isShut(err) {
			return o.oweShut(ctx, post)
		}
		return nil
	}
	pause := min(time.Second<<min(post.Attempts-1, 10), longestPause)
	log.WarnContext(ctx, "a post did not get through and will be tried again", slog.Duration("pause", pause), slog.Any("error", err))
	return o.Store.Delay(ctx, post.ID, pause, err.Error())
}

// isDead reports whether trying again cannot help: Discord refused what was
// asked, for a reason that is not ours to change.
func isDead(err error) bool {
	var dead *errDead
	if errors.As(err, &dead) {
		return true
	}
	switch status := statusOf(err); status {
	case 0, http.StatusTooManyRequests, http.StatusRequestTimeout:
		return false
	case http.StatusUnauthorized: // the token may be mended
		return false
	default:
		return status < http.StatusInternalServerError
	}
}
