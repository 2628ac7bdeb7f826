package discordsim

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
)

// The types of a command's option, with Discord's numbers.
const (
	optionSubcommand  = 1
	optionGroup       = 2
	optionString      = 3
	optionInteger     = 4
	optionBoolean     = 5
	optionUser        = 6
	optionChannel     = 7
	optionRole        = 8
	optionMentionable = 9
	optionNumber      = 10
	optionAttachment  = 11
)

// command is a registered application command, as Discord returns it.
type command struct {
	ID                string          `json:"id"`
	ApplicationID     string          `json:"application_id"`
	GuildID           string          `json:"guild_id,omitempty"`
	Version           string          `json:"version"`
	Type              int             `json:"type"`
	Name              string          `json:"name"`
	Names             localizations   `json:"name_localizations"`
	Description       string          `json:"description"`
	Descriptions      localizations   `json:"description_localizations"`
	Options           []commandOption `json:"options,omitempty"`
	MemberPermissions *bits           `json:"default_member_permissions"`
	DMPermission      *bool           `json:"dm_permission,omitempty"`
	Contexts          []int           `json:"contexts"`
	IntegrationTypes  []int           `json:"integration_types,omitempty"`
	NSFW              bool            `json:"nsfw"`
}

// commandOption is a parameter of a command, or a subcommand of it.
type commandOption struct {
	Type         int             `json:"type"`
	Name         string          `json:"name"`
	Names        localizations   `json:"name_localizations,omitempty"`
	Description  string          `json:"description"`
	Descriptions localizations   `json:"description_localizations,omitempty"`
	Required     bool            `json:"required,omitempty"`
	Autocomplete bool            `json:"autocomplete,omitempty"`
	Choices      []Choice        `json:"choices,omitempty"`
	Options      []commandOption `json:"options,omitempty"`
	ChannelTypes []int           `json:"channel_types,omitempty"`
	MinValue     *float64        `json:"min_value,omitempty"`
	MaxValue     *float64        `json:"max_value,omitempty"`
	MinLength    *int            `json:"min_length,omitempty"`
	MaxLength    *int            `json:"max_length,omitempty"`
}

// Choice is a value that is offered for an option.
type Choice struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
	// Names are the translations of Name by locale.
	Names map[string]string `json:"name_localizations,omitempty"`
}

// bits are permissions that arrive as a string or a number and leave as a
// string.
type bits Permissions

// UnmarshalJSON takes "8", 8 and nothing else.
func (b *bits) UnmarshalJSON(data []byte) error {
	n, err := strconv.ParseUint(string(bytes.Trim(data, `"`)), 10, 64)
	if err != nil {
		return fmt.Errorf("permissions: %w", err)
	}
	*b = bits(n)
	return nil
}

// MarshalJSON writes the decimal number as a string.
func (b bits) MarshalJSON() ([]byte, error) {
	return []byte(`"` + Permissions(b).String() + `"`), nil
}

// guildOnly reports whether the command is never offered in a direct
// message.
func (c *command) guildOnly() bool {
	if c.GuildID != "" {
		return true
	}
	if c.Contexts != nil {
		return !slices.Contains(c.Contexts, 1)
	}
	return c.DMPermission != nil && !*c.DMPermission
}

// inGuilds reports whether the command is offered in guilds.
func (c *command) inGuilds() bool {
	return c.GuildID != "" || c.Contexts == nil || slices.Contains(c.Contexts, 0)
}

// mayRun reports whether somebody with these permissions is shown the
// command. offerAll lets everybody who may use commands at all.
func (c *command) mayRun(p Permissions, offerAll bool) bool {
	if p.Has(Administrator) {
		return true
	}
	if !p.Has(UseCommands) {
		return false
	}
	switch {
	case c.MemberPermissions == nil, offerAll:
		return true
	case *c.MemberPermissions == 0: // administrators only
		return false
	}
	return p.Has(Permissions(*c.MemberPermissions))
}

// commandScope is a list of commands: an application's global ones, or
// those of one guild.
type commandScope struct {
	app   *Application
	guild *Guild // nil: everywhere
	list  []*command
}

// set replaces the scope's commands. s.mu is held.
func (c commandScope) set(list []*command) {
	if c.guild == nil {
		c.app.global = list
	} else {
		c.guild.commands[c.app.ID] = list
	}
	c.app.sim.tellCommands(c.app, c.guild)
	c.app.sim.notify()
}

// named is the command of a name and type, nil if there is none.
func (c commandScope) named(name string, kind int) *command {
	for _, k := range c.list {
		if k.Name == name && k.Type == kind {
			return k
		}
	}
	return nil
}

// adopt completes a command that came in; the id of an older one of that
// name and type is kept, as Discord does. s.mu is held.
func (c commandScope) adopt(in *command) {
	in.ApplicationID, in.Version = c.app.ID, c.app.sim.newID()
	if c.guild != nil {
		in.GuildID = c.guild.ID
	} else if in.IntegrationTypes == nil {
		in.IntegrationTypes = []int{0}
	}
	if known := c.named(in.Name, in.Type); known != nil {
		in.ID = known.ID
	} else {
		in.ID = c.app.sim.newID()
	}
}
