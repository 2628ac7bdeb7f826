package discordsim

import "net/http"

// routes lists every operation that is served. The patterns are those of
// Discord's OpenAPI description, which finds its schemas by them.
func routes() []route {
	const (
		app        = "/applications/{application_id}"
		commands   = app + "/commands"
		guildCmds  = app + "/guilds/{guild_id}/commands"
		oneCommand = "/{command_id}"
		channel    = "/channels/{channel_id}"
		messages   = channel + "/messages"
		message    = messages + "/{message_id}"
		guild      = "/guilds/{guild_id}"
		webhook    = "/webhooks/{webhook_id}/{webhook_token}"
		hookMsg    = webhook + "/messages/{message_id}"
	)
	const get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	list := []route{
		{method: get, pattern: "/gateway", auth: anybody, handle: (*Sim).getGateway},
		{method: get, pattern: "/gateway/bot", handle: (*Sim).getGatewayBot},
		{method: get, pattern: "/users/@me", handle: (*Sim).getMe},
		{method: get, pattern: "/users/@me/guilds", handle: (*Sim).getMyGuilds},
		{method: post, pattern: "/users/@me/channels", handle: (*Sim).postDM},
		{method: get, pattern: "/users/{user_id}", handle: (*Sim).getUser},
		{method: get, pattern: "/oauth2/applications/@me", handle: (*Sim).getApplication},
		{method: get, pattern: "/applications/@me", handle: (*Sim).getApplication},

		{method: get, pattern: channel, handle: (*Sim).getChannel},
		{method: patch, pattern: channel, handle: (*Sim).patchChannel},
		{method: del, pattern: channel, handle: (*Sim).deleteChannel},
		{method: post, pattern: channel + "/typing", handle: (*Sim).postTyping},
		{method: post, pattern: channel + "/threads", handle: (*Sim).postThread},
		{method: put, pattern: channel + "/thread-members/@me", handle: (*Sim).joinThread},
		{method: put, pattern: channel + "/thread-members/{user_id}", handle: (*Sim).joinThread},
		{method: get, pattern: messages, handle: (*Sim).listMessages},
		{method: post, pattern: messages, handle: (*Sim).postMessage},
		{method: get, pattern: message, handle: (*Sim).getMessage},
		{method: patch, pattern: message, handle: (*Sim).patchMessage},
		{method: del, pattern: message, handle: (*Sim).deleteMessage},
		{method: post, pattern: message + "/threads", handle: (*Sim).postThreadFromMessage},

		{method: get, pattern: guild, handle: (*Sim).getGuild},
		{method: get, pattern: guild + "/channels", handle: (*Sim).getGuildChannels},
		{method: get, pattern: guild + "/roles", handle: (*Sim).getGuildRoles},
		{method: get, pattern: guild + "/members", handle: (*Sim).getGuildMembers},
		{method: get, pattern: guild + "/members/{user_id}", handle: (*Sim).getGuildMember},
		{method: get, pattern: guild + "/threads/active", handle: (*Sim).getActiveThreads},

		{method: post, pattern: "/interactions/{interaction_id}/{interaction_token}/callback", auth: (*Sim).byInteraction, handle: (*Sim).postCallback},
		{method: post, pattern: webhook, auth: (*Sim).byWebhook, handle: (*Sim).postFollowup},
		{method: get, pattern: hookMsg, auth: (*Sim).byWebhook, handle: (*Sim).getHookMessage},
		{method: patch, pattern: hookMsg, auth: (*Sim).byWebhook, handle: (*Sim).patchHookMessage},
		{method: del, pattern: hookMsg, auth: (*Sim).byWebhook, handle: (*Sim).deleteHookMessage},
	}
	for _, scope := range []string{commands, guildCmds} {
		list = append(list,
			route{method: get, pattern: scope, handle: (*Sim).listCommands},
			route{method: put, pattern: scope, handle: (*Sim).putCommands},
			route{method: post, pattern: scope, handle: (*Sim).postCommand},
			route{method: get, pattern: scope + oneCommand, handle: (*Sim).getCommand},
			route{method: patch, pattern: scope + oneCommand, handle: (*Sim).patchCommand},
			route{method: del, pattern: scope + oneCommand, handle: (*Sim).deleteCommand},
		)
	}
	return list
}
