package discordsim

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// commands are those of the path's scope, which must be the caller's own.
func (q *request) commands() (commandScope, error) {
	if q.value("application_id") != q.app.ID {
		return commandScope{}, errUnknownApplication
	}
	guildID := q.value("guild_id")
	if guildID == "" {
		return commandScope{app: q.app, list: q.app.global}, nil
	}
	g := q.sim.guilds[guildID]
	if g == nil || g.apps[q.app.ID] == nil {
		return commandScope{}, errMissingAccess
	}
	return commandScope{q.app, g, g.commands[q.app.ID]}, nil
}

// command is the one of the path, with its scope.
func (q *request) command() (commandScope, *command, error) {
	scope, err := q.commands()
	if err != nil {
		return scope, nil, err
	}
	for _, c := range scope.list {
		if c.ID == q.value("command_id") {
			return scope, c, nil
		}
	}
	return scope, nil, errUnknownCommand
}

func (s *Sim) listCommands(q *request) (int, any, error) {
	scope, err := q.commands()
	if err != nil || q.flag("with_localizations") {
		return 200, append([]*command{}, scope.list...), err
	}
	locale := cmp.Or(q.Header.Get("X-Discord-Locale"), preferred(q.Header.Get("Accept-Language")))
	out := []object{}
	for _, c := range scope.list {
		o, err := c.inLocale(locale)
		if err != nil {
			return 0, nil, err
		}
		out = append(out, o)
	}
	return 200, out, nil
}

// inLocale is a command as a list of them shows it: with the texts of one
// locale in the place of all.
func (c *command) inLocale(locale string) (object, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	var o object
	err = json.Unmarshal(text, &o)
	localize(o, locale)
	return o, err
}

// localize replaces the translations of a command, an option or a choice,
// and of all in it, by those of one locale, where there are any.
func localize(o object, locale string) {
	for _, field := range []string{"name", "description"} {
		all, known := o[field+"_localizations"]
		if !known {
			continue
		}
		o[field+"_localizations"] = nil
		if texts, _ := all.(object); texts[locale] != nil {
			o[field+"_localized"] = texts[locale]
		}
	}
	for _, group := range []string{"options", "choices"} {
		list, _ := o[group].([]any)
		for _, inner := range list {
			localize(inner.(object), locale)
		}
	}
}

// preferred is the first language of an Accept-Language header.
func preferred(header string) string {
	first, _, _ := strings.Cut(header, ",")
	first, _, _ = strings.Cut(first, ";")
	return strings.TrimSpace(first)
}

func (s *Sim) putCommands(q *request) (int, any, error) {
	scope, err := q.commands()
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
		scope.adopt(c)
	}
	scope.set(list)
	return 200, list, nil
}

func (s *Sim) postCommand(q *request) (int, any, error) {
	scope, err := q.commands()
	if err != nil {
		return 0, nil, err
	}
	c := &command{}
	if err := q.decode(c); err != nil {
		return 0, nil, err
	}
	return scope.upsert(c)
}

// upsert adds or replaces one command, after checking it and the number.
func (scope commandScope) upsert(c *command) (int, any, error) {
	var f fieldErrors
	validateCommand(&f, c, "")
	if err := f.err(); err != nil {
		return 0, nil, err
	}
	scope.adopt(c)
	list := slices.Clone(scope.list)
	if i := slices.IndexFunc(list, func(k *command) bool { return k.ID == c.ID }); i >= 0 {
		list[i] = c
		scope.set(list)
		return 200, c, nil
	}
	if len(list) >= maxCommands {
		return 0, nil, &apiError{Status: 400, Code: 30032, Message: "Maximum number of application commands reached (100)", fault: true}
	}
	scope.set(append(list, c))
	return 201, c, nil
}

func (s *Sim) getCommand(q *request) (int, any, error) {
	_, c, err := q.command()
	return 200, c, err
}

func (s *Sim) patchCommand(q *request) (int, any, error) {
	scope, c, err := q.command()
	if err != nil {
		return 0, nil, err
	}
	changed, err := q.patched(c)
	if err != nil {
		return 0, nil, err
	}
	var f fieldErrors
	validateCommand(&f, changed, "")
	if other := scope.named(changed.Name, changed.Type); other != nil && other != c {
		duplicateName(&f, "name")
	}
	if err := f.err(); err != nil {
		return 0, nil, err
	}
	changed.ID, changed.Version = c.ID, s.newID()
	list := slices.Clone(scope.list)
	list[slices.Index(list, c)] = changed
	scope.set(list)
	return 200, changed, nil
}

// patched is a command with the fields of the body in the place of its own.
// Fields are replaced as a whole: what JSON decodes into is new.
func (q *request) patched(c *command) (*command, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	if err := q.decode(&fields); err != nil {
		return nil, err
	}
	whole := *q
	if whole.body, err = json.Marshal(fields); err != nil {
		return nil, err
	}
	changed := &command{}
	return changed, whole.decode(changed)
}

func (s *Sim) deleteCommand(q *request) (int, any, error) {
	scope, c, err := q.command()
	if err != nil {
		return 0, nil, err
	}
	scope.set(slices.DeleteFunc(slices.Clone(scope.list), func(k *command) bool { return k == c }))
	return 204, nil, nil
}
