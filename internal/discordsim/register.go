package discordsim

import (
	"cmp"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// Registration is what a developer may choose of an application, so that a
// bot finds the same one each time. What is empty is made up.
type Registration struct {
	Name    string
	ID      string // a snowflake; by default the one that the token begins with, if it does
	Token   string // without "Bot "
	Intents Intents
}

var (
	snowflakes = regexp.MustCompile(`^[1-9][0-9]{0,18}$`)
	tokens     = regexp.MustCompile(`^[A-Za-z0-9._-]{20,200}$`) // up to maxToken
)

// Register registers a bot, which is in no guild yet. It fails where the id
// or the token could not be one, or is another's.
func (s *Sim) Register(r Registration) (*Application, error) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkRegistration(r); err != nil {
		return nil, err
	}
	id := cmp.Or(r.ID, tokenID(r.Token))
	if id == "" {
		id = s.newID()
	}
	app := &Application{
		ID: id, Name: r.Name, Token: cmp.Or(r.Token, botToken(id)), sim: s, privileged: r.Intents & privilegedIntents,
		PublicKey: hex.EncodeToString(public), Ed25519: private,
		User: User{ID: id, Username: r.Name, Discriminator: "0001", Bot: true},
	}
	s.apps[id] = app
	s.users[id] = &account{User: app.User}
	return app, nil
}

// checkRegistration says what is wrong with what was chosen. s.mu is held.
func (s *Sim) checkRegistration(r Registration) error {
	in := tokenID(r.Token)
	switch {
	case r.ID != "" && !snowflakes.MatchString(r.ID):
		return fmt.Errorf("%q is no id: an id is a number of up to 19 digits", r.ID)
	case r.Token != "" && !tokens.MatchString(r.Token):
		return fmt.Errorf("the token must have 20 to 200 letters, digits, dots, dashes and underscores")
	case r.ID != "" && in != "" && in != r.ID:
		return fmt.Errorf("the token is that of the application %s, not of %s: its first part is the id in base64", in, r.ID)
	case s.users[cmp.Or(r.ID, in)] != nil:
		return fmt.Errorf("the id %s is taken", cmp.Or(r.ID, in))
	}
	for _, app := range s.apps {
		if app.Token == r.Token {
			return fmt.Errorf("the token is that of %s", app.Name)
		}
	}
	return nil
}

// botToken makes a token the way Discord's look: some clients read the
// application's id from the first part.
func botToken(id string) string {
	return base64.RawStdEncoding.EncodeToString([]byte(id)) + "." + randomToken(3) + "." + randomToken(19)
}

// tokenID is the id that such a client reads from a token, "" if there is
// none.
func tokenID(token string) string {
	first, _, _ := strings.Cut(token, ".")
	id, err := base64.RawStdEncoding.DecodeString(first)
	if err != nil || !snowflakes.Match(id) {
		return ""
	}
	return string(id)
}
