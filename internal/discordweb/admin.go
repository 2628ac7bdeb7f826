package discordweb

import (
	"context"
	"encoding/json"
)

// adminArgs are what every call of admin has; the rest depends on what it is.
type adminArgs struct {
	What string `json:"what"`
	raw  json.RawMessage
}

// UnmarshalJSON keeps the whole for the call that what names.
func (a *adminArgs) UnmarshalJSON(text []byte) error {
	var in struct {
		What string `json:"what"`
	}
	err := json.Unmarshal(text, &in)
	a.What, a.raw = in.What, json.RawMessage(text)
	return err
}

// created names what was made.
type created struct {
	ID        string `json:"id"`
	Token     string `json:"token,omitempty"`     // of an application
	PublicKey string `json:"publicKey,omitempty"` // of an application
}

// admin adds to the world, or changes it.
func (w *Web) admin(_ context.Context, _ *caller, in adminArgs) (created, error) {
	b := builder{w.sim}
	switch in.What {
	case "guild":
		return made(in, b.guild)
	case "role":
		return made(in, b.role)
	case "user":
		return made(in, b.user)
	case "channel":
		return made(in, b.channel)
	case "application":
		return made(in, b.application)
	case "locale":
		return made(in, b.locale)
	}
	return created{}, unknown("There is no %q to make. There are: guild, role, user, channel, application, locale.", in.What)
}

// made reads what is to be made, and makes it.
func made[A any](in adminArgs, make func(A) (created, error)) (created, error) {
	var args A
	if err := json.Unmarshal(in.raw, &args); err != nil {
		return created{}, refused("The arguments cannot be read: %v.", err)
	}
	return make(args)
}
