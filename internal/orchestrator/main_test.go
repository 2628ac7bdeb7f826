package orchestrator_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"go.uber.org/goleak"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/migrations"
)

// The test server lives for the whole process, in goroutines of its own.
func TestMain(m *testing.M) {
	if _, err := devpg.Shared(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}

// patience is how long a test waits for what must happen.
const patience = 3 * time.Minute

const guild = "100"

// People. The owner manages the guild; what the others may do is granted.
var (
	owner = policy.Person{UserID: "1", GuildAdmin: true}
	dev   = policy.Person{UserID: "2"}
	ann   = policy.Person{UserID: "3"}
	bob   = policy.Person{UserID: "4"}
	eve   = policy.Person{UserID: "5"}
)

func by(p policy.Person) orchestrator.Request {
	return orchestrator.Request{GuildID: guild, Person: p}
}

// members stands for Discord: who is in the guild now. The owner manages it.
type members struct {
	mu     sync.Mutex
	gone   map[string]bool
	roles  map[string][]string // by user id
	silent error               // Discord cannot be asked
}

func (m *members) Member(_ context.Context, _ project.Guild, userID string) (project.Person, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.silent != nil:
		return project.Person{}, m.silent
	case m.gone[userID]:
		return project.Person{}, orchestrator.ErrNotMember
	}
	return project.Person{UserID: userID, GuildAdmin: userID == owner.UserID, Roles: m.roles[userID]}, nil
}

func (m *members) leave(userID string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gone = map[string]bool{userID: true}
}

func (m *members) have(userID string, roles ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.roles = map[string][]string{userID: roles}
}

func (m *members) fall(silent error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.silent = silent
}

// clock moves the time of every process of a world.
type clock struct {
	ahead   atomic.Int64
	stopped atomic.Pointer[time.Time] // at this time; nil: it goes
}

func (c *clock) time(now time.Time) time.Time {
	if t := c.stopped.Load(); t != nil {
		return *t
	}
	return now.Add(time.Duration(c.ahead.Load()))
}

func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// process is one engine on the database, without Terraform: tests report what
// Terraform would have done.
type process struct {
	*orchestrator.Orchestrator
	store *store.Store
}

// world is a database with project `dev` on the sandbox, in which dev may
// deploy, and one engine. More engines may join.
type world struct {
	process
	t     *testing.T
	ctx   context.Context
	url   string
	clock clock
	guild members
	// policies is the hash of the policies of those who join.
	policies string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	w := &world{t: t, ctx: ctx}
	w.url = devpg.CloneDatabase(t, migrations.Digest(), func(ctx context.Context, db devpg.Database) error {
		return store.Migrate(ctx, store.Access(db), slog.New(slog.DiscardHandler))
	}).URL
	w.process = w.join(nil, builtIn(t))
	if _, err := w.CreateProject(ctx, by(owner), orchestrator.NewProject{Slug: "dev", Provider: "sandbox"}); err != nil {
		t.Fatal(err)
	}
	w.grant(dev, "deploy", 0)
	for _, host := range []string{"h1", "h2"} {
		if err := w.store.RegisterHost(ctx, host, "test"); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func builtIn(t *testing.T) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Installed("")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// join adds a process with the settings and the catalog.
func (w *world) join(settings map[string]any, c *catalog.Catalog) process {
	w.t.Helper()
	return w.with(orchestrator.Options{Catalog: c, Keep: orchestrator.DefaultRetention, ModuleSettings: settings})
}

// keeping adds a process that keeps things for so long.
func (w *world) keeping(r orchestrator.Retention) process {
	w.t.Helper()
	return w.with(orchestrator.Options{Catalog: builtIn(w.t), Keep: r})
}

// with adds a process with the options and the world's own.
func (w *world) with(o orchestrator.Options) process {
	w.t.Helper()
	sealer, err := store.NewSealer(bytes.Repeat([]byte{7}, store.KeySize))
	if err != nil {
		w.t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(w.ctx, store.Options{URL: w.url, Sealer: sealer, Logger: log, MaxConns: 6,
		Clock: w.clock.time})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(s.Close)
	queue, err := river.NewClient(riverpgxv5.New(s.Pool()), &river.Config{Logger: log})
	if err != nil {
		w.t.Fatal(err)
	}
	o.Store, o.Queue, o.Members, o.Policies, o.Lives, o.Logger = s, queue, &w.guild, w.policies, session.DefaultLives, log
	return process{Orchestrator: orchestrator.New(o), store: s}
}

func (w *world) grant(p policy.Person, level string, life time.Duration) {
	w.t.Helper()
	w.must(w.grantErr(by(owner), p, level, life))
}

func (w *world) grantErr(req orchestrator.Request, p policy.Person, level string, life time.Duration) error {
	_, err := w.Grant(w.ctx, req, orchestrator.NewGrant{Project: "dev", UserID: p.UserID, Level: level, Life: life})
	return err
}

// needApprovals makes the project require n approvals.
func (w *world) needApprovals(n int) {
	w.t.Helper()
	w.rule(func(r *project.Rules) { r.Approvals.Needed = n })
}

// rule changes the project's rules.
func (w *world) rule(change func(*project.Rules)) {
	w.t.Helper()
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		p, err := tx.ProjectBySlug(w.ctx, guild, "dev")
		if err != nil {
			return err
		}
		change(&p.Rules)
		return tx.SaveProject(w.ctx, p)
	}))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	_, err := w.store.Pool().Exec(w.ctx, sql, args...)
	w.must(err)
}

// count reads one number behind the engine's back.
func (w *world) count(sql string, args ...any) (n int) {
	w.t.Helper()
	w.must(w.store.Pool().QueryRow(w.ctx, sql, args...).Scan(&n))
	return n
}

// session reads a session as it is now.
func (w *world) session(id string) session.Session {
	w.t.Helper()
	s, err := w.store.Session(w.ctx, id)
	w.must(err)
	return s
}

func (w *world) wantState(id string, want session.State) session.Session {
	w.t.Helper()
	s := w.session(id)
	if s.State != want {
		w.t.Fatalf("session %s is %s, want %s (problems %q, failure %+v)", id, s.State, want, s.Problems, s.Failure)
	}
	return s
}
