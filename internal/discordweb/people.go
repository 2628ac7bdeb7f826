package discordweb

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strings"
	"unicode"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// person finds somebody by id or by name; the first there is without either.
func (w *Web) person(name string) (*discordsim.Member, error) {
	people := w.people()
	for _, m := range people {
		if name == "" || m.ID == name {
			return m, nil
		}
	}
	for _, m := range people {
		if strings.EqualFold(m.Username, strings.TrimPrefix(name, "@")) {
			return m, nil
		}
	}
	if name == "" {
		return nil, unknown("There is nobody here yet. The call admin adds somebody.")
	}
	return nil, unknown("There is nobody called %q here.", name)
}

// people are all who are no bot, in the order in which they came.
func (w *Web) people() []*discordsim.Member {
	var out []*discordsim.Member
	seen := map[string]bool{}
	for _, g := range w.sim.Guilds() {
		for _, m := range g.Members() {
			if !m.Bot && !seen[m.ID] {
				seen[m.ID] = true
				out = append(out, m)
			}
		}
	}
	return out
}

// guildsOf are the guilds that a person is in, oldest first.
func (w *Web) guildsOf(m *discordsim.Member) []*discordsim.Guild {
	return slices.DeleteFunc(w.sim.Guilds(), func(g *discordsim.Guild) bool { return g.Member(m.ID) == nil })
}

// guildOf is the guild that is open for a caller: the one they chose while they
// are in it, else their first. It is nil for who is in none any more.
func (w *Web) guildOf(c *caller) *discordsim.Guild {
	list := w.guildsOf(c.person)
	for _, g := range list {
		if g.ID == c.guild || strings.EqualFold(g.Name, c.guild) {
			return g
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// channel finds a channel that the caller sees: by id, or by name as in "#ops",
// "ops", "@bot" for the direct message with a bot. Of threads with the same name
// the newest counts.
func (w *Web) channel(c *caller, name string) (*discordsim.Channel, error) {
	if found := w.sim.Channel(name); found != nil && found.VisibleTo(c.person) {
		return found, nil
	}
	if bot, ok := strings.CutPrefix(name, "@"); ok {
		for _, app := range w.sim.Applications() {
			if strings.EqualFold(app.Name, bot) {
				return c.person.DM(app), nil
			}
		}
	}
	var found *discordsim.Channel
	for _, x := range w.channelsOf(c) {
		if x.Name() != strings.TrimPrefix(name, "#") {
			continue
		}
		if x.Kind() == discordsim.KindText {
			return x, nil
		}
		found = x
	}
	if found == nil {
		return nil, unknown("There is no channel %q here, or it cannot be seen.", name)
	}
	return found, nil
}

// channelsOf are all channels that the caller sees in the guild that is open,
// each with its threads after it, then their direct messages.
func (w *Web) channelsOf(c *caller) []*discordsim.Channel {
	var out []*discordsim.Channel
	if g := w.guildOf(c); g != nil {
		for _, x := range g.Channels() {
			if x.VisibleTo(c.person) {
				out = append(append(out, x), x.Threads()...)
			}
		}
	}
	return append(out, c.person.DMs()...)
}

// shownPerson is somebody as the page shows them.
type shownPerson struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Bot      bool     `json:"bot"`
	Roles    []string `json:"roles"`
	Color    string   `json:"color"`
	Initials string   `json:"initials"`
	Note     string   `json:"note"`
}

// colors are those of avatars: white letters are readable on each (4.5 to 1).
var colors = []string{"#5058d6", "#a8336f", "#1a7a42", "#a5501a", "#7a3fb0", "#0f7285", "#b3332f", "#5f6670"}

func (w *Web) showUser(u discordsim.User, roles []string) shownPerson {
	name := u.Username
	if u.GlobalName != nil {
		name = cmp.Or(*u.GlobalName, name)
	}
	h := fnv.New32()
	h.Write([]byte(u.Username)) // not the id: people keep their colour when all begins afresh
	return shownPerson{
		ID: u.ID, Name: name, Bot: u.Bot, Roles: roles, Color: colors[h.Sum32()%uint32(len(colors))],
		Initials: initials(name), Note: w.opts.Note(u.ID),
	}
}

func (w *Web) showPerson(m *discordsim.Member) shownPerson {
	roles := []string{}
	for _, r := range m.Roles() {
		roles = append(roles, r.ID)
	}
	return w.showUser(m.User, roles)
}

// initials are the first letters of up to two words.
func initials(name string) string {
	var out []rune
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if out = append(out, unicode.ToUpper([]rune(word)[0])); len(out) == 2 {
			break
		}
	}
	return string(out)
}
