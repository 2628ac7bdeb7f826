package discordsim

import (
	"fmt"
	"slices"
	"strings"
)

// permissionNames are Discord's names of all permissions, by bit; some bits
// have none. https://docs.discord.com/developers/topics/permissions
var permissionNames = [...]string{
	"CREATE_INSTANT_INVITE", "KICK_MEMBERS", "BAN_MEMBERS", "ADMINISTRATOR", "MANAGE_CHANNELS", "MANAGE_GUILD", "ADD_REACTIONS",
	"VIEW_AUDIT_LOG", "PRIORITY_SPEAKER", "STREAM", "VIEW_CHANNEL", "SEND_MESSAGES", "SEND_TTS_MESSAGES", "MANAGE_MESSAGES",
	"EMBED_LINKS", "ATTACH_FILES", "READ_MESSAGE_HISTORY", "MENTION_EVERYONE", "USE_EXTERNAL_EMOJIS", "VIEW_GUILD_INSIGHTS",
	"CONNECT", "SPEAK", "MUTE_MEMBERS", "DEAFEN_MEMBERS", "MOVE_MEMBERS", "USE_VAD", "CHANGE_NICKNAME", "MANAGE_NICKNAMES",
	"MANAGE_ROLES", "MANAGE_WEBHOOKS", "MANAGE_GUILD_EXPRESSIONS", "USE_APPLICATION_COMMANDS", "REQUEST_TO_SPEAK",
	"MANAGE_EVENTS", "MANAGE_THREADS", "CREATE_PUBLIC_THREADS", "CREATE_PRIVATE_THREADS", "USE_EXTERNAL_STICKERS",
	"SEND_MESSAGES_IN_THREADS", "USE_EMBEDDED_ACTIVITIES", "MODERATE_MEMBERS", "VIEW_CREATOR_MONETIZATION_ANALYTICS",
	"USE_SOUNDBOARD", "CREATE_GUILD_EXPRESSIONS", "CREATE_EVENTS", "USE_EXTERNAL_SOUNDS", "SEND_VOICE_MESSAGES",
	49: "SEND_POLLS", 50: "USE_EXTERNAL_APPS", 51: "PIN_MESSAGES", 52: "BYPASS_SLOWMODE",
}

// ParsePermissions adds up permissions by Discord's names ("MANAGE_GUILD").
func ParsePermissions(names ...string) (Permissions, error) {
	var sum Permissions
	for _, name := range names {
		bit := slices.Index(permissionNames[:], name)
		if bit < 0 || name == "" {
			return 0, fmt.Errorf("there is no permission %q; Discord writes them like MANAGE_GUILD", name)
		}
		sum |= 1 << bit
	}
	return sum, nil
}

// Names are Discord's names of the permissions, by bit. Bits that have none
// are left out.
func (p Permissions) Names() []string {
	var out []string
	for bit, name := range permissionNames {
		if name != "" && p.Has(1<<bit) {
			out = append(out, name)
		}
	}
	return out
}

// intentNames are Discord's names of the privileged intents.
var intentNames = []struct {
	name   string
	intent Intents
}{
	{"GUILD_MEMBERS", IntentGuildMembers}, {"GUILD_PRESENCES", IntentGuildPresences}, {"MESSAGE_CONTENT", IntentMessageContent},
}

// ParseIntents adds up privileged intents by Discord's names.
func ParseIntents(names ...string) (Intents, error) {
	var sum Intents
	var known []string
	for _, i := range intentNames {
		known = append(known, i.name)
		if slices.Contains(names, i.name) {
			sum |= i.intent
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return 0, fmt.Errorf("there is no privileged intent %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	return sum, nil
}
