package discord

import (
	"strings"

	"github.com/bwmarrin/discordgo"
)

// commandOption is one of a command's options. Its texts are in the catalogue.
type commandOption discordgo.ApplicationCommandOption

func optionOf(kind discordgo.ApplicationCommandOptionType, name string) commandOption {
	return commandOption{Type: kind, Name: name}
}

func textOption(name string) commandOption {
	return optionOf(discordgo.ApplicationCommandOptionString, name)
}

// flagOption is a yes or no.
func flagOption(name string) commandOption {
	return optionOf(discordgo.ApplicationCommandOptionBoolean, name)
}

// intOption is a whole number, both ends included.
func intOption(name string, least, most int) commandOption {
	return optionOf(discordgo.ApplicationCommandOptionInteger, name).between(float64(least), float64(most))
}

func userOption(name string) commandOption {
	return optionOf(discordgo.ApplicationCommandOptionUser, name)
}

func roleOption(name string) commandOption {
	return optionOf(discordgo.ApplicationCommandOptionRole, name)
}

// mentionOption is somebody or a role.
func mentionOption(name string) commandOption {
	return optionOf(discordgo.ApplicationCommandOptionMentionable, name)
}

// channelOption is a channel of one of these types; without any, of all types.
func channelOption(name string, types ...discordgo.ChannelType) commandOption {
	o := optionOf(discordgo.ApplicationCommandOptionChannel, name)
	o.ChannelTypes = types
	return o
}

func (o commandOption) between(least, most float64) commandOption {
	o.MinValue, o.MaxValue = &least, most
	return o
}

// required options come before the others.
func (o commandOption) required() commandOption {
	o.Required = true
	return o
}

// completed says that values are offered while one types.
func (o commandOption) completed() commandOption {
	o.Autocomplete = true
	return o
}

// most bounds the length of a text.
func (o commandOption) most(characters int) commandOption {
	o.MaxLength = characters
	return o
}

// choices are the only values; what they are called is in the catalogue.
func (o commandOption) choices(values ...string) commandOption {
	for _, v := range values {
		o.Choices = append(o.Choices, &discordgo.ApplicationCommandOptionChoice{Value: v})
	}
	return o
}

// titled are the only values, as far as Discord takes as many. They have names of
// their own that mean the same in every language.
func (o commandOption) titled(choices ...choice) commandOption {
	for _, c := range choices[:min(len(choices), maxOptions)] {
		o.Choices = append(o.Choices, &discordgo.ApplicationCommandOptionChoice{Name: clip(c.label, maxOptionText), Value: c.value})
	}
	return o
}

// options are what was filled in. What was not is empty, false, 0 or nil.
type options struct {
	values   map[string]any
	resolved discordgo.ApplicationCommandInteractionDataResolved
	focused  string // the option that is being typed
}

func readOptions(data discordgo.ApplicationCommandInteractionData) options {
	o := options{values: map[string]any{}}
	if data.Resolved != nil {
		o.resolved = *data.Resolved
	}
	for _, given := range data.Options {
		o.values[given.Name] = given.Value
		if s, ok := given.Value.(string); ok {
			o.values[given.Name] = storable(s)
		}
		if given.Focused {
			o.focused = given.Name
		}
	}
	return o
}

// given reports whether an option was filled in at all: false is not the same as
// nothing.
func (o options) given(name string) bool {
	_, ok := o.values[name]
	return ok
}

// text is without the space around it, which nobody means. While any option is
// being typed, this is what is there so far.
func (o options) text(name string) string { return strings.TrimSpace(o.id(name)) }

func (o options) flag(name string) bool {
	b, _ := o.values[name].(bool)
	return b
}

func (o options) int(name string) int {
	n, _ := o.values[name].(float64) // as JSON has it
	return int(n)
}

// user is who was picked; nil for a role.
func (o options) user(name string) *discordgo.User { return o.resolved.Users[o.id(name)] }

// member is who was picked as a member of this server: their roles, and since
// when they are in it. nil for who is in it no more.
func (o options) member(name string) *discordgo.Member { return o.resolved.Members[o.id(name)] }

// role is the one that was picked; nil for a user.
func (o options) role(name string) *discordgo.Role { return o.resolved.Roles[o.id(name)] }

// channel is known by its id, name and type alone.
func (o options) channel(name string) *discordgo.Channel { return o.resolved.Channels[o.id(name)] }

func (o options) id(name string) string {
	s, _ := o.values[name].(string)
	return s
}
