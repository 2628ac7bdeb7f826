package discordsim

import "crypto/ed25519"

// Intents is a bit set of the gateway's intents, with Discord's bits.
type Intents uint64

// The privileged intents: an application has them only where its developer
// has switched them on.
const (
	IntentGuildMembers   Intents = 1 << 1
	IntentGuildPresences Intents = 1 << 8
	IntentMessageContent Intents = 1 << 15

	privilegedIntents = IntentGuildMembers | IntentGuildPresences | IntentMessageContent
)

// Application is a bot's registration: what its developer holds.
type Application struct {
	ID        string
	Name      string
	Token     string // for REST and gateway, without "Bot "
	PublicKey string // hexadecimal Ed25519 key of HTTP interactions
	Ed25519   ed25519.PrivateKey
	User      User // the bot's account; its ID is the application's

	sim        *Sim
	privileged Intents
	global     []*command
	sessions   []*gatewaySession
	endpoint   string // where interactions are posted; empty means gateway
}

// NewApplication registers a bot. It is in no guild yet, and has none of
// the privileged intents.
func (s *Sim) NewApplication(name string) *Application {
	app, err := s.Register(Registration{Name: name})
	if err != nil {
		panic(err) // only what is chosen can be wrong
	}
	return app
}

// SetPrivilegedIntents switches on the privileged intents that are given,
// and off the others, as on the developer portal. Who identifies with one
// that is off is closed with 4014; sessions that run go on.
func (a *Application) SetPrivilegedIntents(on Intents) {
	a.sim.mu.Lock()
	defer a.sim.mu.Unlock()
	a.privileged = on & privilegedIntents
}

// lacks reports whether the application asks for a privileged intent that
// it does not have.
func (a *Application) lacks(asked uint64) bool {
	return Intents(asked)&privilegedIntents&^a.privileged != 0
}

// flags are the public flags of the application: which privileged intents
// it has, as one in fewer than 100 guilds.
func (a *Application) flags() int {
	out := 0
	for intent, flag := range map[Intents]int{
		IntentGuildPresences: 1 << 13, IntentGuildMembers: 1 << 15, IntentMessageContent: 1 << 19,
	} {
		if a.privileged&intent != 0 {
			out |= flag
		}
	}
	return out
}

// wire writes an application as GET /applications/@me returns it.
func (a *Application) wire() object {
	return object{
		"id": a.ID, "name": a.Name, "icon": nil, "description": "", "type": nil, "summary": "", "bot": a.User,
		"bot_public": true, "bot_require_code_grant": false, "verify_key": a.PublicKey, "flags": a.flags(), "hook": true,
		"integration_types_config": object{"0": object{}}, "interactions_endpoint_url": nilIfEmpty(a.endpoint),
		"owner": User{ID: a.ID, Username: "developer", Discriminator: "0"}, "team": nil,
		"approximate_guild_count": 0, "redirect_uris": []any{}, "is_monetized": false, "tags": []any{},
	}
}
