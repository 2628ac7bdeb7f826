package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// deliver draws a post from the newest data and sends it. What it made known,
// and that it is sent, are one transaction.
func (o *outbox) deliver(ctx context.Context, post store.Post) error {
	if post.Kind == store.PostRemind {
		return o.remind(ctx, post)
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

// sendLobby posts the lobby or redraws it. One that somebody deleted is posted
// anew as long as there is something to do in it; one that is too old to be
// edited is posted anew too.
func (o *outbox) sendLobby(ctx context.Context, post store.Post, l lobby) error {
	s, p := l.Session, l.picture()
	var remember []func(tx *store.Tx) error
	if at, ok := l.changesAt(); ok {
		remember = append(remember, func(tx *store.Tx) error { return tx.Remind(ctx, s.GuildID, s.ID, at) })
	}
	if s.LobbyMessageID != "" {
		err := o.edit(ctx, s.ChannelID, s.LobbyMessageID, p)
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
	err = o.sent(ctx, post, append(remember, func(tx *store.Tx) error { return tx.SetLobbyMessage(ctx, s.ID, id) })...)
	if old := s.LobbyMessageID; err == nil && old != "" && old != s.ThreadID {
		// Two lobbies of one deployment would confuse; but a thread needs its first message.
		if err := o.rest().ChannelMessageDelete(s.ChannelID, old, discordgo.WithContext(ctx)); err != nil && !isGone(err) {
			o.Logger.InfoContext(ctx, "an old lobby could not be taken away", slog.String("session", s.ID), slog.Any("error", err))
		}
	}
	return err
}

func isFooterOf(text, id string) bool {
	prefix := footerPrefix + id
	return text == prefix || len(text) > len(prefix) && text[:len(prefix)+1] == prefix+" "
}

// changesAt is when the lobby looks different although nothing happens: Force
// stop can be pressed then.
func (l lobby) changesAt() (time.Time, bool) {
	run := l.Run
	if l.Session.State != session.Applying || run == nil || run.CancelRequestedAt == nil || run.ForceRequestedAt != nil {
		return time.Time{}, false
	}
	at := run.CancelRequestedAt.Add(l.Grace)
	return at, l.Now.Before(at)
}

// sendNotice asks those for approval who must give it, if that is still so.
func (o *outbox) sendNotice(ctx context.Context, post store.Post, l lobby) error {
	s := l.Session
	if s.State != session.PlanReady || len(post.MentionUsers) == 0 || len(s.Approvals) >= l.Needed {
		return o.sent(ctx, post)
	}
	p := l.notice(post.MentionUsers)
	_, err := o.create(ctx, post, outgoing{channelID: s.ChannelID, picture: p, replyTo: s.LobbyMessageID, same: func(m message) bool {
		return lastLine(m.Content) == noticeMarker(s)
	}})
	if err != nil {
		return err
	}
	return o.sent(ctx, post)
}

// openThread opens the session's thread from its lobby, and begins a run in it
// with the message that shows its progress.
func (o *outbox) openThread(ctx context.Context, post store.Post, l lobby) error {
	s := l.Session
	if s.ThreadID == "" {
		id, err := o.startThread(ctx, post, l)
		if err != nil {
			return err
		}
		l.Session.ThreadID = id
		err = o.Store.InTx(ctx, func(tx *store.Tx) error {
			if err := tx.SetThread(ctx, s.ID, id); err != nil {
				return err
			}
			return oweLobby(ctx, tx, post) // it links to the thread
		})
		if err != nil {
			return fmt.Errorf("record the thread: %w", err)
		}
	}
	return o.sendProgress(ctx, post, l)
}

// lobbyPatience is how long a thread waits for the message that it starts from.
const lobbyPatience = 10 * time.Minute

func (o *outbox) startThread(ctx context.Context, post store.Post, l lobby) (string, error) {
	s := l.Session
	if s.LobbyMessageID == "" {
		if time.Since(post.CreatedAt) > lobbyPatience {
			return "", &errDead{why: "there is no lobby to open a thread from"}
		}
		return "", &errPause{after: time.Second, why: "the lobby is not posted yet"}
	}
	start := &discordgo.ThreadStart{Name: clip("Deploy "+l.Project.Slug+"-"+l.Stack.Name, maxThreadName), AutoArchiveDuration: 60}
	body, err := o.rest().RequestWithBucketID("POST", discordgo.EndpointChannelMessageThread(s.ChannelID, s.LobbyMessageID), start, "", discordgo.WithContext(ctx))
	if wait, limited := retryAfter(err); limited {
		return "", &errPause{after: wait, why: "opening threads"}
	}
	switch codeOf(err) {
	case codeThreadExists:
		return s.LobbyMessageID, nil // a thread has the id of the message that it starts from
	case discordgo.ErrCodeUnknownMessage:
		return "", o.lostLobby(ctx, post, l)
	}
	if err != nil {
		return "", fmt.Errorf("open a thread: %w", err)
	}
	var thread struct {
		ID string `json:"id"`
	}
	if err := discordgo.Unmarshal(body, &thread); err != nil {
		return "", fmt.Errorf("read the thread: %w", err)
	}
	return thread.ID, nil
}

// lostLobby posts a lobby anew that somebody deleted; the thread waits for it.
func (o *outbox) lostLobby(ctx context.Context, post store.Post, l lobby) error {
	err := o.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.SetLobbyMessage(ctx, l.Session.ID, ""); err != nil {
			return err
		}
		return oweLobby(ctx, tx, post)
	})
	if err != nil {
		return fmt.Errorf("post the lobby anew: %w", err)
	}
	return &errPause{after: time.Second, why: "the lobby was deleted and is posted anew"}
}

// errNoThread: what belongs in the thread has nowhere to go. The result is posted
// beside the lobby then.
var errNoThread = &errDead{why: "the thread could not be opened"}

// sendProgress posts or redraws the message that shows how far a run has come.
func (o *outbox) sendProgress(ctx context.Context, post store.Post, l lobby) error {
	s, p := l.Session, l.progressPicture()
	if s.ThreadID == "" {
		return errNoThread
	}
	if id := l.Run.ProgressMessageID; id != "" {
		if err := o.edit(ctx, s.ThreadID, id, p); err == nil {
			return o.sent(ctx, post)
		} else if !isGone(err) && !isTooOld(err) {
			return err
		}
	}
	id, err := o.create(ctx, post, outgoing{channelID: s.ThreadID, picture: p, same: func(m message) bool {
		return m.ID != l.Run.ProgressMessageID && lastLine(m.Content) == runMarker(*l.Run)
	}})
	if err != nil {
		return err
	}
	return o.sent(ctx, post, func(tx *store.Tx) error { return tx.SetProgressMessage(ctx, l.Run.ID, id) })
}

// sendLines posts lines of the run's output. Where they come faster than Discord
// takes messages, only the newest are posted; the log has all of them.
func (o *outbox) sendLines(ctx context.Context, post store.Post, l lobby) error {
	if l.Session.ThreadID == "" {
		return errNoThread
	}
	lines, err := o.Store.Lines(ctx, l.Run.ID, *post.FromSeq, *post.ToSeq, *post.ToSeq-*post.FromSeq+1)
	if err != nil {
		return fmt.Errorf("read lines: %w", err)
	}
	before, err := o.Store.ShownLines(ctx, l.Run.ID, post.ID)
	if err != nil {
		return fmt.Errorf("read what was posted: %w", err)
	}
	batch := lineBatch{marker: linesMarker(*l.Run, *post.FromSeq, *post.ToSeq), lines: lines, skipped: *post.FromSeq - 1 - before}
	for i, content := range batch.messages() {
		marker := lastLine(content)
		_, err := o.create(ctx, post, outgoing{channelID: l.Session.ThreadID, picture: text(content), part: i, same: func(m message) bool {
			return lastLine(m.Content) == marker
		}})
		if i > 0 && isPause(err) {
			return errors.New("a part of the lines is posted, and the rest must wait") // not an errPause: the post has begun
		}
		if err != nil {
			return err
		}
	}
	owed, err := o.Store.Backlog(ctx, l.Run.ID, post.ID)
	if err != nil {
		return fmt.Errorf("read what is owed: %w", err)
	}
	return o.sent(ctx, post, func(tx *store.Tx) error { return o.catchUp(ctx, tx, post, owed) })
}

// catchUp skips lines when more of them are owed than could be posted in a
// reasonable time.
func (o *outbox) catchUp(ctx context.Context, tx *store.Tx, post store.Post, owed int) error {
	const tooMany, keep = 30, 5 // posts: half a minute, and what is still worth reading
	if owed <= tooMany {
		return nil
	}
	skipped, err := tx.SkipLines(ctx, *post.RunID, post.ID, keep)
	if err == nil {
		o.Logger.InfoContext(ctx, "lines come faster than they can be posted", slog.Int64("run", *post.RunID), slog.Int("skipped", skipped))
	}
	return err
}

// sendResult says how a run ended: in its thread, or beside the lobby where
// there is none.
func (o *outbox) sendResult(ctx context.Context, post store.Post, l lobby) error {
	s := l.Session
	out := outgoing{channelID: s.ThreadID, same: func(m message) bool { return lastLine(m.Content) == endMarker(*l.Run) }}
	if s.ThreadID == "" {
		out.channelID, out.replyTo = s.ChannelID, s.LobbyMessageID
	} else if id := l.Run.ProgressMessageID; id != "" {
		if err := o.edit(ctx, s.ThreadID, id, l.progressPicture()); err != nil && !isGone(err) && !isTooOld(err) {
			return err
		}
	}
	out.picture = l.result(post.MentionUsers)
	log, err := o.wholeLog(ctx, l)
	if err != nil {
		return err
	}
	out.picture.Files = log
	if _, err := o.create(ctx, post, out); err != nil {
		return err
	}
	return o.sent(ctx, post)
}
