package discord

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// oweShut owes word to whose deployment it is that something about it could not be
// posted, once a day. What is only redrawn after the end is not missed.
func (o *outbox) oweShut(ctx context.Context, post store.Post) error {
	if post.SessionID == "" || post.UserID != "" {
		return nil
	}
	s, err := o.Store.Session(ctx, post.SessionID)
	if err != nil || s.State.Ended() && post.Kind == store.PostLobby {
		return err
	}
	return o.Store.InTx(ctx, func(tx *store.Tx) error {
		if _, _, err := tx.LockSession(ctx, s.ID); err != nil { // the next of a lane may be given up meanwhile
			return err
		}
		told, err := tx.ToldOfShut(ctx, s.ID, tx.Now.Add(-24*time.Hour))
		if err != nil || told {
			return err
		}
		return tx.Owe(ctx, store.Post{GuildID: s.GuildID, Lane: store.PersonLane(s.Requester), Kind: store.PostShut, SessionID: s.ID, UserID: s.Requester})
	})
}

// tellShut tells somebody that nothing can be posted where their deployment is, and
// what to do. They are told directly or not at all: the channel is the trouble.
func (o *outbox) tellShut(ctx context.Context, post store.Post, l lobby) error {
	return o.tell(ctx, post, personal{userID: post.UserID, picture: l.shutText(), marker: "-# deployment " + l.Session.ID})
}

func (l lobby) shutText() picture {
	s := l.Session
	where := "<#" + s.ChannelID + ">"
	if s.ThreadID != "" {
		where += " or " + "<#" + s.ThreadID + ">"
	}
	return text(fmt.Sprintf("🟠 I cannot post about your deployment of %s to `%s` any more: %s was deleted, or I may not write there. The deployment itself goes on as it is.\n"+
		"`/cloud-show project:%s stack:%s` in another channel of the server shows it. To go on here: an admin gives me **View Channel**, **Send Messages**, **Send Messages in Threads** and **Embed Links** in %s, and somebody runs a command of mine there, such as `/cloud-list`.",
		code(l.Stack.Name, maxOptionText), l.Project.Slug, where, l.Project.Slug, l.Stack.Name, "<#"+s.ChannelID+">"))
}

// posting are the permissions without which nothing can be posted to a channel.
const posting = discordgo.PermissionViewChannel | discordgo.PermissionSendMessages | discordgo.PermissionSendMessagesInThreads | discordgo.PermissionEmbedLinks

// reopen lets posts go to the channel of an interaction again, where the bot may
// write now.
func (c *call) reopen(ctx context.Context) {
	may := c.i.AppPermissions
	if c.i.Type == discordgo.InteractionApplicationCommandAutocomplete || may&posting != posting && may&discordgo.PermissionAdministrator == 0 {
		return
	}
	open, err := c.Store.Reopen(ctx, c.i.GuildID, c.i.ChannelID)
	switch {
	case err != nil:
		c.Logger.WarnContext(ctx, "a channel that is open again could not be noted", slog.Any("error", err))
	case open:
		c.Logger.InfoContext(ctx, "the bot can post to a channel again", slog.String("channel", c.i.ChannelID))
	}
}
