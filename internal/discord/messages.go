package discord

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// message is what is read of one: discordgo's own type cannot be read at all
// where another bot's message has a component that it does not know.
type message struct {
	ID      string `json:"id"`
	Content string `json:"content"`
	Author  struct {
		ID string `json:"id"`
	} `json:"author"`
	Embeds []struct {
		Footer struct {
			Text string `json:"text"`
		} `json:"footer"`
	} `json:"embeds"`
}

// outgoing is a message to post, and how to know it again in its channel.
type outgoing struct {
	channelID string
	picture   picture
	replyTo   string
	part      int // of a post that takes several messages, from 0
	same      func(m message) bool
}

// create posts a message, once: Discord knows its nonce for some minutes, and an
// earlier try whose answer was lost is looked for in the channel.
func (o *outbox) create(ctx context.Context, post store.Post, out outgoing) (string, error) {
	if post.Attempts > 1 {
		if id, err := o.find(ctx, post, out); err != nil || id != "" {
			return id, err
		}
	}
	a := asking{channel: out.channelID, pace: o.creates, special: len(out.picture.Files) > 0}
	body := out.picture.create(post.Nonce)
	if out.part > 0 {
		body.Nonce += "-" + strconv.Itoa(out.part)
	}
	if out.replyTo != "" {
		exists := false
		body.Reference = &discordgo.MessageReference{MessageID: out.replyTo, FailIfNotExists: &exists}
	}
	var made message
	err := o.ask(ctx, post, a, func(ctx context.Context) error {
		raw, err := o.post(ctx, out.channelID, body, out.picture.Files)
		if err != nil {
			return err
		}
		return discordgo.Unmarshal(raw, &made)
	})
	if err != nil {
		return "", fmt.Errorf("post a message: %w", err)
	}
	return made.ID, nil
}

func (o *outbox) post(ctx context.Context, channelID string, body newMessage, files []*discordgo.File) ([]byte, error) {
	endpoint := discordgo.EndpointChannelMessages(channelID)
	if len(files) == 0 {
		return o.rest().RequestWithBucketID("POST", endpoint, body, "", discordgo.WithContext(ctx))
	}
	for _, f := range files { // another try reads them again
		if s, ok := f.Reader.(io.Seeker); ok {
			if _, err := s.Seek(0, io.SeekStart); err != nil {
				return nil, fmt.Errorf("read the files again: %w", err)
			}
		}
	}
	contentType, raw, err := discordgo.MultipartBodyWithJSON(body, files)
	if err != nil {
		return nil, fmt.Errorf("pack the files: %w", err)
	}
	// Files take longer than a request may: only the post's own time bounds them.
	unbounded := &http.Client{Transport: o.client.Transport}
	return o.rest().RequestRaw("POST", endpoint, contentType, raw, "", 0, discordgo.WithContext(ctx), discordgo.WithClient(unbounded))
}

// find looks for a message that an earlier try has posted, from shortly before
// the post was owed.
func (o *outbox) find(ctx context.Context, post store.Post, out outgoing) (string, error) {
	const pages, page = 10, 100
	const skew = 2 * time.Minute // between the clocks of the database and of Discord
	after := snowflake(post.CreatedAt.Add(-skew))
	for range pages {
		var list []message
		url := discordgo.EndpointChannelMessages(out.channelID) + "?limit=" + strconv.Itoa(page) + "&after=" + after
		err := o.ask(ctx, post, asking{channel: out.channelID}, func(ctx context.Context) error {
			raw, err := o.rest().RequestWithBucketID("GET", url, nil, "", discordgo.WithContext(ctx))
			if err != nil {
				return err
			}
			return discordgo.Unmarshal(raw, &list)
		})
		if err != nil {
			return "", fmt.Errorf("look for a message: %w", err)
		}
		for _, m := range list {
			if m.Author.ID == o.userID && out.same(m) {
				return m.ID, nil
			}
			after = newer(after, m.ID)
		}
		if len(list) < page {
			return "", nil
		}
	}
	return "", nil
}

// edit redraws a message. A thread that went to sleep is woken first.
func (o *outbox) edit(ctx context.Context, post store.Post, channelID, messageID string, p picture) error {
	err := o.editOnce(ctx, post, channelID, messageID, p)
	if codeOf(err) == codeThreadArchived {
		err = o.ask(ctx, post, asking{channel: channelID, special: true}, func(ctx context.Context) error {
			awake := false
			_, err := o.rest().ChannelEdit(channelID, &discordgo.ChannelEdit{Archived: &awake}, discordgo.WithContext(ctx))
			return err
		})
		if err != nil {
			return fmt.Errorf("wake the thread: %w", err)
		}
		err = o.editOnce(ctx, post, channelID, messageID, p)
	}
	if err != nil {
		return fmt.Errorf("edit a message: %w", err)
	}
	return nil
}

func (o *outbox) editOnce(ctx context.Context, post store.Post, channelID, messageID string, p picture) error {
	if wait := o.redraws.room(messageID); wait > 0 && o.whole.busy("") {
		return &errPause{after: wait, why: "what is said comes before what is redrawn"}
	}
	o.redraws.begin(messageID)
	defer o.redraws.answered(messageID)
	return o.ask(ctx, post, asking{channel: channelID, pace: o.edits}, func(ctx context.Context) error {
		body := p.edit(channelID, messageID)
		_, err := o.rest().RequestWithBucketID("PATCH", discordgo.EndpointChannelMessage(channelID, messageID), body, "", discordgo.WithContext(ctx))
		return err
	})
}

// isGone reports whether the message to edit is not there any more.
func isGone(err error) bool { return codeOf(err) == discordgo.ErrCodeUnknownMessage }

// isTooOld reports whether the message is too old to be edited as often as it is.
func isTooOld(err error) bool { return codeOf(err) == codeOldEdit }

func isPause(err error) bool {
	var p *errPause
	return errors.As(err, &p)
}

// discordEpoch is where the time in Discord's ids begins.
const discordEpoch = 1420070400000

// snowflake is the smallest id of a time.
func snowflake(t time.Time) string {
	return strconv.FormatInt(max(0, t.UnixMilli()-discordEpoch)<<22, 10)
}

// newer is the younger of two ids.
func newer(a, b string) string {
	x, _ := strconv.ParseUint(a, 10, 64)
	if y, err := strconv.ParseUint(b, 10, 64); err == nil && y > x {
		return b
	}
	return a
}
