package discordsim

import "time"

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

func (m *Member) wire() object {
	o := m.wirePartial()
	o["user"] = m.User
	return o
}

// wirePartial is a member without its user, as `resolved` carries it.
func (m *Member) wirePartial() object {
	roles := make([]string, 0, len(m.roles))
	for _, r := range m.roles {
		roles = append(roles, r.ID)
	}
	return object{
		"roles": roles, "joined_at": Timestamp{m.joined}, "deaf": false, "mute": false, "pending": false,
		"nick": nil, "avatar": nil, "premium_since": nil, "communication_disabled_until": nil, "flags": 0,
	}
}

func (r *Role) wire() object {
	o := object{
		"id": r.ID, "name": r.Name, "permissions": r.perms.String(), "color": 0, "hoist": false,
		"managed": r.bot != nil, "mentionable": true, "position": r.position(), "flags": 0,
		"icon": nil, "unicode_emoji": nil,
		"colors": object{"primary_color": 0, "secondary_color": nil, "tertiary_color": nil},
	}
	if r.bot != nil {
		o["tags"] = object{"bot_id": r.bot.ID}
	}
	return o
}

func (r *Role) position() int {
	for i, x := range r.guild.roles {
		if x == r {
			return i
		}
	}
	return 0
}

// wire writes a channel. viewer is the bot that looks (of a direct message
// it sees the other side only); "" for guild channels.
func (c *Channel) wire(viewer string) object {
	o := object{"id": c.ID, "type": c.kind, "last_message_id": c.lastMessageID(), "flags": 0}
	if c.kind == channelDM {
		others := []User{}
		for _, u := range c.recipients {
			if u.ID != viewer {
				others = append(others, u)
			}
		}
		o["recipients"] = others
		return o
	}
	o["guild_id"], o["name"] = c.guild.ID, c.name
	o["rate_limit_per_user"] = 0
	if c.isThread() {
		o["parent_id"], o["owner_id"] = c.parent.ID, c.creator
		o["message_count"], o["total_message_sent"] = len(c.messages), len(c.messages)
		o["member_count"] = 1
		o["thread_metadata"] = object{
			"archived": c.archived, "locked": c.locked, "auto_archive_duration": c.autoMin,
			"archive_timestamp": Timestamp{c.created}, "create_timestamp": Timestamp{c.created},
		}
		return o
	}
	overwrites := []object{}
	for id, w := range c.overwrites {
		overwrites = append(overwrites, object{
			"id": id, "type": w.kind, "allow": w.allow.String(), "deny": w.deny.String(),
		})
	}
	o["permission_overwrites"] = overwrites
	o["topic"], o["nsfw"], o["parent_id"], o["position"] = nilIfEmpty(c.topic), false, nil, 0
	return o
}

// wirePartial is a channel as an interaction carries it.
func (c *Channel) wirePartial(userID string) object {
	o := c.wire(userID)
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

// wire writes a guild as GET /guilds/{id} returns it.
func (g *Guild) wire() object {
	roles := []object{}
	for _, r := range g.roles {
		roles = append(roles, r.wire())
	}
	return object{
		"id": g.ID, "name": g.Name, "owner_id": g.owner.ID, "roles": roles, "emojis": []any{}, "stickers": []any{},
		"features": []any{}, "icon": nil, "splash": nil, "discovery_splash": nil, "banner": nil, "description": nil,
		"afk_channel_id": nil, "afk_timeout": 300, "application_id": nil, "default_message_notifications": 0,
		"explicit_content_filter": 0, "mfa_level": 0, "nsfw_level": 0, "nsfw": false, "verification_level": 0,
		"premium_tier": 0, "premium_subscription_count": 0, "premium_progress_bar_enabled": false,
		"preferred_locale": "en-US", "public_updates_channel_id": nil, "rules_channel_id": nil,
		"safety_alerts_channel_id": nil, "system_channel_flags": 0, "system_channel_id": nil,
		"vanity_url_code": nil, "region": "us-east", "widget_enabled": false, "widget_channel_id": nil,
		"max_members": 500000, "max_presences": nil, "max_video_channel_users": 25,
		"max_stage_video_channel_users": 50, "approximate_member_count": len(g.members),
	}
}

// wireCreate writes a guild as GUILD_CREATE carries it to a bot's session:
// without the intent for members, the bot is the only one it hears of.
func (g *Guild) wireCreate(app *Application, intents uint64) object {
	o := g.wire()
	members, channels, threads := []object{}, []object{}, []object{}
	for _, m := range g.sortedMembers() {
		if m.ID == app.ID || intents&intentMembers != 0 {
			members = append(members, m.wire())
		}
	}
	for _, c := range g.channels {
		switch {
		case !c.sees(app.ID):
		case c.isThread():
			if !c.archived {
				threads = append(threads, c.wire(""))
			}
		default:
			channels = append(channels, c.wire(""))
		}
	}
	o["members"], o["channels"], o["threads"] = members, channels, threads
	o["joined_at"], o["large"], o["unavailable"] = Timestamp{g.created}, false, false
	o["member_count"] = len(g.members)
	for _, k := range []string{"voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds"} {
		o[k] = []any{}
	}
	return o
}

// wire writes an application as GET /applications/@me returns it.
func (a *Application) wire() object {
	return object{
		"id": a.ID, "name": a.Name, "icon": nil, "description": "", "type": nil, "summary": "", "bot": a.User,
		"bot_public": true, "bot_require_code_grant": false, "verify_key": a.PublicKey, "flags": 0, "hook": true,
		"integration_types_config": object{"0": object{}}, "interactions_endpoint_url": nilIfEmpty(a.endpoint),
		"owner": User{ID: a.ID, Username: "developer", Discriminator: "0"}, "team": nil,
		"approximate_guild_count": 0, "redirect_uris": []any{}, "is_monetized": false, "tags": []any{},
	}
}
