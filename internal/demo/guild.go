package demo

import (
	"fmt"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// The people of the demo.
const (
	grace   = "grace"
	linus   = "linus"
	ada     = "ada"
	barbara = "barbara"
	eve     = "eve"
)

// startDiscord starts the local Discord with the figures of the real one.
func (w *world) startDiscord(listen string) error {
	sim, err := discordsim.Start(discordsim.Options{Addr: listen})
	if err != nil {
		return fmt.Errorf("start the local Discord: %w", err)
	}
	w.sim = sim
	w.bot = sim.NewApplication("Cloud Engine")
	w.config.DiscordToken, w.config.DiscordAPI = config.NewSecret(w.bot.Token), sim.URL()
	w.config.PublicKey = nil // of another application: interactions come through the gateway
	w.makeGuild()
	w.screen.names = w.name
	w.screen.step("Discord", fmt.Sprintf("a local one at %s: server Acme, channel #ops; ada owns it, grace develops, linus approves", sim.URL()))
	return nil
}

// makeGuild makes the server with its people, and lets the bot serve it alone.
func (w *world) makeGuild() {
	g := w.sim.NewGuild("Acme")
	g.AddApplication(w.bot, discordsim.DefaultPermissions)
	w.guild, w.ops = g, g.NewTextChannel("ops")
	g.NewTextChannel("general")
	developers, approvers := g.NewRole("developers"), g.NewRole("approvers")
	// Notes say what people are, not what they may do: that changes as people play.
	w.people = map[string]*discordsim.Member{}
	for _, p := range []struct {
		name, note string
		role       *discordsim.Role
	}{
		{grace, "developer", developers},
		{linus, "approver", approvers},
		{ada, "owner of the server", nil},
		{barbara, "auditor", nil},
		{eve, "newcomer", nil},
	} {
		m := g.NewMember(p.name)
		w.people[p.name] = m
		w.notes.Store(m.ID, p.note)
		if p.role != nil {
			g.Assign(m, p.role)
		}
	}
	founder := g.Owner()
	g.SetOwner(w.people[ada])
	g.Kick(founder)
	w.config.Guilds = []string{g.ID}
}

// name is what clients show for a mention.
func (w *world) name(kind, id string) string {
	if m := w.sim.Member(id); kind == "@" && m != nil {
		return m.Username
	}
	if c := w.sim.Channel(id); kind == "#" && c != nil {
		return c.Name()
	}
	return id
}

// role finds a role of the server.
func (w *world) role(name string) *discordsim.Role {
	for _, r := range w.guild.Roles() {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// note is a word about a person.
func (w *world) note(id string) string {
	note, _ := w.notes.Load(id)
	text, _ := note.(string)
	return text
}
