package discordsim

import "strings"

func (s *Sim) gatewayURL() string { return "ws" + strings.TrimPrefix(s.url, "http") }

func (s *Sim) getGateway(*request) (int, any, error) {
	return 200, object{"url": s.gatewayURL()}, nil
}

func (s *Sim) getGatewayBot(*request) (int, any, error) {
	return 200, object{"url": s.gatewayURL(), "shards": 1, "session_start_limit": object{
		"total": 1000, "remaining": 1000, "reset_after": 86400000, "max_concurrency": 1,
	}}, nil
}

func (s *Sim) getMe(q *request) (int, any, error) {
	return 200, struct {
		User
		Verified bool `json:"verified"`
		MFA      bool `json:"mfa_enabled"`
		Flags    int  `json:"flags"`
	}{User: q.app.User, Verified: true}, nil
}

func (s *Sim) getUser(q *request) (int, any, error) {
	if u := s.users[q.value("user_id")]; u != nil {
		return 200, u, nil
	}
	return 0, nil, errUnknownUser
}

func (s *Sim) getApplication(q *request) (int, any, error) { return 200, q.app.wire(), nil }

func (s *Sim) getMyGuilds(q *request) (int, any, error) {
	list := []object{}
	for _, g := range s.guildsOf(q.app) {
		list = append(list, object{
			"id": g.ID, "name": g.Name, "icon": nil, "banner": nil, "owner": false, "features": []any{},
			"permissions": g.basePermissions(g.members[q.app.ID]).String(),
		})
	}
	return 200, list, nil
}

// postDM opens a direct message with a person.
func (s *Sim) postDM(q *request) (int, any, error) {
	var in struct {
		RecipientID string `json:"recipient_id"`
	}
	if err := q.decode(&in); err != nil {
		return 0, nil, err
	}
	u := s.users[in.RecipientID]
	if u == nil {
		return 0, nil, errUnknownUser
	}
	return 200, s.dm(q.app, *u).wire(q.app.ID), nil
}

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

func (s *Sim) getGuildMembers(q *request) (int, any, error) {
	g, err := q.guild()
	if err != nil {
		return 0, nil, err
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
