package discordweb

import (
	"fmt"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// World is what there is at the beginning, as a small file says it.
// docs/discordsim.md describes it.
type World struct {
	Applications []Application `json:"applications"`
	Guilds       []Guild       `json:"guilds"`
}

// Guild is a server of a World.
type Guild struct {
	Name     string    `json:"name"`
	Owner    string    `json:"owner"` // a person's name; "owner" where it is empty
	Roles    []Role    `json:"roles"`
	People   []Person  `json:"people"`
	Channels []Channel `json:"channels"`
}

// Role gives its members permissions, by Discord's names ("MANAGE_GUILD").
type Role struct {
	Guild       string   `json:"guild"` // id or name; the only one where it is empty
	Name        string   `json:"name"`
	Permissions []string `json:"permissions"`
}

// Person is somebody to be. Who is known by name in another guild joins this one
// too. Permissions come with a role of their own.
type Person struct {
	Guild       string   `json:"guild"`
	Name        string   `json:"name"`
	Roles       []string `json:"roles"` // by name or id
	Permissions []string `json:"permissions"`
	Locale      string   `json:"locale"`
}

// Channel is a text channel. With PrivateTo, which names people, roles and
// applications, nobody else sees it but administrators.
type Channel struct {
	Guild     string   `json:"guild"`
	Name      string   `json:"name"`
	PrivateTo []string `json:"private_to"`
}

// Application is a bot's registration. It is added to the guilds that are named,
// to all where none is. Its id and its token are made up unless they are chosen,
// so that a bot finds the same ones each time.
type Application struct {
	Name        string   `json:"name"`
	ID          string   `json:"client_id"`
	Token       string   `json:"token"`
	Intents     []string `json:"intents"`     // privileged ones: GUILD_MEMBERS, GUILD_PRESENCES, MESSAGE_CONTENT
	Permissions []string `json:"permissions"` // of its role, on top of @everyone's
	Guilds      []string `json:"guilds"`
}

// Locale is the language of a person's client, such as "de".
type Locale struct {
	User   string `json:"user"` // id or name
	Locale string `json:"locale"`
}

// SmallWorld is the one without a file.
func SmallWorld() World {
	return World{
		Applications: []Application{{Name: "My bot", Intents: []string{"GUILD_MEMBERS", "GUILD_PRESENCES", "MESSAGE_CONTENT"}}},
		Guilds:       []Guild{{Name: "Playground", People: []Person{{Name: "ada"}, {Name: "grace"}}, Channels: []Channel{{Name: "general"}}}},
	}
}

// Build makes everything of the world in a Sim.
func (w World) Build(sim *discordsim.Sim) error {
	b := builder{sim}
	for _, g := range w.Guilds {
		if err := b.inhabit(g); err != nil {
			return err
		}
	}
	for _, a := range w.Applications {
		if _, err := b.application(a); err != nil {
			return fmt.Errorf("application %q: %w", a.Name, err)
		}
	}
	for _, g := range w.Guilds { // once all are there whom they may be private to
		for _, c := range g.Channels {
			c.Guild = g.Name
			if _, err := b.channel(c); err != nil {
				return fmt.Errorf("channel %q of %q: %w", c.Name, g.Name, err)
			}
		}
	}
	return nil
}

// inhabit makes a guild with its roles and people.
func (b builder) inhabit(g Guild) error {
	if _, err := b.guild(g); err != nil {
		return fmt.Errorf("guild %q: %w", g.Name, err)
	}
	for _, r := range g.Roles {
		r.Guild = g.Name
		if _, err := b.role(r); err != nil {
			return fmt.Errorf("role %q of %q: %w", r.Name, g.Name, err)
		}
	}
	for _, p := range g.People {
		p.Guild = g.Name
		if _, err := b.user(p); err != nil {
			return fmt.Errorf("%q of %q: %w", p.Name, g.Name, err)
		}
	}
	return nil
}
