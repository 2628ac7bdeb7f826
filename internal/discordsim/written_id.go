package discordsim

import (
	"encoding/json"
	"slices"
)

// writtenID is an id as a bot writes it: a string or, from some libraries
// (discord.py), a number. Discord takes both.
type writtenID string

// UnmarshalJSON takes a number as it is written: as a float it would lose digits.
func (id *writtenID) UnmarshalJSON(data []byte) error {
	if data[0] >= '0' && data[0] <= '9' {
		*id = writtenID(data)
		return nil
	}
	return json.Unmarshal(data, (*string)(id))
}

// writtenIDs are ids as a bot writes them: a list, or one alone.
type writtenIDs []writtenID

// UnmarshalJSON makes a list of one that is alone.
func (l *writtenIDs) UnmarshalJSON(data []byte) error {
	if data[0] != '[' {
		data = slices.Concat([]byte("["), data, []byte("]"))
	}
	return json.Unmarshal(data, (*[]writtenID)(l))
}

func (l writtenIDs) has(id string) bool { return slices.Contains(l, writtenID(id)) }

// UnmarshalJSON takes the ids as numbers too.
func (r *Reference) UnmarshalJSON(data []byte) error {
	type plain Reference
	in := struct {
		*plain
		MessageID *writtenID `json:"message_id"`
		ChannelID *writtenID `json:"channel_id"`
		GuildID   *writtenID `json:"guild_id"`
	}{(*plain)(r), (*writtenID)(&r.MessageID), (*writtenID)(&r.ChannelID), (*writtenID)(&r.GuildID)}
	return json.Unmarshal(data, &in)
}

// UnmarshalJSON takes the id as a number too.
func (d *DefaultValue) UnmarshalJSON(data []byte) error {
	type plain DefaultValue
	in := struct {
		*plain
		ID *writtenID `json:"id"`
	}{(*plain)(d), (*writtenID)(&d.ID)}
	return json.Unmarshal(data, &in)
}

// UnmarshalJSON takes the id as a number too.
func (e *Emoji) UnmarshalJSON(data []byte) error {
	type plain Emoji
	in := struct {
		*plain
		ID *writtenID `json:"id"`
	}{(*plain)(e), (*writtenID)(&e.ID)}
	return json.Unmarshal(data, &in)
}
