package discordweb

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// builder adds to a Sim what an admin of a server, or a developer on Discord's
// portal, adds. Its errors are for people.
type builder struct{ sim *discordsim.Sim }

// longestName is that of a guild, channel, role, person or application, in
// characters, as Discord's.
const longestName = 100

func checkName(name string) error {
	switch n := utf8.RuneCountInString(name); {
	case isBlank(name):
		return refused("A name is needed.")
	case strings.ContainsFunc(name, unicode.IsControl): // they would rewrite the terminal that it is printed to
		return refused("The name has characters that cannot be shown.")
	case n > longestName:
		return refused("The name has %d characters; %d is the most.", n, longestName)
	}
	return nil
}

func (b builder) guild(in Guild) (created, error) {
	if err := checkName(in.Name); err != nil {
		return created{}, err
	}
	if other, err := b.findGuild(in.Name); err == nil && other.Name == in.Name {
		return created{}, refused("There is a guild %q already.", in.Name)
	}
	owner := cmp.Or(in.Owner, usualOwner)
	known := b.findPerson(owner)
	g := b.sim.NewGuild(in.Name)
	if known != nil || owner != usualOwner { // who made it hands it over
		founder := g.Owner()
		g.SetOwner(b.join(g, owner))
		g.Kick(founder)
	}
	return created{ID: g.ID}, nil
}

// usualOwner is what discordsim calls the owner of a guild.
const usualOwner = "owner"

// findGuild finds a guild by id or name; the only one there is without either.
func (b builder) findGuild(name string) (*discordsim.Guild, error) {
	list := b.sim.Guilds()
	if name == "" {
		if len(list) != 1 {
			return nil, refused("There are %d guilds: say which.", len(list))
		}
		return list[0], nil
	}
	for _, g := range list {
		if g.ID == name || g.Name == name {
			return g, nil
		}
	}
	return nil, unknown("There is no guild %q.", name)
}

// holder checks what is said of a role, or of a person: in which guild, the name, and
// the permissions.
func (b builder) holder(guild, name string, perms []string) (*discordsim.Guild, discordsim.Permissions, error) {
	g, err := b.findGuild(guild)
	if err != nil {
		return nil, 0, err
	}
	if err := checkName(name); err != nil {
		return nil, 0, err
	}
	sum, err := permissions(perms)
	return g, sum, err
}

func (b builder) role(in Role) (created, error) {
	g, perms, err := b.holder(in.Guild, in.Name, in.Permissions)
	if err != nil {
		return created{}, err
	}
	return created{ID: g.NewRole(in.Name, perms).ID}, nil
}

// findRole finds a role by id or name.
func findRole(g *discordsim.Guild, name string) *discordsim.Role {
	for _, r := range g.Roles() {
		if r.ID == name || strings.TrimPrefix(r.Name, "@") == strings.TrimPrefix(name, "@") {
			return r
		}
	}
	return nil
}

func (b builder) user(in Person) (created, error) {
	g, perms, err := b.holder(in.Guild, in.Name, in.Permissions)
	if err != nil {
		return created{}, err
	}
	var roles []*discordsim.Role
	for _, name := range in.Roles {
		r := findRole(g, name)
		if r == nil {
			return created{}, unknown("There is no role %q in the guild.", name)
		}
		roles = append(roles, r)
	}
	if perms != 0 {
		roles = append(roles, g.NewRole(in.Name+"'s role", perms))
	}
	m := findMember(g, in.Name)
	if m == nil {
		m = b.join(g, in.Name)
	}
	for _, r := range roles {
		g.Assign(m, r)
	}
	if in.Locale != "" {
		return b.locale(Locale{User: m.ID, Locale: in.Locale})
	}
	return created{ID: m.ID}, nil
}

// join lets somebody in: who is known in another guild by this name, or
// somebody new.
func (b builder) join(g *discordsim.Guild, name string) *discordsim.Member {
	if m := b.findPerson(name); m != nil {
		return g.Invite(m)
	}
	return g.NewMember(name)
}

// findPerson finds a person of any guild by id or name.
func (b builder) findPerson(name string) *discordsim.Member {
	for _, g := range b.sim.Guilds() {
		if m := findMember(g, name); m != nil {
			return m
		}
	}
	return nil
}

// findMember finds a person of a guild by id or name.
func findMember(g *discordsim.Guild, name string) *discordsim.Member {
	for _, m := range g.Members() {
		if !m.Bot && (m.ID == name || m.Username == strings.TrimPrefix(name, "@")) {
			return m
		}
	}
	return nil
}

func (b builder) channel(in Channel) (created, error) {
	g, err := b.findGuild(in.Guild)
	if err != nil {
		return created{}, err
	}
	in.Name = strings.TrimPrefix(in.Name, "#")
	if err := checkName(in.Name); err != nil {
		return created{}, err
	}
	if len(in.PrivateTo) == 0 {
		return created{ID: g.NewTextChannel(in.Name).ID}, nil
	}
	var who []discordsim.Subject
	for _, name := range in.PrivateTo {
		s := b.findSubject(g, name)
		if s == nil {
			return created{}, unknown("There is nobody, no role and no application called %q.", name)
		}
		who = append(who, s)
	}
	return created{ID: g.NewPrivateChannel(in.Name, who...).ID}, nil
}

// findSubject finds whom a channel is private to.
func (b builder) findSubject(g *discordsim.Guild, name string) discordsim.Subject {
	if r := findRole(g, name); r != nil {
		return r
	}
	if m := findMember(g, name); m != nil {
		return m
	}
	for _, a := range b.sim.Applications() {
		if a.ID == name || a.Name == name {
			return a
		}
	}
	return nil
}

func (b builder) application(in Application) (created, error) {
	if err := checkName(in.Name); err != nil {
		return created{}, err
	}
	perms, err := permissions(in.Permissions)
	if err != nil {
		return created{}, err
	}
	on, err := intents(in.Intents)
	if err != nil {
		return created{}, err
	}
	guilds := b.sim.Guilds()
	if len(in.Guilds) > 0 {
		guilds = nil
		for _, name := range in.Guilds {
			g, err := b.findGuild(name)
			if err != nil {
				return created{}, err
			}
			guilds = append(guilds, g)
		}
	}
	app, err := b.sim.Register(discordsim.Registration{Name: in.Name, ID: in.ID, Token: in.Token, Intents: on})
	if err != nil {
		return created{}, asSaid(err, refused)
	}
	for _, g := range guilds {
		g.AddApplication(app, perms)
	}
	return created{ID: app.ID, Token: app.Token, PublicKey: app.PublicKey}, nil
}

func (b builder) locale(in Locale) (created, error) {
	m := b.findPerson(in.User)
	switch {
	case m == nil:
		return created{}, unknown("There is nobody called %q here.", in.User)
	case !slices.Contains(discordsim.Locales(), in.Locale):
		return created{}, unknown("Discord has no language %q.", in.Locale)
	}
	m.SetLocale(in.Locale)
	return created{ID: m.ID}, nil
}

func permissions(names []string) (discordsim.Permissions, error) {
	p, err := discordsim.ParsePermissions(names...)
	return p, asSaid(err, unknown)
}

func intents(names []string) (discordsim.Intents, error) {
	i, err := discordsim.ParseIntents(names...)
	return i, asSaid(err, unknown)
}

// asSaid hands on what discordsim refuses, as a sentence for people.
func asSaid(err error, problem func(string, ...any) *problem) error {
	if err == nil {
		return nil
	}
	return problem("%s", sentence(err.Error()))
}
