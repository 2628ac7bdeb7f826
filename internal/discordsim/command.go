package discordsim

import (
	"bytes"
	"encoding/json"
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
	NameLocalized     any             `json:"name_localizations"`
	Description       string          `json:"description"`
	DescriptionLocal  any             `json:"description_localizations"`
	Options           []commandOption `json:"options,omitempty"`
	MemberPermissions *bits           `json:"default_member_permissions"`
	DMPermission      *bool           `json:"dm_permission,omitempty"`
	Contexts          []int           `json:"contexts"`
	IntegrationTypes  []int           `json:"integration_types,omitempty"`
	NSFW              bool            `json:"nsfw"`
}

// commandOption is a parameter of a command, or a subcommand of it.
type commandOption struct {
	Type             int             `json:"type"`
	Name             string          `json:"name"`
	NameLocalized    any             `json:"name_localizations,omitempty"`
	Description      string          `json:"description"`
	DescriptionLocal any             `json:"description_localizations,omitempty"`
	Required         bool            `json:"required,omitempty"`
	Autocomplete     bool            `json:"autocomplete,omitempty"`
	Choices          []Choice        `json:"choices,omitempty"`
	Options          []commandOption `json:"options,omitempty"`
	ChannelTypes     []int           `json:"channel_types,omitempty"`
	MinValue         *float64        `json:"min_value,omitempty"`
	MaxValue         *float64        `json:"max_value,omitempty"`
	MinLength        *int            `json:"min_length,omitempty"`
	MaxLength        *int            `json:"max_length,omitempty"`
}

// Choice is a value that is offered for an option.
type Choice struct {
	Name  string `json:"name"`
	Value any    `json:"value"`

	NameLocalized any `json:"name_localizations,omitempty"`
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
// command.
func (c *command) mayRun(p Permissions) bool {
	if p.Has(Administrator) {
		return true
	}
	if !p.Has(UseCommands) {
		return false
	}
	switch {
	case c.MemberPermissions == nil:
		return true
	case *c.MemberPermissions == 0: // administrators only
		return false
	}
	return p.Has(Permissions(*c.MemberPermissions))
}

// commandScope is a list of commands: an application's global ones, or
// those of one guild.
func (s *Sim) commandScope(app *Application, guildID string) (*Guild, []*command, error) {
	if guildID == "" {
		return nil, app.global, nil
	}
	g := s.guilds[guildID]
	if g == nil || g.apps[app.ID] == nil {
		return nil, nil, errMissingAccess
	}
	return g, g.commands[app.ID], nil
}

// setCommands replaces a scope's commands.
func (s *Sim) setCommands(app *Application, g *Guild, list []*command) {
	if g == nil {
		app.global = list
	} else {
		g.commands[app.ID] = list
	}
	s.notify()
}

// adopt completes a command that came in; the id of an older one of that
// name and type is kept, as Discord does.
func (s *Sim) adopt(app *Application, g *Guild, known []*command, c *command) {
	c.ApplicationID, c.Version = app.ID, s.newID()
	if g != nil {
		c.GuildID = g.ID
	} else if c.IntegrationTypes == nil {
		c.IntegrationTypes = []int{0}
	}
	c.ID = ""
	for _, k := range known {
		if k.Name == c.Name && k.Type == c.Type {
			c.ID = k.ID
		}
	}
	if c.ID == "" {
		c.ID = s.newID()
	}
}

func (s *Sim) listCommands(q *request) (int, any, error) {
	app, err := q.ownApplication()
	if err != nil {
		return 0, nil, err
	}
	_, list, err := s.commandScope(app, q.value("guild_id"))
	return 200, append([]*command{}, list...), err
}

func (s *Sim) putCommands(q *request) (int, any, error) {
	app, err := q.ownApplication()
	if err != nil {
		return 0, nil, err
	}
	g, known, err := s.commandScope(app, q.value("guild_id"))
	if err != nil {
		return 0, nil, err
	}
	list := []*command{}
	if err := q.decode(&list); err != nil {
		return 0, nil, err
	}
	var f fieldErrors
	validateCommands(&f, list)
	if err := f.err(); err != nil {
		return 0, nil, err
	}
	for _, c := range list {
		s.adopt(app, g, known, c)
	}
	s.setCommands(app, g, list)
	return 200, list, nil
}

func (s *Sim) postCommand(q *request) (int, any, error) {
	app, err := q.ownApplication()
	if err != nil {
		return 0, nil, err
	}
	g, known, err := s.commandScope(app, q.value("guild_id"))
	if err != nil {
		return 0, nil, err
	}
	c := &command{}
	if err := q.decode(c); err != nil {
		return 0, nil, err
	}
	return s.upsert(app, g, known, c)
}

// upsert adds or replaces one command, after checking it and the number.
func (s *Sim) upsert(app *Application, g *Guild, known []*command, c *command) (int, any, error) {
	var f fieldErrors
	validateCommand(&f, c, "")
	if err := f.err(); err != nil {
		return 0, nil, err
	}
	s.adopt(app, g, known, c)
	same := func(k *command) bool { return k.ID == c.ID }
	i := slices.IndexFunc(known, same)
	if i >= 0 {
		list := slices.Clone(known)
		list[i] = c
		s.setCommands(app, g, list)
		return 200, c, nil
	}
	if len(known) >= maxCommands {
		return 0, nil, &apiError{Status: 400, Code: 30032, Message: "Maximum number of application commands reached (100)", fault: true}
	}
	s.setCommands(app, g, append(slices.Clone(known), c))
	return 201, c, nil
}

func (s *Sim) getCommand(q *request) (int, any, error) {
	_, _, c, _, err := s.oneCommand(q)
	return 200, c, err
}

func (s *Sim) patchCommand(q *request) (int, any, error) {
	app, g, c, known, err := s.oneCommand(q)
	if err != nil {
		return 0, nil, err
	}
	text, err := json.Marshal(c)
	if err != nil {
		return 0, nil, err
	}
	changed := &command{}
	if err := json.Unmarshal(text, changed); err != nil {
		return 0, nil, err
	}
	if err := q.decode(changed); err != nil {
		return 0, nil, err
	}
	var f fieldErrors
	validateCommand(&f, changed, "")
	if err := f.err(); err != nil {
		return 0, nil, err
	}
	changed.ID, changed.Version = c.ID, s.newID()
	list := slices.Clone(known)
	list[slices.Index(known, c)] = changed
	s.setCommands(app, g, list)
	return 200, changed, nil
}

func (s *Sim) deleteCommand(q *request) (int, any, error) {
	app, g, c, known, err := s.oneCommand(q)
	if err != nil {
		return 0, nil, err
	}
	s.setCommands(app, g, slices.DeleteFunc(slices.Clone(known), func(k *command) bool { return k == c }))
	return 204, nil, nil
}

func (s *Sim) oneCommand(q *request) (*Application, *Guild, *command, []*command, error) {
	app, err := q.ownApplication()
	if err != nil {
		return nil, nil, nil, nil, err
	}
	g, known, err := s.commandScope(app, q.value("guild_id"))
	if err != nil {
		return nil, nil, nil, nil, err
	}
	for _, c := range known {
		if c.ID == q.value("command_id") {
			return app, g, c, known, nil
		}
	}
	return nil, nil, nil, nil, errUnknownCommand
}
