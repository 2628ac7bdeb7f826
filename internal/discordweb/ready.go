package discordweb

import (
	"context"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// ready is all that a window starts with.
type ready struct {
	Me       shownPerson    `json:"me"`
	People   []shownPerson  `json:"people"`
	Guild    *named         `json:"guild"` // that is open; null for who is in none
	Guilds   []named        `json:"guilds"`
	Channels []shownChannel `json:"channels"`
	Roles    []shownRole    `json:"roles"`
	Members  []shownPerson  `json:"members"`
	Faults   []string       `json:"faults"`
	FaultsOn []string       `json:"faultsOn"` // those that are on now; a restart while it runs
	CanReset bool           `json:"canReset"`
	Tour     []Step         `json:"tour"`
	Title    string         `json:"title"`
	Version  string         `json:"version"`
	Warning  string         `json:"warning"`
}

// named is a guild or an application.
type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type shownRole struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Color       string `json:"color"` // empty for that of the text
	Mentionable bool   `json:"mentionable"`
}

// greeting are the arguments of hello.
type greeting struct {
	As    string `json:"as"`
	Guild string `json:"guild"` // id or name; empty for their first
}

// greet answers hello over HTTP, where nobody stays.
func (w *Web) greet(_ context.Context, c *caller, in greeting) (ready, error) {
	c.guild = in.Guild
	return w.ready(c), nil
}

// ready collects what a person sees.
func (w *Web) ready(c *caller) ready {
	out := ready{
		Me: w.showPerson(c.person), People: []shownPerson{}, Guilds: []named{}, Channels: []shownChannel{},
		Roles: []shownRole{}, Members: []shownPerson{}, Faults: w.faultNames(), FaultsOn: w.faultsOn(),
		CanReset: w.opts.Reset != nil, Tour: w.opts.Tour, Title: w.opts.Title, Version: w.opts.Version, Warning: w.opts.Warning,
	}
	open := w.guildOf(c)
	for _, m := range w.people() {
		if open != nil && open.Member(m.ID) != nil {
			m = open.Member(m.ID) // with the roles that they have there
		}
		out.People = append(out.People, w.showPerson(m))
	}
	for _, g := range w.guildsOf(c.person) {
		out.Guilds = append(out.Guilds, named{g.ID, g.Name})
	}
	for _, x := range w.channelsOf(c) {
		out.Channels = append(out.Channels, w.showChannel(c, x))
	}
	if open == nil {
		return out
	}
	out.Guild = &named{open.ID, open.Name}
	if m := open.Member(c.person.ID); m != nil {
		out.Me = w.showPerson(m)
	}
	for _, r := range open.Roles() {
		out.Roles = append(out.Roles, shownRole{ID: r.ID, Name: r.Name, Mentionable: r.ID != open.ID})
	}
	for _, m := range open.Members() {
		out.Members = append(out.Members, w.showPerson(m))
	}
	return out
}

// shownChannel is a channel as a person sees it.
type shownChannel struct {
	ID       string                 `json:"id"`
	Name     string                 `json:"name"`
	Kind     discordsim.ChannelKind `json:"kind"`
	Parent   string                 `json:"parent"`
	Archived bool                   `json:"archived"`
	Locked   bool                   `json:"locked"`
	Last     string                 `json:"last"`
	Unread   int                    `json:"unread"`
	Mentions int                    `json:"mentions"`
	CanSend  bool                   `json:"canSend"`
	Messages int                    `json:"messages"`       // of a thread: how many it has
	With     *shownPerson           `json:"with,omitempty"` // the bot of a direct message
}

func (w *Web) showChannel(c *caller, x *discordsim.Channel) shownChannel {
	out := shownChannel{
		ID: x.ID, Name: x.Name(), Kind: x.Kind(), Archived: x.Archived(), Locked: x.Locked(), Last: x.LastMessageID(),
		CanSend: x.CanSend(c.person),
	}
	out.Unread, out.Mentions = w.marks.count(c.person, x)
	if p := x.Parent(); p != nil {
		out.Parent, out.Messages = p.ID, x.MessageCount()
	}
	if out.Kind == discordsim.KindDM {
		bot := w.showUser(x.Recipients()[0], []string{})
		out.Name, out.With = bot.Name, &bot
	}
	return out
}
