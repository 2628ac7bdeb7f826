package discordsim

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

func (s *Sim) listCommands(q *request) (int, any, error) {
	app, err := q.ownApplication()
	if err != nil {
		return 0, nil, err
	}
	_, list, err := s.commandScope(app, q.value("guild_id"))
	if err != nil || q.flag("with_localizations") {
		return 200, append([]*command{}, list...), err
	}
	locale := cmp.Or(q.Header.Get("X-Discord-Locale"), preferred(q.Header.Get("Accept-Language")))
	out := []object{}
	for _, c := range list {
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
	changed, err := q.patched(c)
	if err != nil {
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
