package discord

import (
	"context"
	"errors"
	"fmt"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// sendAlarm tells admins, in their channel for requests, what is wrong with the
// engine's own house.
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
	if guild.RequestsChannel == "" {
		return &errDead{why: "the server has no channel for what admins are told"}
	}
	p := alarmText(a)
	same := func(m message) bool { return lastLine(m.Content) == lastLine(p.Content) }
	if _, err := o.create(ctx, post, outgoing{channelID: guild.RequestsChannel, picture: p, same: same}); err != nil {
		return err
	}
	return o.sent(ctx, post)
}

// alarmText ends with a line by which the message is known again.
func alarmText(a store.Alarm) picture {
	return text(fmt.Sprintf("🟠 **Cloud Engine runs short**\n%s\n-# told once a day · %s · %s", a.Message, safe(a.Subject), moment(a.ToldAt)))
}
