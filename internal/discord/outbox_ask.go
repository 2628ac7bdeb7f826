package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// shutPause is how long nothing is sent to a channel that is deleted, or closed to
// the bot. Then one post is tried.
const shutPause = 10 * time.Minute

// errClosed: nothing can be sent to the channel, which is known and was not tried.
var errClosed = errors.New("the channel is closed to the bot")

// asking is one request that has to do with a channel.
type asking struct {
	channel string
	// pace is the limit that the request counts in, besides the bot's as a whole;
	// nil: none.
	pace *pace
	// special: it takes a permission beyond writing there, and lacking that does not
	// close the channel.
	special bool
}

// ask makes a request when it is its turn and there is room for it, and takes note when Discord says
// that there was none, or that nothing can be sent there.
func (o *outbox) ask(ctx context.Context, post store.Post, a asking, request func(ctx context.Context) error) error {
	end, err := o.turns.take(ctx, a.channel)
	if err != nil {
		return err
	}
	defer end()
	shut, try, err := o.Store.IsShut(ctx, a.channel)
	if err != nil {
		return fmt.Errorf("look whether a channel is shut: %w", err)
	}
	if !try {
		return &errDead{why: "it was not tried", cause: errClosed}
	}
	if err := o.take(a); err != nil {
		return err
	}
	switch err = o.make(ctx, a, request); {
	case err == nil && shut:
		if _, err := o.Store.Reopen(ctx, post.GuildID, a.channel); err != nil {
			o.Logger.WarnContext(ctx, "a channel that is open again could not be noted", slog.Any("error", err))
		}
	case a.closes(err):
		o.shut(ctx, post, a.channel, err)
	}
	return o.held(a, err)
}

// make makes a request that there is room for.
func (o *outbox) make(ctx context.Context, a asking, request func(ctx context.Context) error) error {
	defer o.whole.answered("")
	if a.pace != nil {
		defer a.pace.answered(a.channel)
	}
	return request(context.WithValue(ctx, isCounted{}, true))
}

// isCounted marks a request that take has made room for.
type isCounted struct{}

// take makes room for a request, or says how long it is until there is.
func (o *outbox) take(a asking) error {
	if a.pace != nil {
		if wait := a.pace.room(a.channel); wait > 0 {
			return &errPause{after: wait, why: "the channel has had its share of messages"}
		}
	}
	if wait := o.whole.take(""); wait > 0 {
		return &errPause{after: wait, why: "the bot has had its share of requests"}
	}
	if a.pace != nil {
		a.pace.begin(a.channel) // nobody else has its turn there
	}
	return nil
}

// held gives back what Discord had no room for.
func (o *outbox) held(a asking, err error) error {
	var stopped *errStopped
	if errors.As(err, &stopped) {
		return &errPause{after: stopped.wait, why: stopped.Error()}
	}
	wait, limited := retryAfter(err)
	if !limited {
		return err
	}
	if a.pace != nil {
		a.pace.hold(a.channel, wait)
	}
	return &errPause{after: wait, why: err.Error()}
}

// refused lets nothing go anywhere for a while, because Discord said so.
func (o *outbox) refused(wait time.Duration) { o.whole.hold("", wait) }

// messagesPath is where messages are made, or one is edited.
var messagesPath = regexp.MustCompile(`/channels/(\d+)/messages(?:/\d+)?$`)

// count counts a request that was not asked for here: others have less room then.
// What it returns is told when the request is answered.
func (o *outbox) count(r *http.Request) (answered func()) {
	if r.Context().Value(isCounted{}) != nil {
		return func() {}
	}
	o.whole.begin("")
	return func() { o.whole.answered("") }
}

// seen learns from an answer that a channel has had its share: others may send to
// it too, and Discord's figures may change.
func (o *outbox) seen(r *http.Request, resp *http.Response) {
	o.clock.note(resp.Header)
	at := messagesPath.FindStringSubmatch(r.URL.Path)
	if at == nil || resp.Header.Get("X-RateLimit-Remaining") != "0" {
		return
	}
	p := map[string]*pace{http.MethodPost: o.creates, http.MethodPatch: o.edits}[r.Method]
	seconds, err := strconv.ParseFloat(resp.Header.Get("X-RateLimit-Reset-After"), 64)
	if p != nil && err == nil {
		p.hold(at[1], time.Duration(seconds*float64(time.Second)))
	}
}

// closes reports whether an error says that nothing can be sent to the channel any
// more. An archived thread can be woken.
func (a asking) closes(err error) bool {
	switch code := codeOf(err); {
	case a.channel == "", code == codeThreadArchived:
		return false
	case code == discordgo.ErrCodeMissingPermissions:
		return !a.special
	}
	return isShut(err)
}

// shut notes that a channel is closed.
func (o *outbox) shut(ctx context.Context, post store.Post, channel string, cause error) {
	o.Logger.WarnContext(ctx, "a channel is closed to the bot; nothing is sent there for now", slog.String("channel", channel), slog.Any("error", cause))
	err := o.Store.InTx(ctx, func(tx *store.Tx) error {
		c := store.ShutChannel{ChannelID: channel, GuildID: post.GuildID, Reason: cause.Error()}
		if post.SessionID != "" {
			s, err := o.Store.Session(ctx, post.SessionID)
			if err != nil {
				return err
			}
			if s.ThreadID == channel {
				c.ParentID = s.ChannelID
			}
		}
		return tx.Shut(ctx, c, shutPause)
	})
	if err != nil {
		o.Logger.ErrorContext(ctx, "a closed channel could not be noted", slog.String("channel", channel), slog.Any("error", err))
	}
}

// isShut reports whether the channel is deleted, or closed to the bot.
func isShut(err error) bool {
	if errors.Is(err, errClosed) {
		return true
	}
	switch codeOf(err) {
	case discordgo.ErrCodeUnknownChannel, discordgo.ErrCodeMissingAccess, discordgo.ErrCodeMissingPermissions, codeThreadArchived, codeThreadLocked:
		return true
	case 0: // Discord gives no code for some; what is not Discord's comes as a 503
		return statusOf(err) == http.StatusForbidden || statusOf(err) == http.StatusNotFound
	}
	return false
}
