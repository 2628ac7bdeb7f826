package app_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/app"
	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/migrations"
)

// patience is a generous deadline for whatever a test waits for: longer than the
// claim on a post whose sending could not be recorded, after which it is looked up.
const patience = 3 * time.Minute

// hurry is how long the first answer to an interaction may take here: Discord's
// three seconds are another test's, and too little on a busy machine.
const hurry = 10 * time.Second

// world is a bot on real parts in a local Discord: ada manages the guild, grace
// deploys, eve is nobody.
type world struct {
	t   *testing.T
	ctx context.Context
	sim *discordsim.Sim
	bot *discordsim.Application
	app *app.App // nil while the bot is a process of its own, or down
	// readStore reads beside a bot that is a process of its own.
	readStore *store.Store
	conf      config.Config
	db        devpg.Database
	postgres  *devpg.Breakable // of a test that takes it away

	guild           *discordsim.Guild
	ops             *discordsim.Channel
	ada, grace, eve *discordsim.Member

	counter string // a line for each creation
	seconds float64
	ahead   atomic.Int64 // by how much the clock of transactions is ahead, in ns
	logs    *logBuffer
	level   slog.Level
}

type option func(*world)

// slow makes each resource take so long.
func slow(seconds float64) option { return func(w *world) { w.seconds = seconds } }

func configured(change func(*config.Config)) option {
	return func(w *world) { change(&w.conf) }
}

// newWorld builds everything but the bot.
func newWorld(t *testing.T, options ...option) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	w := &world{t: t, ctx: ctx, counter: filepath.Join(t.TempDir(), "counter"), logs: &logBuffer{}, level: slog.LevelDebug}
	w.startDiscord()
	w.conf = config.Defaults()
	w.db = devpg.CloneDatabase(t, migrations.Digest(), func(ctx context.Context, db devpg.Database) error {
		return store.Migrate(ctx, store.Access(db), discard)
	})
	w.conf.DatabaseURL = config.NewSecret(w.db.URL)
	w.conf.Key = config.NewSecret("0123456789abcdef0123456789abcdef")
	w.conf.DataDir = t.TempDir()
	w.conf.Listen = "127.0.0.1:0"
	w.conf.TerraformUser = "root" // the test binary lies where nobody else can run it
	w.conf.DiscordToken, w.conf.DiscordAPI, w.conf.Guilds = config.NewSecret(w.bot.Token), w.sim.URL(), []string{w.guild.ID}
	w.conf.StreamInterval = 300 * time.Millisecond
	for _, o := range options {
		o(w)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the bot's log:\n%s", w.logs.String())
			w.logOwed()
		}
	})
	return w
}

// logOwed says what Discord is still owed, for a test that fails.
func (w *world) logOwed() {
	ctx := context.WithoutCancel(w.ctx)
	conn, err := pgx.Connect(ctx, w.conf.DatabaseURL.Reveal())
	if err != nil {
		return
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `select row_to_json(o)::text from outbox o where sent_at is null order by id`)
	if err != nil {
		return
	}
	owed, _ := pgx.CollectRows(rows, pgx.RowTo[string])
	w.t.Logf("owed to Discord:\n%s", strings.Join(owed, "\n"))
}

func (w *world) startDiscord() {
	w.t.Helper()
	sim, err := discordsim.Start(discordsim.Options{OpenAPI: os.Getenv("DISCORD_OPENAPI"), InteractionDeadline: hurry})
	if err != nil {
		w.t.Fatal(err)
	}
	w.sim = sim
	w.t.Cleanup(sim.Close)
	// Whatever a test does, the bot sends nothing that Discord would refuse.
	w.t.Cleanup(func() {
		for _, v := range sim.Violations() {
			w.t.Errorf("the bot sent what Discord refuses: %+v", v)
		}
	})
	w.bot = sim.NewApplication("Cloud Engine")
	w.guild = sim.NewGuild("Acme")
	w.guild.AddApplication(w.bot, discordsim.DefaultPermissions)
	w.ops = w.guild.NewTextChannel("ops")
	w.ada = w.guild.NewMember("ada", discordsim.ManageGuild)
	w.grace = w.guild.NewMember("grace")
	w.eve = w.guild.NewMember("eve")
}

// start boots the bot in this process.
func (w *world) start() *world {
	w.t.Helper()
	w.app = w.replica(w.conf)
	return w
}

// replica boots a bot on the world's database.
func (w *world) replica(c config.Config) *app.App {
	w.t.Helper()
	a, err := app.Start(w.ctx, app.Options{
		Config: c, Logger: slog.New(slog.NewTextHandler(w.logs, &slog.HandlerOptions{Level: w.level})), Version: "test",
		ModuleSettings: moduleSettings(w.seconds, w.counter),
		Clock:          func(now time.Time) time.Time { return now.Add(time.Duration(w.ahead.Load())) },
		AnswerWithin:   hurry,
		EmbeddedPrices: true,
	})
	if err != nil {
		w.t.Fatalf("start: %v", err)
	}
	w.t.Cleanup(func() {
		if err := a.Stop(context.WithoutCancel(w.ctx)); err != nil {
			w.t.Errorf("stop: %v", err)
		}
	})
	return a
}

// project creates project dev and grants grace `deploy`.
func (w *world) project() *world {
	w.t.Helper()
	w.reply(w.ada, "cloud-create-project", discordsim.Args{"project_id": "dev", "provider": "sandbox"})
	w.reply(w.ada, "cloud-grant", discordsim.Args{"to": w.grace, "project": "dev", "level": "deploy"})
	return w
}

// reply runs a command in #ops and returns what the bot says to it.
func (w *world) reply(m *discordsim.Member, command string, args discordsim.Args) string {
	w.t.Helper()
	return w.replyIn(w.ops, m, command, args)
}

func (w *world) replyIn(c *discordsim.Channel, m *discordsim.Member, command string, args discordsim.Args) string {
	w.t.Helper()
	in, err := m.Slash(w.ctx, c, command, args)
	if err != nil {
		w.t.Fatalf("/%s: %v", command, err)
	}
	return w.said(in)
}

// said is what the bot answered, for one person to see.
func (w *world) said(in *discordsim.Interaction) string {
	w.t.Helper()
	msg, err := in.Reply(w.ctx)
	if err != nil {
		w.t.Fatalf("%v: no reply: %v", in, err)
	}
	return msg.Text()
}

// deploy opens a lobby and returns it.
func (w *world) deploy(m *discordsim.Member, args discordsim.Args) discordsim.Message {
	w.t.Helper()
	known := map[string]bool{}
	for _, msg := range w.ops.Messages(m) {
		known[msg.ID] = true
	}
	if args == nil {
		args = discordsim.Args{"project": "dev"}
	}
	w.reply(m, "cloud-deploy", args)
	return w.await(w.ops, m, "a new lobby", func(msg discordsim.Message) bool {
		_, ok := msg.Select("Add resource")
		return ok && !known[msg.ID]
	})
}

// add chooses a kind in the lobby and submits its form.
func (w *world) add(m *discordsim.Member, lobby discordsim.Message, kind string, fields discordsim.Fields) *discordsim.Interaction {
	w.t.Helper()
	modal := w.form(m, w.newest(lobby), "Add resource", kind)
	in, err := m.Submit(w.ctx, modal, fields)
	if err != nil {
		w.t.Fatalf("submit %s: %v", kind, err)
	}
	return in
}

// form chooses from a menu and returns the form that opens.
func (w *world) form(m *discordsim.Member, lobby discordsim.Message, menu, value string) *discordsim.Modal {
	w.t.Helper()
	in, err := m.Choose(w.ctx, lobby, menu, value)
	if err != nil {
		w.t.Fatalf("choose %s in %s: %v", value, menu, err)
	}
	if in.Modal() == nil {
		w.t.Fatalf("choosing %s in %s opened no form", value, menu)
	}
	return in.Modal()
}

// click presses a button of the lobby as it is now.
func (w *world) click(m *discordsim.Member, lobby discordsim.Message, button string) *discordsim.Interaction {
	w.t.Helper()
	in, err := m.Click(w.ctx, w.newest(lobby), button)
	if err != nil {
		w.t.Fatalf("click %s: %v\n%s", button, err, w.newest(lobby).Text())
	}
	return in
}

// newest is a message as it is now.
func (w *world) newest(msg discordsim.Message) discordsim.Message {
	w.t.Helper()
	now, ok := w.ops.Message(w.grace, msg.ID)
	if !ok {
		w.t.Fatal("the message is gone")
	}
	return now
}

// await waits for a message; what says what for.
func (w *world) await(c *discordsim.Channel, m *discordsim.Member, what string, want func(discordsim.Message) bool) discordsim.Message {
	w.t.Helper()
	msg, err := c.Await(w.ctx, m, want)
	if err != nil {
		var seen []string
		for _, msg := range c.Messages(m) {
			seen = append(seen, msg.Text())
		}
		w.t.Fatalf("waiting for %s: %v; there is:\n%s", what, err, strings.Join(seen, "\n----\n"))
	}
	return *msg
}

// lobby waits until the lobby has all the parts.
func (w *world) lobby(lobby discordsim.Message, parts ...string) discordsim.Message {
	w.t.Helper()
	has := discordsim.Containing(parts...)
	return w.await(w.ops, w.grace, strings.Join(parts, " + "), func(m discordsim.Message) bool { return m.ID == lobby.ID && has(m) })
}

// ready waits until the lobby's plan can be approved.
func (w *world) ready(lobby discordsim.Message, summary string) discordsim.Message {
	w.t.Helper()
	return w.await(w.ops, w.grace, "a plan of "+summary, func(m discordsim.Message) bool {
		b, ok := m.Button("Approve & Deploy")
		return m.ID == lobby.ID && ok && !b.Disabled && strings.Contains(m.Text(), summary)
	})
}

// threadOf waits for the thread that was opened from a lobby.
func (w *world) threadOf(lobby discordsim.Message) *discordsim.Channel {
	w.t.Helper()
	thread, err := w.ops.AwaitThreadOf(w.ctx, lobby)
	if err != nil {
		w.t.Fatalf("waiting for the thread: %v", err)
	}
	return thread
}

// store is where tests look behind the scenes.
func (w *world) store() *store.Store {
	if w.app != nil {
		return w.app.Store
	}
	return w.readStore
}

// session reads grace's newest session.
func (w *world) session() session.Session {
	w.t.Helper()
	listed, _, err := w.store().Sessions(w.ctx, store.SessionFilter{GuildID: w.guild.ID, Requester: w.grace.ID}, store.Page{Limit: 1})
	if err != nil || len(listed) == 0 {
		w.t.Fatalf("no session: %v", err)
	}
	s, err := w.store().Session(w.ctx, listed[0].ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// created counts, by label, what the sandbox's modules really created.
func (w *world) created() map[string]int {
	w.t.Helper()
	raw, err := os.ReadFile(w.counter)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		w.t.Fatal(err)
	}
	counts := map[string]int{}
	for _, label := range strings.Fields(string(raw)) {
		counts[label]++
	}
	return counts
}

// awaitCreated waits until so many resources were created, whoever watches.
func (w *world) awaitCreated(n int) {
	w.t.Helper()
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		w.t.Fatal(err)
	}
	defer watcher.Close()
	if err := watcher.Add(filepath.Dir(w.counter)); err != nil {
		w.t.Fatal(err)
	}
	for len(w.created()) < n {
		select {
		case <-w.ctx.Done():
			w.t.Fatalf("created after all this time: %v", w.created())
		case <-watcher.Events:
		}
	}
}

var discard = slog.New(slog.DiscardHandler)

// mention asserts that a text says something.
func mention(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("it does not say %q:\n%s", p, text)
		}
	}
}

// logBuffer keeps the bot's log for a test that fails.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
