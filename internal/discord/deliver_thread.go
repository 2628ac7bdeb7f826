package discord

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/store"
)

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
	start := &discordgo.ThreadStart{Name: clip(l.purpose()+" "+l.Project.Slug+"-"+l.Stack.Name, maxThreadName), AutoArchiveDuration: 60}
	var body []byte
	err := o.ask(ctx, post, asking{channel: s.ChannelID, special: true}, func(ctx context.Context) (err error) {
		body, err = o.rest().RequestWithBucketID("POST", discordgo.EndpointChannelMessageThread(s.ChannelID, s.LobbyMessageID), start, "", discordgo.WithContext(ctx))
		return err
	})
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
		if again := store.ProgressLane(l.Run.ID); post.Lane != again { // lines need not wait for it
			return o.sent(ctx, post, func(tx *store.Tx) error { return oweProgress(ctx, tx, post) })
		}
		if done, err := o.redrawProgress(ctx, post, l, p); done || err != nil {
			return err
		}
	}
	id, err := o.create(ctx, post, outgoing{channelID: s.ThreadID, picture: p, same: func(m message) bool {
		return m.ID != l.Run.ProgressMessageID && lastLine(m.Content) == runMarker(*l.Run)
	}})
	if err != nil {
		return err
	}
	err = o.sent(ctx, post, func(tx *store.Tx) error { return tx.SetProgressMessage(ctx, l.Run.ID, id) })
	if err == nil {
		o.takeAway(ctx, post, s.ThreadID, l.Run.ProgressMessageID)
	}
	return err
}

// redrawProgress redraws the message that is there; false when it is to be posted
// anew.
func (o *outbox) redrawProgress(ctx context.Context, post store.Post, l lobby, p picture) (done bool, err error) {
	if o.outlived(l.Run.ProgressMessageID, l.Run.Status.Ended()) {
		return false, nil
	}
	err = o.edit(ctx, post, l.Session.ThreadID, l.Run.ProgressMessageID, p)
	switch {
	case err == nil, isShut(err): // nobody misses it
		return true, o.sent(ctx, post)
	case isGone(err), isTooOld(err):
		return false, nil
	}
	return false, err
}

// oweProgress owes what a run has come to, in a lane of its own.
func oweProgress(ctx context.Context, tx *store.Tx, post store.Post) error {
	return tx.Owe(ctx, store.Post{GuildID: post.GuildID, Lane: store.ProgressLane(*post.RunID), Kind: store.PostProgress, SessionID: post.SessionID, RunID: post.RunID})
}

// elsewhere is where the parts of a message begin that is posted to another channel
// than it was meant for: nonces are the bot's, not a channel's.
const elsewhere = 100

// sendResult says how a run ended: in its thread, or beside the lobby where
// there is none, or none any more that the bot may write to. Where a later result
// of the run is owed, that one says it all: the run was read before it is asked for.
func (o *outbox) sendResult(ctx context.Context, post store.Post, l lobby) error {
	follows, err := o.Store.ResultFollows(ctx, post)
	if err != nil {
		return fmt.Errorf("look for a later result: %w", err)
	}
	if follows {
		return o.sent(ctx, post)
	}
	s := l.Session
	err = errNoThread
	if s.ThreadID != "" {
		err = o.postResult(ctx, post, l, outgoing{channelID: s.ThreadID})
	}
	if errors.Is(err, errNoThread) || isShut(err) {
		err = o.postResult(ctx, post, l, outgoing{channelID: s.ChannelID, replyTo: s.LobbyMessageID, part: elsewhere})
	}
	if err != nil {
		return err
	}
	if l.Run.ProgressMessageID == "" {
		return o.sent(ctx, post)
	}
	return o.sent(ctx, post, func(tx *store.Tx) error { return oweProgress(ctx, tx, post) }) // for the last time
}
