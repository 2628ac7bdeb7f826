package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// sendAlarm tells admins, in their channel for requests, what is wrong with the
// engine's own house, or what a project costs. Without such a channel it is said where
// the deployment is that it follows from.
func (o *outbox) sendAlarm(ctx context.Context, post store.Post) error {
	a, err := o.Store.AlarmIn(ctx, post.GuildID, post.Lane)
	if errors.Is(err, store.ErrNotFound) {
		return &errDead{why: "its alarm is gone", cause: err}
	}
	if err != nil {
		return fmt.Errorf("read an alarm: %w", err)
	}
	guild, err := o.Store.Guild(ctx, post.GuildID)
	if err != nil {
		return fmt.Errorf("read the guild: %w", err)
	}
	channel := guild.RequestsChannel
	if channel == "" && post.SessionID != "" {
		s, err := o.Store.Session(ctx, post.SessionID)
		if err != nil {
			return fmt.Errorf("read a session: %w", err)
		}
		channel = s.ChannelID
	}
	if channel == "" {
		return &errDead{why: "the server has no channel for what admins are told"}
	}
	p := alarmText(a)
	same := func(m message) bool { return lastLine(m.Content) == lastLine(p.Content) }
	if _, err := o.create(ctx, post, outgoing{channelID: channel, picture: p, same: same}); err != nil {
		return err
	}
	return o.sent(ctx, post)
}

// alarmText ends with a line by which the message is known again.
func alarmText(a store.Alarm) picture {
	head, often := "Cloud Engine runs short", "day"
	switch {
	case a.Subject == givenUp:
		head = "Cloud Engine could not say something"
	case strings.HasPrefix(a.Subject, orchestrator.BudgetAlert):
		head, often = "A budget is being used up", "month"
	}
	return text(fmt.Sprintf("🟠 **%s**\n%s\n-# told once a %s · %s · %s", head, a.Message, often, safe(a.Subject), moment(a.ToldAt)))
}

// givenUp is the subject of the alarm about posts that were given up.
const givenUp = "messages"

// givenUpText is what admins read of a post that was given up.
const givenUpText = "A message of the engine could not be posted and was given up: the channel was deleted, is closed to the bot, or Discord refused it. " +
	"What is deployed is not touched by it. `/cloud-list` shows every deployment; `cloudengine doctor` tells whoever runs the engine how many messages there are, and why."

// alarm tells admins, once a day, that something they were to read was given up.
func (o *outbox) alarm(ctx context.Context, post store.Post) {
	if post.Kind == store.PostAlarm || !o.alarms.due(post.GuildID) {
		return
	}
	if err := o.Orchestrator.AlarmIn(ctx, post.GuildID, givenUp, givenUpText); err != nil {
		o.Logger.WarnContext(ctx, "an alarm could not be raised", slog.Any("error", err))
	}
}

// hourly lets something of a guild happen once an hour.
type hourly struct {
	mu   sync.Mutex
	last map[string]time.Time
}

func (h *hourly) due(guildID string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.last[guildID]) < time.Hour {
		return false
	}
	if h.last == nil {
		h.last = map[string]time.Time{}
	}
	h.last[guildID] = time.Now()
	return true
}
