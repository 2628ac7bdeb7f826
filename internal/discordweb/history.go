package discordweb

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// The sizes of a page of messages, as Discord's.
const (
	usualPage = 50
	mostPage  = 100
)

// shownMessage is a message as a person sees it: Discord's own object, and what
// the page would otherwise have to work out.
type shownMessage struct {
	discordsim.Message
	Mine      bool    `json:"mine"`
	Mentioned bool    `json:"mentioned"`
	Reply     *quoted `json:"reply"`
}

// quoted is what a message answers.
type quoted struct {
	Author  discordsim.User `json:"author"`
	Content string          `json:"content"`
}

func (w *Web) showMessage(c *caller, x *discordsim.Channel, m discordsim.Message) shownMessage {
	out := shownMessage{Message: w.local(m), Mine: m.Author.ID == c.person.ID, Mentioned: mentions(c.person, x, m)}
	if r := m.Referenced; r != nil {
		out.Reply = &quoted{r.Author, r.Content}
		out.Referenced = nil
	}
	return out
}

// mentions reports whether a message mentions a person: by themselves, by one
// of their roles, or with everybody.
func mentions(m *discordsim.Member, x *discordsim.Channel, msg discordsim.Message) bool {
	if msg.MentionEveryone || msg.Mentioned(m.ID) {
		return true
	}
	if len(msg.MentionRoles) == 0 || x.Guild() == nil {
		return false
	}
	member := x.Guild().Member(m.ID)
	if member == nil {
		return false
	}
	for _, r := range member.Roles() {
		for _, id := range msg.MentionRoles {
			if r.ID == id {
				return true
			}
		}
	}
	return false
}

type historyArgs struct {
	Channel string `json:"channel"`
	Before  string `json:"before"`
	Limit   int    `json:"limit"`
}

type pageOfMessages struct {
	Messages []shownMessage `json:"messages"`
	More     bool           `json:"more"`
}

// history is a page of a channel, oldest first.
func (w *Web) history(_ context.Context, c *caller, in historyArgs) (pageOfMessages, error) {
	x, err := w.channel(c, in.Channel)
	if err != nil {
		return pageOfMessages{}, err
	}
	switch {
	case in.Limit < 0 || in.Limit > mostPage:
		return pageOfMessages{}, refused("The limit must be between 1 and %d.", mostPage)
	case in.Limit == 0: // left out
		in.Limit = usualPage
	}
	list, more := x.History(c.person, in.Before, in.Limit)
	out := pageOfMessages{Messages: []shownMessage{}, More: more}
	for _, m := range list {
		out.Messages = append(out.Messages, w.showMessage(c, x, m))
	}
	return out, nil
}

type waitArgs struct {
	Channel  string `json:"channel"`
	Contains string `json:"contains"`
	Button   *struct {
		Label   string `json:"label"`   // or its custom id
		Enabled *bool  `json:"enabled"` // null: either
	} `json:"button"`
	Since   string  `json:"since"` // only what is newer than this message
	Seconds float64 `json:"seconds"`
}

// The waiting time of wait, in seconds.
const (
	usualWait = 10
	mostWait  = 60
)

type oneMessage struct {
	Message shownMessage `json:"message"`
}

// wait is for scripts: the newest message that fits, present or to come.
func (w *Web) wait(ctx context.Context, c *caller, in waitArgs) (oneMessage, error) {
	x, err := w.channel(c, in.Channel)
	if err != nil {
		return oneMessage{}, err
	}
	if in.Seconds <= 0 {
		in.Seconds = usualWait
	}
	in.Seconds = min(in.Seconds, mostWait)
	limited, cancel := context.WithTimeout(ctx, time.Duration(in.Seconds*float64(time.Second)))
	defer cancel()
	m, err := x.Await(limited, c.person, in.fits)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return oneMessage{}, &problem{Text: "No message that fits came in time.", Code: codeFailed}
	}
	if err != nil {
		return oneMessage{}, err
	}
	return oneMessage{w.showMessage(c, x, *m)}, nil
}

// fits is called with the Sim locked: it looks at the message alone.
func (in waitArgs) fits(m discordsim.Message) bool {
	if in.Since != "" && !newer(m.ID, in.Since) || !strings.Contains(m.Text(), in.Contains) {
		return false
	}
	if in.Button == nil {
		return true
	}
	b, ok := m.Button(in.Button.Label)
	return ok && (in.Button.Enabled == nil || *in.Button.Enabled != b.Disabled)
}
