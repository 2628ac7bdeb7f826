package discord

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/migrations"
)

// patience is how long a test waits for what must happen.
const patience = 2 * time.Minute

// world is a local Discord with a guild, a database, and a bot between them. No
// worker runs: a test plays Terraform itself, with plan and apply.
type world struct {
	t     *testing.T
	ctx   context.Context
	sim   *discordsim.Sim
	app   *discordsim.Application
	self  *discordsim.Member // the bot
	guild *discordsim.Guild
	ops   *discordsim.Channel
	boss  *discordsim.Member // owns the guild
	ada   *discordsim.Member // may deploy to dev, once the project is there
	grace *discordsim.Member // may nothing
	url   string             // of the database
	store *store.Store
	orch  *orchestrator.Orchestrator
	bot   *Bot

	members *Directory
}

// setup changes what a world is made of.
type setup struct {
	sim   discordsim.Options
	bot   func(*Options)
	idle  bool // the bot is not started
	clock func(time.Time) time.Time
}

func newWorld(t *testing.T, s setup) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	t.Cleanup(cancel)
	w := &world{t: t, ctx: ctx}
	if s.sim.OpenAPI == "" {
		s.sim.OpenAPI = os.Getenv("DISCORD_OPENAPI")
	}
	if s.sim.MessageRate == (discordsim.Rate{}) { // few tests are about rates
		s.sim.MessageRate = discordsim.NoLimit
	}
	if s.sim.InteractionDeadline == 0 { // or about how quick the machine is
		s.sim.InteractionDeadline = patience
	}
	var err error
	if w.sim, err = discordsim.Start(s.sim); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.sim.Close)
	w.app = w.sim.NewApplication("Cloud Engine")
	w.guild = w.sim.NewGuild("Acme")
	w.self = w.guild.AddApplication(w.app, discordsim.Permissions(Permissions()))
	w.ops = w.guild.NewTextChannel("ops")
	w.boss, w.ada, w.grace = w.guild.Owner(), w.guild.NewMember("ada"), w.guild.NewMember("grace")
	w.openStore(s.clock)
	w.bot = w.newBot(s.bot)
	if !s.idle {
		w.start(w.bot)
	}
	t.Cleanup(func() {
		for _, v := range w.sim.Violations() {
			t.Errorf("Discord's rules were broken: %v", v)
		}
	})
	return w
}

func (w *world) openStore(clock func(time.Time) time.Time) {
	w.t.Helper()
	w.url = devpg.CloneDatabase(w.t, migrations.Digest(), func(ctx context.Context, db devpg.Database) error {
		return store.Migrate(ctx, store.Access(db), slog.New(slog.DiscardHandler))
	}).URL
	sealer, err := store.NewSealer(make([]byte, store.KeySize))
	w.must(err)
	w.store, err = store.Open(w.ctx, store.Options{URL: w.url, Sealer: sealer, Logger: w.log(), Clock: clock, MaxConns: 8})
	w.must(err)
	w.t.Cleanup(w.store.Close)
	queue, err := river.NewClient(riverpgxv5.New(w.store.Pool()), &river.Config{})
	w.must(err)
	known, err := catalog.Installed("")
	w.must(err)
	w.members, err = NewDirectory(w.app.Token, w.sim.URL())
	w.must(err)
	w.orch = orchestrator.New(orchestrator.Options{Store: w.store, Catalog: known, Queue: queue, Members: w.members, Lives: session.DefaultLives, Logger: w.log()})
}

func (w *world) newBot(change func(*Options)) *Bot {
	w.t.Helper()
	o := Options{
		Token: w.app.Token, API: w.sim.URL(), Guilds: []string{w.guild.ID}, Orchestrator: w.orch, Store: w.store, Logger: w.log(),
		HostID: "test", CancelGrace: time.Minute, MessagesPer5s: 1000, RequestsPerSecond: 1000, AnswerWithin: patience,
	}
	if change != nil {
		change(&o)
	}
	b, err := New(o)
	w.must(err)
	return b
}

// start starts a bot, and stops it when the test ends.
func (w *world) start(b *Bot) {
	w.t.Helper()
	w.must(b.Start(w.ctx))
	w.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := b.Stop(ctx); err != nil {
			w.t.Errorf("stop: %v", err)
		}
	})
}

func (w *world) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(testWriter{w.t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// testWriter shows what the engine logs with the test that it belongs to.
type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Helper()
	if w.t.Context().Err() == nil { // what is logged while everything stops has no test any more
		w.t.Logf("%s", p)
	}
	return len(p), nil
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// get is a value that must come without an error.
func get[T any](v T, err error) func(*world) T {
	return func(w *world) T {
		w.t.Helper()
		w.must(err)
		return v
	}
}

// says is the answer to what somebody did; it must be for them alone.
func (w *world) says(in *discordsim.Interaction, err error) string {
	w.t.Helper()
	w.must(err)
	reply := get(in.Reply(w.ctx))(w)
	if !reply.Ephemeral() {
		w.t.Errorf("%s: everybody sees the answer: %s", in, reply.Text())
	}
	return reply.Text()
}

// project creates dev on the sandbox and lets ada deploy to it.
func (w *world) project() {
	w.t.Helper()
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-create-project", discordsim.Args{"project_id": "dev", "provider": "sandbox"}))
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": w.ada, "project": "dev", "level": "deploy"}))
}

// deploy lets ada start a deployment, and returns its lobby.
func (w *world) deploy() *discordsim.Message {
	w.t.Helper()
	w.says(w.ada.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev"}))
	return w.lobby("Draft")
}

// lobby waits for a lobby that shows all of this.
func (w *world) lobby(parts ...string) *discordsim.Message {
	w.t.Helper()
	return w.sees(w.ops, append([]string{"Deploy dev"}, parts...)...)
}

// sees waits for a message with all of this.
func (w *world) sees(c *discordsim.Channel, parts ...string) *discordsim.Message {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	m, err := c.Await(ctx, w.ada, discordsim.Containing(parts...))
	if err != nil {
		for _, m := range c.Messages(w.ada) {
			w.t.Logf("there is: %s", m.Text())
		}
		w.t.Fatalf("no message with %q: %v", parts, err)
	}
	return m
}

// session is the only session there is.
func (w *world) session() session.Session {
	w.t.Helper()
	var id string
	w.must(w.store.Pool().QueryRow(w.ctx, "select id from sessions order by created_at desc limit 1").Scan(&id))
	return get(w.store.Session(w.ctx, id))(w)
}

// add fills in the form of a kind.
func (w *world) add(lobby *discordsim.Message, kind string, fields discordsim.Fields) {
	w.t.Helper()
	in := get(w.ada.Choose(w.ctx, *lobby, "Add resource", kind))(w)
	get(w.ada.Submit(w.ctx, in.Modal(), fields))(w)
}

// creates is a plan that creates resources.
func creates(labels ...string) plan.Digest {
	d := plan.Digest{TerraformVersion: "1.14.0"}
	for _, l := range labels {
		d.Add++
		d.Changes = append(d.Changes, plan.Change{Address: l, Label: l, Action: plan.Create, Attributes: []plan.AttributeChange{
			{Name: "input.size", After: "small"}, {Name: "input.password", After: plan.SensitiveText, Sensitive: true},
		}})
	}
	return d
}

// plan plays Terraform: it makes the plan that is asked for.
func (w *world) plan(d plan.Digest) {
	w.t.Helper()
	w.must(w.store.RegisterHost(w.ctx, "host", "test"))
	task := get(w.orch.BeginPlan(w.ctx, w.session().RunID, "host"))(w)
	w.must(w.orch.Planned(w.ctx, orchestrator.Planned{Task: task, Digest: d, SHA256: "abc", Files: map[string][]byte{"main.tf.json": []byte("{}")}}))
}

// apply begins the apply that was approved.
func (w *world) apply() store.Run {
	w.t.Helper()
	return get(w.orch.BeginApply(w.ctx, w.session().RunID, "host"))(w).Run
}

// prints lets Terraform write lines, which are posted.
func (w *world) prints(run store.Run, lines ...store.Line) {
	w.t.Helper()
	_, offset, err := w.store.LastLine(w.ctx, run.ID)
	w.must(err)
	for i := range lines {
		lines[i].EndOffset = offset + int64(i) + 1
	}
	var stored []store.Line
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		stored, err = tx.AppendLines(w.ctx, run.ID, run.Fence, lines)
		return err
	}))
	w.must(w.orch.OweLines(w.ctx, run, stored[len(stored)-1].Seq))
}

// ends lets the apply end.
func (w *world) ends(run store.Run, exit int, out orchestrator.Outcome) {
	w.t.Helper()
	out.ExitCode = &exit
	out.Meta = project.StateMeta{Lineage: "l", Serial: run.ID}
	out.State = []byte("{}")
	_, err := w.orch.FinishApply(w.ctx, run, out)
	w.must(err)
}

// interrupted lets Terraform be killed while it was at work at the addresses.
func (w *world) interrupted(run store.Run, addresses ...string) {
	w.t.Helper()
	_, err := w.orch.FinishApply(w.ctx, run, orchestrator.Outcome{Interrupted: true, Meta: project.StateMeta{Lineage: "l", Serial: run.ID}, State: []byte("{}"),
		Failure: &session.Failure{Phase: "apply", Interrupted: true, Summary: "Terraform was stopped before it had finished.", Unfinished: addresses}})
	w.must(err)
}

// planned brings a deployment of a network to its plan, and returns the lobby.
func (w *world) planned() *discordsim.Message {
	w.t.Helper()
	w.project()
	w.add(w.deploy(), "vpc", discordsim.Fields{"name": "main"})
	w.lobby("Planning")
	w.plan(creates("vpc.main"))
	return w.lobby("Plan ready")
}

// approved lets ada approve the plan, and begins the apply.
func (w *world) approved(lobby *discordsim.Message) store.Run {
	w.t.Helper()
	get(w.ada.Click(w.ctx, *lobby, "Approve & Deploy"))(w)
	w.lobby("Approved")
	return w.apply()
}

// thread waits for the deployment's thread.
func (w *world) thread() *discordsim.Channel {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	return get(w.ops.AwaitThread(ctx, func(name string) bool { return name == "Deploy dev-main" }))(w)
}

// settle waits until everything that is owed is said, but for what is to be said
// later: that a grant ends, that Terraform does not.
func (w *world) settle() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	wake, unsubscribe := w.store.Subscribe(store.TopicOutbox, "")
	defer unsubscribe()
	for {
		rows, err := w.store.Pool().Query(w.ctx, "select to_jsonb(outbox)::text from outbox where sent_at is null and dead_at is null and kind not in ('ending', 'remind')")
		w.must(err)
		owed := get(pgx.CollectRows(rows, pgx.RowTo[string]))(w)
		if len(owed) == 0 {
			return
		}
		select {
		case <-wake:
		case <-ctx.Done():
			w.t.Fatalf("something that is owed is not said:\n%s", strings.Join(owed, "\n"))
		}
	}
}

// person is a member as the orchestrator knows them.
func person(m *discordsim.Member) policy.Person {
	return policy.Person{UserID: m.ID, GuildAdmin: m.Username == "owner", JoinedAt: m.JoinedAt()}
}
