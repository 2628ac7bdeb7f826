package discordsim

import (
	"regexp"
	"slices"
	"strings"
)

// allowedMentions says whom a message may ping.
type allowedMentions struct {
	Parse       []string   `json:"parse"`
	Users       writtenIDs `json:"users"`
	Roles       writtenIDs `json:"roles"`
	RepliedUser bool       `json:"replied_user"`
}

// The defaults where a bot says nothing: everything in a message of its
// own, and whom it replies to; users only in an answer to an interaction.
var (
	mentionsOfMessage     = &allowedMentions{Parse: []string{"users", "roles", "everyone"}, RepliedUser: true}
	mentionsOfInteraction = &allowedMentions{Parse: []string{"users"}}
)

var (
	userMention = regexp.MustCompile(`<@!?(\d+)>`)
	roleMention = regexp.MustCompile(`<@&(\d+)>`)
)

func validateMentions(f *fieldErrors, a *allowedMentions, at string) {
	if a == nil {
		return
	}
	at = join(at, "allowed_mentions")
	for i, kind := range a.Parse {
		if !slices.Contains([]string{"users", "roles", "everyone"}, kind) {
			f.add(join(at, "parse", i), "BASE_TYPE_CHOICES", "Value must be one of ('roles', 'users', 'everyone').")
		}
	}
	for name, list := range map[string]writtenIDs{"users": a.Users, "roles": a.Roles} {
		if len(list) > 100 {
			f.size(join(at, name), len(list), 0, 100)
		}
		if len(list) > 0 && slices.Contains(a.Parse, name) {
			f.add(join(at, "parse"), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "parse:[\"%s\"] and %s: [ids...] are mutually exclusive.", name, name)
		}
	}
}

// mention works out whom a message pings. Only text counts, embeds do not.
func (s *Sim) mention(m *Message, c *Channel, a, otherwise *allowedMentions) {
	if a == nil {
		a = otherwise
	}
	text := m.Content
	walk(m.Components, func(x *Component) bool {
		text += "\n" + x.Content
		return true
	})
	m.Mentions, m.MentionRoles, m.MentionEveryone = []User{}, []string{}, false
	if a.RepliedUser && m.Reference != nil {
		if target := c.find(m.Reference.MessageID); target != nil {
			m.Mentions = append(m.Mentions, target.Author)
		}
	}
	for _, match := range userMention.FindAllStringSubmatch(text, -1) {
		id := match[1]
		u := s.users[id]
		if u != nil && !m.Mentioned(id) && (slices.Contains(a.Parse, "users") || a.Users.has(id)) {
			m.Mentions = append(m.Mentions, u.User)
		}
	}
	if c.guild == nil {
		return
	}
	for _, match := range roleMention.FindAllStringSubmatch(text, -1) {
		id := match[1]
		known := slices.ContainsFunc(c.guild.roles, func(r *Role) bool { return r.ID == id })
		if known && !slices.Contains(m.MentionRoles, id) && (slices.Contains(a.Parse, "roles") || a.Roles.has(id)) {
			m.MentionRoles = append(m.MentionRoles, id)
		}
	}
	everyone := strings.Contains(text, "@everyone") || strings.Contains(text, "@here")
	m.MentionEveryone = everyone && slices.Contains(a.Parse, "everyone") && c.permissions(m.Author.ID).Has(MentionEveryone)
}
