package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// deliver draws a post from the newest data and sends it. What it made known,
// and that it is sent, are one transaction.
func (o *outbox) deliver(ctx context.Context, post store.Post) error {
	switch post.Kind {
	case store.PostRemind:
		return o.remind(ctx, post)
	case store.PostRequest:
		return o.sendRequest(ctx, post)
	case store.PostDecided:
		return o.tellDecided(ctx, post)
	case store.PostEnding:
		return o.tellEnding(ctx, post)
	case store.PostAlarm:
		return o.sendAlarm(ctx, post)
	}
	seen, err := o.Orchestrator.Lobby(ctx, post.SessionID)
	if errors.Is(err, store.ErrNotFound) {
		return &errDead{why: "its session is gone", cause: err}
	}
	if err != nil {
		return fmt.Errorf("read the lobby: %w", err)
	}
	if post.RunID != nil && (seen.Run == nil || seen.Run.ID != *post.RunID) {
		run, err := o.Store.Run(ctx, *post.RunID)
		if err != nil {
			return fmt.Errorf("read the run: %w", err)
		}
		seen.Run = &run
	}
	l, err := o.lobby(ctx, seen)
	if err != nil {
		return err
	}
	switch post.Kind {
	case store.PostLobby:
		return o.sendLobby(ctx, post, l)
	case store.PostNotice:
		return o.sendNotice(ctx, post, l)
	case store.PostThread:
		return o.openThread(ctx, post, l)
	case store.PostProgress:
		return o.sendProgress(ctx, post, l)
	case store.PostLines:
		return o.sendLines(ctx, post, l)
	case store.PostResult:
		return o.sendResult(ctx, post, l)
	case store.PostStopped:
		return o.tellStopped(ctx, post, l)
	case store.PostShut:
		return o.tellShut(ctx, post, l)
	}
	return &errDead{why: "there is no post of kind " + string(post.Kind)}
}

// sent records that a post is sent, with what that made known.
func (o *outbox) sent(ctx context.Context, post store.Post, also ...func(tx *store.Tx) error) error {
	err := o.Store.InTx(ctx, func(tx *store.Tx) error {
		for _, fn := range also {
			if err := fn(tx); err != nil {
				return err
			}
		}
		return tx.Sent(ctx, post.ID)
	})
	if err != nil {
		return fmt.Errorf("record a sent post: %w", err)
	}
	return nil
}

// remind owes the lobby now.
func (o *outbox) remind(ctx context.Context, post store.Post) error {
	return o.sent(ctx, post, func(tx *store.Tx) error { return oweLobby(ctx, tx, post) })
}

func oweLobby(ctx context.Context, tx *store.Tx, post store.Post) error {
	return tx.Owe(ctx, store.Post{GuildID: post.GuildID, Lane: store.LobbyLane(post.SessionID), Kind: store.PostLobby, SessionID: post.SessionID})
}

// sendLobby draws the lobby, and then what else says that the deployment waits.
func (o *outbox) sendLobby(ctx context.Context, post store.Post, l lobby) error {
	if err := o.drawLobby(ctx, post, l); err != nil {
		return err
	}
	if l.noticeIsOver() {
		o.closeNotice(ctx, post, l)
	}
	return nil
}

// drawLobby posts the lobby or redraws it. One that somebody deleted is posted
// anew as long as there is something to do in it; so is one that is too old to be
// redrawn.
func (o *outbox) drawLobby(ctx context.Context, post store.Post, l lobby) error {
	s, p := l.Session, l.picture()
	var remember []func(tx *store.Tx) error
	if at, ok := l.changesAt(); ok {
		remember = append(remember, func(tx *store.Tx) error { return tx.Remind(ctx, s.GuildID, s.ID, at) })
	}
	if s.LobbyMessageID != "" && !o.outlived(s.LobbyMessageID, s.State.Ended()) {
		err := o.edit(ctx, post, s.ChannelID, s.LobbyMessageID, p)
		switch {
		case err == nil, isGone(err) && s.State.Ended():
			return o.sent(ctx, post, remember...)
		case !isGone(err) && !isTooOld(err):
			return err
		}
	}
	id, err := o.create(ctx, post, outgoing{channelID: s.ChannelID, picture: p, same: func(m message) bool {
		return m.ID != s.LobbyMessageID && len(m.Embeds) == 1 && isFooterOf(m.Embeds[0].Footer.Text, s.ID)
	}})
	if err != nil {
		return err
	}
	err = o.sent(ctx, post, append(remember, func(tx *store.Tx) error {
		err := tx.SetLobbyMessage(ctx, s.ID, id)
		if err == nil {
			s.ThreadID, s.State, err = tx.ThreadOf(ctx, s.ID) // it may have been opened meanwhile
		}
		return err
	})...)
	if err == nil {
		o.retireLobby(ctx, post, s, id)
	}
	return err
}

// retireLobby takes away the lobby whose place a newer one has taken: two of one
// deployment would confuse. One that the thread started from, or may be starting from
// just now, is needed there, and tells where to go.
func (o *outbox) retireLobby(ctx context.Context, post store.Post, s session.Session, newer string) {
	opening := s.ThreadID == "" && (s.State == session.Approved || s.State == session.Applying)
	if s.LobbyMessageID == "" || s.LobbyMessageID != s.ThreadID && !opening {
		o.takeAway(ctx, post, s.ChannelID, s.LobbyMessageID)
		return
	}
	p := text("This deployment's lobby is further down: " + messageURL(s.GuildID, s.ChannelID, newer))
	if err := o.edit(ctx, post, s.ChannelID, s.LobbyMessageID, p); err != nil && !isGone(err) {
		o.Logger.InfoContext(ctx, "the lobby that a thread started from could not be redrawn", slog.String("session", s.ID), slog.Any("error", err))
	}
}

func isFooterOf(text, id string) bool {
	prefix := footerPrefix + id
	return text == prefix || len(text) > len(prefix) && text[:len(prefix)+1] == prefix+" "
}

// changesAt is when the lobby looks different although nothing happens: Force
// stop can be pressed then, or a freeze is over.
func (l lobby) changesAt() (time.Time, bool) {
	run := l.Run
	if f := l.Project.Rules.Freeze; l.Session.State == session.PlanReady && f.At(l.Now) && f.Until != nil {
		return *f.Until, true
	}
	if l.Session.State != session.Applying || run == nil || run.CancelRequestedAt == nil || run.ForceRequestedAt != nil {
		return time.Time{}, false
	}
	at := run.CancelRequestedAt.Add(l.Grace)
	return at, l.Now.Before(at)
}
