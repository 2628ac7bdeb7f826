package discordweb

import (
	"context"
	"errors"
	"unicode/utf8"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// deed is something that a person did with a bot.
type deed struct {
	channel *discordsim.Channel
	message string // that was pressed on; empty for a command
	done    *discordsim.Interaction
	err     error
	failed  string // what Discord's client says in the channel where the bot does not answer
}

// acted is what came of it: nothing to say, unless a script's bot opened a form.
type acted struct {
	Modal *shownForm `json:"modal,omitempty"`
}

// acted tells the window that did something what came of it. Over HTTP, where
// nothing can be pushed, a form is part of the answer.
func (w *Web) acted(c *caller, d deed) (acted, error) {
	if d.err != nil {
		if errors.Is(d.err, discordsim.ErrNoResponse) && d.failed != "" && c.window != nil {
			app := d.done.Application()
			what := failedPush{"failed", d.done.ID, d.failed, d.channel.ID, d.message, d.done.Command(), named{app.ID, app.Name}}
			c.window.pushTo(c.person, "failed/"+d.done.ID, what)
		}
		return acted{}, byClient(d.err)
	}
	modal := d.done.Modal()
	if modal == nil {
		return acted{}, nil
	}
	form := w.forms.open(c.person, d.channel, d.done, modal)
	if c.window == nil {
		return acted{&form}, nil
	}
	c.window.pushTo(c.person, "modal/"+form.Key, modalPush{"modal", form})
	return acted{}, nil
}

type pressArgs struct {
	Channel   string               `json:"channel"`
	Message   string               `json:"message"`
	Component discordsim.Component `json:"component"`
	Values    []string             `json:"values"`
}

// press presses a button, or chooses in a select menu. The component is as the
// person saw it; one that has no type, as scripts name it, is looked up by its
// label or custom id in the message as it is.
func (w *Web) press(ctx context.Context, c *caller, in pressArgs) (acted, error) {
	x, err := w.channel(c, in.Channel)
	if err != nil {
		return acted{}, err
	}
	if in.Component.Type == 0 {
		if in.Component, err = componentOf(c, x, in); err != nil {
			return acted{}, err
		}
	}
	values := make([]any, 0, len(in.Values))
	for _, v := range in.Values {
		values = append(values, v)
	}
	done, err := c.person.Press(ctx, x.ID, in.Message, in.Component, values...)
	return w.acted(c, deed{x, in.Message, done, err, "This interaction failed"})
}

// componentOf finds the component that a script names.
func componentOf(c *caller, x *discordsim.Channel, in pressArgs) (discordsim.Component, error) {
	m, ok := x.Message(c.person, in.Message)
	if !ok {
		return discordsim.Component{}, unknown("There is no such message in the channel.")
	}
	for _, name := range []string{in.Component.CustomID, in.Component.Label, in.Component.Placeholder} {
		if b, ok := m.Button(name); ok {
			return b, nil
		}
		if s, ok := m.Select(name); ok {
			return s, nil
		}
	}
	return discordsim.Component{}, unknown("The message has no such button or menu.")
}

type submitArgs struct {
	Modal  string         `json:"modal"`
	Fields map[string]any `json:"fields"` // by custom id: a string, or a list of them
}

// submit sends a form. Where the bot does not answer it stays open, and says so
// itself.
func (w *Web) submit(ctx context.Context, c *caller, in submitArgs) (acted, error) {
	f := w.forms.find(c.person, in.Modal)
	if f == nil {
		return acted{}, unknown("This form is no longer open. Do again what opened it.")
	}
	if p := check(f.modal, in.Fields); p != nil {
		return acted{}, p
	}
	done, err := c.person.Submit(ctx, f.modal, in.Fields)
	if err == nil {
		w.forms.close(in.Modal)
	}
	return w.acted(c, deed{f.channel, "", done, err, ""})
}

type sayArgs struct {
	Channel string `json:"channel"`
	Text    string `json:"text"`
}

// longestText is that of a person's message, in characters, as Discord's.
const longestText = 2000

// say writes a message. Who writes has read what was there.
func (w *Web) say(_ context.Context, c *caller, in sayArgs) (none, error) {
	x, err := w.channel(c, in.Channel)
	switch n := utf8.RuneCountInString(in.Text); {
	case err != nil:
		return none{}, err
	case n > longestText:
		return none{}, refused("The message has %d characters; %d is the most.", n, longestText)
	case isBlank(in.Text):
		return none{}, refused("The message is empty.")
	}
	if _, err := c.person.Say(x, in.Text); err != nil {
		return none{}, err
	}
	w.haveRead(c, x)
	return none{}, nil
}
