package discordsim_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The document points clients at a Sim the way that the bots do, which are tested.
func TestDocumentPointsClientsAsTheBotsDo(t *testing.T) {
	t.Parallel()
	document := string(must(os.ReadFile("../../docs/discordsim.md"))(t))
	for bot, settings := range map[string][]string{
		"discordjs/bot.js": {"rest: { api: "},
		"discordpy/bot.py": {"discord.http.Route.BASE = ", "discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL("},
		"disgo/main.go":    {"bot.WithRestClientConfigOpts(rest.WithURL("},
	} {
		source := string(must(os.ReadFile(filepath.Join(clients, bot)))(t))
		for _, s := range settings {
			if !strings.Contains(source, s) || !strings.Contains(document, s) {
				t.Errorf("%q: in %s: %t, in the document: %t", s, bot, strings.Contains(source, s), strings.Contains(document, s))
			}
		}
		if !strings.Contains(document, filepath.Join("../internal/discordsim", clients, bot)) {
			t.Errorf("the document has no link to %s", bot)
		}
	}
}
