package discord

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// editableFor is how long a message is redrawn where it is. Older ones may be edited
// three times within six seconds in all of a channel, and are far up by then: what
// goes on is posted anew.
const editableFor = time.Hour

// clock is Discord's own: how old a message is must not depend on what time it is
// here.
type clock struct {
	mu   sync.Mutex
	told time.Time // by the newest answer
	at   time.Time // when that was
}

// note reads what time an answer tells.
func (c *clock) note(h http.Header) {
	told, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told, c.at = told, time.Now()
}

// age is how old a message is; zero while Discord has not answered yet.
func (c *clock) age(messageID string) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return 0
	}
	return c.told.Add(time.Since(c.at)).Sub(madeAt(messageID))
}

// madeAt is when a message was posted, which its id tells.
func madeAt(id string) time.Time {
	n, _ := strconv.ParseUint(id, 10, 64)
	return time.UnixMilli(int64(n>>22) + discordEpoch)
}

// outlived reports whether what a message shows goes on, and it is too old to be
// redrawn. A last word is said where people have read the others.
func (o *outbox) outlived(messageID string, over bool) bool {
	return !over && o.clock.age(messageID) > editableFor
}

// takeAway deletes a message that another one has taken the place of. Where that
// fails two are there, which say the same for now.
func (o *outbox) takeAway(ctx context.Context, post store.Post, channelID, messageID string) {
	if messageID == "" {
		return
	}
	err := o.ask(ctx, post, asking{channel: channelID, special: true}, func(ctx context.Context) error {
		return o.rest().ChannelMessageDelete(channelID, messageID, discordgo.WithContext(ctx))
	})
	if err != nil && !isGone(err) {
		o.Logger.InfoContext(ctx, "a message that was posted anew could not be taken away", slog.String("message", messageID), slog.Any("error", err))
	}
}
