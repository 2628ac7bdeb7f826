package discordsim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Args are what a person fills into a slash command, by option name. Values
// are strings, numbers, booleans, a *Member, a User who may be none, a *Role
// or a *Channel (or the id of one); a choice may be given by its name or its
// value.
type Args map[string]any

// The refusals that a person meets before anything reaches the bot.
var (
	// ErrUnknownCommand: the command is not offered here, or not to them.
	ErrUnknownCommand = errors.New("no such command here")
	// ErrNotAllowed: they do not see the channel, or left the guild.
	ErrNotAllowed = errors.New("not allowed here")
)

// Slash runs a command, as typed: "cloud-deploy", or with subcommands
// "grant add". It returns once the bot has answered or deferred, with
// ErrNoResponse if it did not in time, and an error without anything sent
// where Discord's client would not let it be sent.
func (m *Member) Slash(ctx context.Context, c *Channel, name string, args Args) (*Interaction, error) {
	in, err := m.startCommand(c, name, args, interactionCommand, "")
	if err != nil {
		return nil, err
	}
	return in, in.answered(ctx)
}

// Complete types into an option of a command that has autocomplete, with
// the other options as in args, and returns what is offered, in the person's
// language.
func (m *Member) Complete(ctx context.Context, c *Channel, name string, args Args, option, typed string) ([]Choice, error) {
	filled := Args{option: typed}
	for k, v := range args {
		if k != option {
			filled[k] = v
		}
	}
	in, err := m.startCommand(c, name, filled, interactionAutocomplete, option)
	if err != nil {
		return nil, err
	}
	if err := in.answered(ctx); err != nil {
		return nil, err
	}
	m.sim.mu.Lock()
	defer m.sim.mu.Unlock()
	choices := slices.Clone(in.choices)
	for i, c := range choices {
		choices[i].Name = translate(c.Name, c.Names, m.sim.localeOf(m.ID))
	}
	return choices, nil
}

// AwaitCommands waits until an application has registered commands in a
// guild, or its global ones if the guild is nil.
func (s *Sim) AwaitCommands(ctx context.Context, app *Application, g *Guild, names ...string) error {
	return s.await(ctx, func() (bool, error) {
		list := app.global
		if g != nil {
			list = g.commands[app.ID]
		}
		for _, name := range names {
			if !slices.ContainsFunc(list, func(c *command) bool { return c.Name == name }) {
				return false, nil
			}
		}
		return true, nil
	})
}

// AwaitSessions waits until exactly n gateway sessions of an application are
// connected.
func (s *Sim) AwaitSessions(ctx context.Context, app *Application, n int) error {
	return s.await(ctx, func() (bool, error) { return app.connected() == n, nil })
}

// startCommand checks what a person typed and sends it. focused is the
// option being completed.
func (m *Member) startCommand(c *Channel, name string, args Args, kind int, focused string) (*Interaction, error) {
	m.sim.mu.Lock()
	defer m.sim.mu.Unlock()
	if !c.sees(m.ID) {
		return nil, fmt.Errorf("/%s in %s: %w", name, c.name, ErrNotAllowed)
	}
	words := strings.Fields(strings.TrimPrefix(name, "/"))
	if len(words) == 0 {
		return nil, ErrUnknownCommand
	}
	for _, o := range m.offered(c) {
		if o.command.Name != words[0] {
			continue
		}
		in := &Interaction{kind: kind, app: o.app, channel: c, user: m.User, command: o.command, path: strings.Join(words, " "), did: m.sim.describe(name, args)}
		fill := &filling{sim: m.sim, channel: c, user: m.ID, args: args, focused: focused, resolved: object{}}
		options, err := fill.options(words[1:], o.command.Options)
		if err != nil {
			return nil, fmt.Errorf("/%s: %w", name, err)
		}
		data := object{"id": o.command.ID, "name": o.command.Name, "type": 1, "options": options}
		if o.command.GuildID != "" {
			data["guild_id"] = o.command.GuildID
		}
		if len(fill.resolved) > 0 {
			data["resolved"] = fill.resolved
		}
		in.focused = fill.focusedType
		return in, m.sim.deliver(in, data)
	}
	return nil, fmt.Errorf("/%s: %w", name, ErrUnknownCommand)
}

// describe writes a command as it is typed.
func (s *Sim) describe(name string, args Args) string {
	var b strings.Builder
	b.WriteString("/" + strings.TrimPrefix(name, "/"))
	keys := make([]string, 0, len(args))
	for k := range args {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, " %s:%s", k, s.show(args[k]))
	}
	return b.String()
}

// show writes a value the way a person sees it. s.mu is held.
func (s *Sim) show(v any) string {
	if id, ok := v.(string); ok {
		v = s.named(id)
	}
	switch v := v.(type) {
	case *Member:
		return "@" + v.Username
	case User:
		return "@" + v.Username
	case *Role:
		return "@" + strings.TrimPrefix(v.Name, "@")
	case *Channel:
		return "#" + v.name
	}
	return fmt.Sprint(v)
}

// named is whom or what an id names; a text that is none stays one. s.mu is
// held.
func (s *Sim) named(id string) any {
	if u := s.users[id]; u != nil {
		return u.User
	}
	if c := s.channels[id]; c != nil {
		return c
	}
	for _, g := range s.guilds {
		if r := g.role(id); r != nil {
			return r
		}
	}
	return id
}
