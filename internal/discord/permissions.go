package discord

import (
	"fmt"

	"github.com/bwmarrin/discordgo"
)

// Permission is something that the bot must be allowed to do.
type Permission struct {
	Bit  int64  // as Discord's API has it
	Name string // as Discord's settings show it
}

// NeededPermissions are what the bot needs in a channel in which it deploys.
func NeededPermissions() []Permission {
	return []Permission{
		{discordgo.PermissionViewChannel, "View Channel"},
		{discordgo.PermissionSendMessages, "Send Messages"},
		{discordgo.PermissionEmbedLinks, "Embed Links"},
		{discordgo.PermissionAttachFiles, "Attach Files"},
		{discordgo.PermissionReadMessageHistory, "Read Message History"},
		{discordgo.PermissionCreatePublicThreads, "Create Public Threads"},
		{discordgo.PermissionSendMessagesInThreads, "Send Messages in Threads"},
	}
}

// MissingPermissions names what the bot needs and does not have.
func MissingPermissions(have int64) []string {
	if have&discordgo.PermissionAdministrator != 0 {
		return nil
	}
	var names []string
	for _, p := range NeededPermissions() {
		if have&p.Bit == 0 {
			names = append(names, p.Name)
		}
	}
	return names
}

// Permissions is the bit set that the bot is invited with.
func Permissions() int64 {
	var sum int64
	for _, p := range NeededPermissions() {
		sum |= p.Bit
	}
	return sum
}

// InviteURL is where somebody who manages a server adds the bot of an application
// to it, with exactly what it needs.
func InviteURL(appID string) string {
	return fmt.Sprintf("https://discord.com/oauth2/authorize?client_id=%s&permissions=%d&integration_type=0&scope=bot+applications.commands", appID, Permissions())
}
