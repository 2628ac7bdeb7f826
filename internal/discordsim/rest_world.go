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
	}{User: q.app.User, Verified: true}, nil
}

func (s *Sim) getUser(q *request) (int, any, error) {
	if u := s.users[q.value("user_id")]; u != nil {
		return 200, u.User, nil
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
