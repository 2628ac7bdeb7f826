package discordsim

// guild is the guild of the path; bots see only guilds they are in.
func (q *request) guild() (*Guild, error) {
	g := q.sim.guilds[q.value("guild_id")]
	switch {
	case g == nil:
		return nil, errUnknownGuild
	case g.apps[q.app.ID] == nil:
		return nil, errMissingAccess
	}
	return g, nil
}

func (s *Sim) getGuild(q *request) (int, any, error) {
	g, err := q.guild()
	if err != nil {
		return 0, nil, err
	}
	return 200, g.wire(), nil
}

func (s *Sim) getGuildChannels(q *request) (int, any, error) {
	g, err := q.guild()
	if err != nil {
		return 0, nil, err
	}
	list := []object{}
	for _, c := range g.channels {
		if !c.isThread() && c.sees(q.app.ID) {
			list = append(list, c.wire(""))
		}
	}
	return 200, list, nil
}

func (s *Sim) getGuildRoles(q *request) (int, any, error) {
	g, err := q.guild()
	if err != nil {
		return 0, nil, err
	}
	list := []object{}
	for _, r := range g.roles {
		list = append(list, r.wire())
	}
	return 200, list, nil
}

// getGuildMembers lists members, which takes the privileged intent; to ask
// for a single one does not.
func (s *Sim) getGuildMembers(q *request) (int, any, error) {
	g, err := q.guild()
	if err != nil {
		return 0, nil, err
	}
	if q.app.lacks(uint64(IntentGuildMembers)) {
		return 0, nil, errMissingAccess
	}
	limit, err := q.number("limit", 1, 1000, 1)
	if err != nil {
		return 0, nil, err
	}
	after := snowflake(q.URL.Query().Get("after"))
	list := []object{}
	for _, m := range g.sortedMembers() {
		if snowflake(m.ID) > after && len(list) < limit {
			list = append(list, m.wire())
		}
	}
	return 200, list, nil
}

func (s *Sim) getGuildMember(q *request) (int, any, error) {
	g, err := q.guild()
	if err != nil {
		return 0, nil, err
	}
	if m := g.members[q.value("user_id")]; m != nil {
		return 200, m.wire(), nil
	}
	if s.users[q.value("user_id")] == nil {
		return 0, nil, errUnknownUser
	}
	return 0, nil, errUnknownMember
}

func (s *Sim) getActiveThreads(q *request) (int, any, error) {
	g, err := q.guild()
	if err != nil {
		return 0, nil, err
	}
	list := []object{}
	for _, c := range g.channels {
		if c.isThread() && !c.archived && c.sees(q.app.ID) {
			list = append(list, c.wire(""))
		}
	}
	return 200, object{"threads": list, "members": []any{}}, nil
}
