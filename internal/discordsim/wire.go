package discordsim

import (
	"maps"
	"slices"
	"time"
)

// object is a JSON object on its way out.
type object = map[string]any

// timestampLayout is how Discord writes times.
const timestampLayout = "2006-01-02T15:04:05.000000-07:00"

// Timestamp is a time that is written the way Discord does.
type Timestamp struct{ time.Time }

// MarshalJSON writes ISO 8601 with microseconds and a numeric zone, which
// is what some clients insist on.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	return []byte(`"` + t.UTC().Format(timestampLayout) + `"`), nil
}

func withGuild(o object, guildID string) object {
	o["guild_id"] = guildID
	return o
}

// wire writes a channel. viewer is the bot that looks (of a direct message
// it sees the other side only); "" for guild channels.
func (c *Channel) wire(viewer string) object {
	o := object{"id": c.ID, "type": c.kind, "last_message_id": c.lastMessageID(), "flags": 0}
	if c.kind == channelDM {
		others := []User{}
		for _, u := range c.recipients {
			if u.ID != viewer {
				others = append(others, u.User)
			}
		}
		o["recipients"] = others
		return o
	}
	o["guild_id"], o["name"] = c.guild.ID, c.name
	o["rate_limit_per_user"] = 0
	if c.isThread() {
		o["parent_id"], o["owner_id"] = c.parent.ID, c.creator
		n := c.messageCount()
		o["message_count"], o["total_message_sent"] = n, n
		o["member_count"] = 1
		o["thread_metadata"] = object{
			"archived": c.archived, "locked": c.locked, "auto_archive_duration": c.autoMin,
			"archive_timestamp": Timestamp{c.created}, "create_timestamp": Timestamp{c.created},
		}
		return o
	}
	overwrites := []object{}
	for _, id := range slices.SortedFunc(maps.Keys(c.overwrites), compareIDs) {
		w := c.overwrites[id]
		overwrites = append(overwrites, object{
			"id": id, "type": w.kind, "allow": w.allow.String(), "deny": w.deny.String(),
		})
	}
	o["permission_overwrites"] = overwrites
	o["topic"], o["nsfw"], o["parent_id"], o["position"] = nilIfEmpty(c.topic), false, nil, 0
	return o
}

// wirePartial is a channel as an interaction of a user carries it to a bot.
func (c *Channel) wirePartial(userID string) object {
	viewer := ""
	if c.guild == nil {
		viewer = c.recipients[0].ID
	}
	o := c.wire(viewer)
	delete(o, "permission_overwrites")
	o["permissions"] = c.permissions(userID).String()
	return o
}

func (c *Channel) lastMessageID() any {
	for i := len(c.messages) - 1; i >= 0; i-- {
		if c.messages[i].seenBy == "" {
			return c.messages[i].ID
		}
	}
	return nil
}

func nilIfEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}
