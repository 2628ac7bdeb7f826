package discordsim

import (
	"errors"
	"fmt"
	"slices"
)

// resolve adds somebody or something to the interaction's `resolved` and
// returns the id. types are the channel types asked for, nil for all.
func (f *filling) resolve(optionType int, types []int, raw any) (any, error) {
	fits := func(types ...int) bool { return slices.Contains(types, optionType) }
	if id, ok := raw.(string); ok {
		raw = f.lookup(id)
	}
	switch v := raw.(type) {
	case *Member:
		raw = v.User
	case *Role:
		if !fits(optionRole, optionMentionable) || v.guild != f.channel.guild {
			return nil, errors.New("a role does not fit")
		}
		f.put("roles", v.ID, v.wire())
		return v.ID, nil
	case *Channel:
		if !fits(optionChannel) || v.guild == nil || v.guild != f.channel.guild || !v.sees(f.user) {
			return nil, errors.New("a channel does not fit")
		}
		if len(types) > 0 && !slices.Contains(types, v.kind) {
			return nil, fmt.Errorf("a channel of type %d does not fit, only of %v", v.kind, types)
		}
		f.put("channels", v.ID, v.wirePartial(f.user))
		return v.ID, nil
	}
	if u, ok := raw.(User); ok {
		known := f.sim.users[u.ID]
		if !fits(optionUser, optionMentionable) || known == nil {
			return nil, errors.New("a user does not fit")
		}
		f.addUser(known.User)
		return u.ID, nil
	}
	return nil, fmt.Errorf("%T does not fit", raw)
}

// lookup finds whom an id names; what it does not know stays a string.
// Users need not be members: their id can be typed by anybody.
func (f *filling) lookup(id string) any {
	if u := f.sim.users[id]; u != nil {
		return u.User
	}
	g := f.channel.guild
	if g == nil {
		return id
	}
	if r := g.role(id); r != nil {
		return r
	}
	if c := f.sim.channels[id]; c != nil && c.guild == g {
		return c
	}
	return id
}

// addUser adds a user, and the member of the guild that they are, if so.
func (f *filling) addUser(u User) {
	f.put("users", u.ID, u)
	if f.channel.guild == nil {
		return
	}
	if m := f.channel.guild.members[u.ID]; m != nil {
		o := m.wirePartial()
		o["permissions"] = f.channel.permissions(u.ID).String()
		f.put("members", u.ID, o)
	}
}

func (f *filling) put(kind, id string, v any) {
	group, ok := f.resolved[kind].(object)
	if !ok {
		group = object{}
		f.resolved[kind] = group
	}
	group[id] = v
}
