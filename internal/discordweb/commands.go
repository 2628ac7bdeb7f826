package discordweb

import (
	"context"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// shownCommand is a command as it is typed: one with subcommands is as many
// commands, "grant add" and "grant remove".
type shownCommand struct {
	Name        string        `json:"name"` // what slash takes
	Label       string        `json:"label"`
	Description string        `json:"description"`
	App         named         `json:"app"`
	Options     []shownOption `json:"options"`
}

type shownOption struct {
	Name         string        `json:"name"` // what args take
	Label        string        `json:"label"`
	Description  string        `json:"description"`
	Type         string        `json:"type"`
	Required     bool          `json:"required"`
	Autocomplete bool          `json:"autocomplete"`
	Choices      []shownChoice `json:"choices"`
	Min          *float64      `json:"min,omitempty"`
	Max          *float64      `json:"max,omitempty"`
	MinLength    *int          `json:"minLength,omitempty"`
	MaxLength    *int          `json:"maxLength,omitempty"`
	ChannelTypes []string      `json:"channelTypes"` // empty for all
}

type shownChoice struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

type commandList struct {
	Commands []shownCommand `json:"commands"`
}

// commands lists what the person may type in a channel, in their language.
func (w *Web) commands(_ context.Context, c *caller, in channelArgs) (commandList, error) {
	x, err := w.channel(c, in.Channel)
	if err != nil {
		return commandList{}, err
	}
	out := commandList{[]shownCommand{}}
	for _, cmd := range c.person.CommandList(x) {
		first := shownCommand{Name: cmd.Name, Label: cmd.Label, Description: cmd.Description, App: named{cmd.App.ID, cmd.App.Name}}
		out.Commands = append(out.Commands, flatten(first, cmd.Options)...)
	}
	slices.SortStableFunc(out.Commands, func(a, b shownCommand) int { return strings.Compare(a.Label, b.Label) })
	return out, nil
}

// flatten makes a command of each of the subcommands.
func flatten(cmd shownCommand, options []discordsim.ShownOption) []shownCommand {
	cmd.Options = []shownOption{}
	var out []shownCommand
	for _, o := range options {
		if kind := o.Type.String(); kind != "subcommand" && kind != "group" {
			cmd.Options = append(cmd.Options, showOption(o))
			continue
		}
		inner := shownCommand{Name: cmd.Name + " " + o.Name, Label: cmd.Label + " " + o.Label, Description: o.Description, App: cmd.App}
		out = append(out, flatten(inner, o.Options)...)
	}
	if len(out) == 0 {
		return []shownCommand{cmd}
	}
	return out
}

func showOption(o discordsim.ShownOption) shownOption {
	out := shownOption{
		Name: o.Name, Label: o.Label, Description: o.Description, Type: o.Type.String(), Required: o.Required, Autocomplete: o.Autocomplete,
		Choices: showChoices(o.Choices), Min: o.Min, Max: o.Max, MinLength: o.MinLength, MaxLength: o.MaxLength, ChannelTypes: []string{},
	}
	for _, t := range o.ChannelTypes {
		if name := channelType(t); !slices.Contains(out.ChannelTypes, name) {
			out.ChannelTypes = append(out.ChannelTypes, name)
		}
	}
	return out
}

// channelType names one of Discord's numbers for channels.
func channelType(t int) string {
	switch t {
	case 0:
		return "text"
	case 10, 11, 12:
		return "thread"
	}
	return "other" // there are none here
}

func showChoices(list []discordsim.Choice) []shownChoice {
	out := make([]shownChoice, 0, len(list))
	for _, c := range list {
		out = append(out, shownChoice{c.Name, c.Value})
	}
	return out
}

type commandArgs struct {
	Channel string          `json:"channel"`
	Name    string          `json:"name"`
	Args    discordsim.Args `json:"args"`
}

// slash runs a command.
func (w *Web) slash(ctx context.Context, c *caller, in commandArgs) (acted, error) {
	x, err := w.channel(c, in.Channel)
	if err != nil {
		return acted{}, err
	}
	done, err := c.person.Slash(ctx, x, in.Name, in.Args)
	return w.acted(c, deed{x, "", done, err, "The application did not respond"})
}

type completeArgs struct {
	commandArgs
	Option string `json:"option"`
	Typed  string `json:"typed"`
}

type choiceList struct {
	Choices []shownChoice `json:"choices"`
}

// complete asks what an option may be, while it is typed.
func (w *Web) complete(ctx context.Context, c *caller, in completeArgs) (choiceList, error) {
	x, err := w.channel(c, in.Channel)
	if err != nil {
		return choiceList{}, err
	}
	list, err := c.person.Complete(ctx, x, in.Name, in.Args, in.Option, in.Typed)
	if err != nil {
		return choiceList{}, byClient(err)
	}
	return choiceList{showChoices(list)}, nil
}
