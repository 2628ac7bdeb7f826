package discord

import (
	"slices"
	"testing"

	"github.com/bwmarrin/discordgo"
)

func TestMissingPermissions(t *testing.T) {
	t.Parallel()
	var all []string
	for _, p := range NeededPermissions() {
		all = append(all, p.Name)
	}
	for name, c := range map[string]struct {
		have int64
		want []string
	}{
		"none":          {0, all},
		"all":           {Permissions(), nil},
		"more":          {Permissions() | discordgo.PermissionManageChannels, nil},
		"administrator": {discordgo.PermissionAdministrator, nil},
		"two missing":   {Permissions() &^ (discordgo.PermissionCreatePublicThreads | discordgo.PermissionAttachFiles), []string{"Attach Files", "Create Public Threads"}},
	} {
		if got := MissingPermissions(c.have); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A link asks for what the list names, and for nothing else.
func TestInviteURL(t *testing.T) {
	t.Parallel()
	const want = "https://discord.com/oauth2/authorize?client_id=42&permissions=309237763072&integration_type=0&scope=bot+applications.commands"
	if got := InviteURL("42"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
