package discordsim_test

import (
	"context"
	"net/http"
	"os"
	"testing"
	"time"

	dg "github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// world is a Sim with a guild, a channel, people and a bot's registration.
type world struct {
	*discordsim.Sim
	app        *discordsim.Application
	guild      *discordsim.Guild
	ops        *discordsim.Channel
	ada, grace *discordsim.Member
}

// mustWorld starts a Sim; the test fails if the bot sent anything malformed,
// unless it takes the violations itself.
func mustWorld(t *testing.T, opts discordsim.Options) *world {
	t.Helper()
	if opts.OpenAPI == "" {
		opts.OpenAPI = os.Getenv("DISCORD_OPENAPI")
	}
	sim, err := discordsim.Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	w := &world{Sim: sim, app: sim.NewApplication("Cloud Engine"), guild: sim.NewGuild("Acme")}
	w.app.SetPrivilegedIntents(discordsim.IntentGuildMembers)
	w.guild.AddApplication(w.app, 0)
	w.ops = w.guild.NewTextChannel("ops")
	w.ada = w.guild.NewMember("ada", discordsim.ManageGuild)
	w.grace = w.guild.NewMember("grace")
	return w
}

func (w *world) assertClean(t *testing.T) {
	t.Helper()
	for _, v := range w.Violations() {
		t.Errorf("violation: %s", v)
	}
}

// mustSession makes a discordgo session that is not connected.
func (w *world) mustSession(t *testing.T) *dg.Session {
	t.Helper()
	session, err := dg.New("Bot " + w.app.Token)
	if err != nil {
		t.Fatal(err)
	}
	session.Client = &http.Client{Transport: w.Transport(), Timeout: 20 * time.Second}
	session.LogLevel = dg.LogError - 1
	return session
}

// mustBot connects a discordgo session whose interactions go to handle.
func (w *world) mustBot(t *testing.T, handle func(*dg.Session, *dg.InteractionCreate)) *dg.Session {
	t.Helper()
	session := w.mustSession(t)
	if handle != nil {
		session.AddHandler(handle)
	}
	if err := session.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	return session
}

// mustRegister registers guild commands.
func (w *world) mustRegister(t *testing.T, session *dg.Session, commands ...*dg.ApplicationCommand) {
	t.Helper()
	if _, err := session.ApplicationCommandBulkOverwrite(w.app.ID, w.guild.ID, commands); err != nil {
		t.Fatal(err)
	}
}

func testContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
