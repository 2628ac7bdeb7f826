package discordsim

// User is an account, of a person or of a bot, as Discord writes it.
type User struct {
	ID            string  `json:"id"`
	Username      string  `json:"username"`
	Discriminator string  `json:"discriminator"`
	GlobalName    *string `json:"global_name"`
	Avatar        *string `json:"avatar"`
	Bot           bool    `json:"bot,omitempty"`
	PublicFlags   int     `json:"public_flags"`
	Flags         int     `json:"flags"`
	PrimaryGuild  *string `json:"primary_guild"` // nobody here has one
}

// Mention is the text that mentions the user.
func (u User) Mention() string { return "<@" + u.ID + ">" }

// account is a user with the settings that only Discord knows.
type account struct {
	User
	locale    string // of the client; empty means defaultLocale
	closedDMs bool   // no direct messages from bots
}

// newPerson creates an account. s.mu is held.
func (s *Sim) newPerson(name string) User {
	u := User{ID: s.newID(), Username: name, Discriminator: "0", GlobalName: &name}
	s.users[u.ID] = &account{User: u}
	return u
}

// SetBot makes the account a bot's, or a person's again, in every guild.
// Discord lets no bot use a command or a button of another; here it may, so
// that a test sees it refused by the bot that it tests.
func (m *Member) SetBot(on bool) {
	s := m.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[m.ID].Bot = on
	m.Bot = on
	for _, g := range s.guilds {
		if x := g.members[m.ID]; x != nil {
			x.Bot = on
			x.updated()
		}
	}
	s.notify()
}
