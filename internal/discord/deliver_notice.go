package discord

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// askAgainAfter is how long those who were asked for approval are not asked anew: who
// adds five resources makes five plans.
const askAgainAfter = 10 * time.Minute

// sendNotice asks those for approval who must give it, if that is still so. Where they
// were asked a moment ago, what they were told is brought up to date, which pings
// nobody; later they are asked anew, and the old message goes.
func (o *outbox) sendNotice(ctx context.Context, post store.Post, l lobby) error {
	s := l.Session
	if s.State != session.PlanReady || len(post.MentionUsers)+len(post.MentionRoles) == 0 || len(s.Approvals) >= l.Needed || l.shut() {
		return o.sent(ctx, post)
	}
	p := l.notice(post.MentionUsers, post.MentionRoles)
	if s.NoticeMessageID != "" && o.clock.age(s.NoticeMessageID) < askAgainAfter {
		err := o.edit(ctx, post, s.ChannelID, s.NoticeMessageID, p)
		switch {
		case err == nil:
			return o.sent(ctx, post)
		case !isGone(err):
			return err
		}
	}
	id, err := o.create(ctx, post, outgoing{channelID: s.ChannelID, picture: p, replyTo: s.LobbyMessageID, same: func(m message) bool {
		return lastLine(m.Content) == noticeMarker(s)
	}})
	if err != nil {
		return err
	}
	err = o.sent(ctx, post, func(tx *store.Tx) error { return tx.SetNotice(ctx, s.ID, id) })
	if err == nil {
		o.takeAway(ctx, post, s.ChannelID, s.NoticeMessageID)
	}
	return err
}

// noticeIsOver reports whether people are still told that the deployment waits for
// them, and it does not.
func (l lobby) noticeIsOver() bool {
	switch l.Session.State {
	case session.Draft, session.Validating, session.Planning, session.PlanReady: // they may be asked again
		return false
	}
	return l.Session.NoticeMessageID != ""
}

// closeNotice says so where they were asked. If that fails, the lobby says it alone,
// and the next time that it is drawn this is tried again.
func (o *outbox) closeNotice(ctx context.Context, post store.Post, l lobby) {
	s := l.Session
	p := text(fmt.Sprintf("**%s** by %s no longer waits for approval.\n%s", l.title(), mention(s.Requester), noticeMarker(s)))
	err := o.edit(ctx, post, s.ChannelID, s.NoticeMessageID, p)
	if err == nil || isGone(err) {
		err = o.Store.InTx(ctx, func(tx *store.Tx) error { return tx.SetNotice(ctx, s.ID, "") })
	}
	if err != nil {
		o.Logger.InfoContext(ctx, "the message that asked for approval could not be closed", slog.String("session", s.ID), slog.Any("error", err))
	}
}

// notice asks for approval.
func (l lobby) notice(users, roles []string) picture {
	const most = 20
	users, roles = users[:min(len(users), most)], roles[:min(len(roles), most)]
	left := l.Needed - len(l.Session.Approvals)
	p := text(fmt.Sprintf("%s: **%s** by %s waits for %s (%s).\n%s", strings.Join(each(users, mention, roles, mentionRole), ", "), l.title(),
		mention(l.Session.Requester), count(left, "approval"), l.Session.Plan.Digest.Summary(), noticeMarker(l.Session)))
	p.Mentions, p.Roles = users, roles
	return p
}

func noticeMarker(s session.Session) string {
	return fmt.Sprintf("-# deployment %s · plan %d", s.ID, s.Generation)
}
