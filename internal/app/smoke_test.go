package app

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

func TestSmoke(t *testing.T) {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	url := devpg.CloneDatabase(t, "v1", func(ctx context.Context, url string) error { return store.Migrate(ctx, url, slog.New(slog.DiscardHandler)) })
	c := config.Defaults()
	c.DatabaseURL = config.NewSecret(url)
	c.Key = config.NewSecret("0123456789abcdef0123456789abcdef")
	c.DataDir = t.TempDir()
	ctx := context.Background()
	e, err := startEngine(ctx, Options{Config: c, Logger: log, Version: "test", ModuleSettings: map[string]any{"sandbox_seconds": 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { t.Log(e.stop(ctx)) }()
	o := e.Orchestrator
	req := orchestrator.Request{GuildID: "1", Person: policy.Person{UserID: "7", GuildAdmin: true}}
	if _, err := o.CreateProject(ctx, req, orchestrator.NewProject{Slug: "dev", Provider: "sandbox"}); err != nil {
		t.Fatal(err)
	}
	s, err := o.StartSession(ctx, req, orchestrator.NewSession{Project: "dev", ChannelID: "5"})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []orchestrator.Form{
		{Session: s.ID, Kind: "vpc", Raw: map[string]string{"name": "main"}},
		{Session: s.ID, Kind: "compute_vm", Raw: map[string]string{"name": "web"}},
		{Session: s.ID, Kind: "database", Raw: map[string]string{"name": "db"}},
	} {
		if err := o.PutResource(ctx, req, f); err != nil {
			if fe, ok := err.(*orchestrator.FormError); ok {
				t.Fatal(fe.Faults)
			}
			t.Fatal(err)
		}
	}
	await := func(want session.State) session.Session {
		for range 600 {
			s, err := e.Store.Session(ctx, s.ID)
			if err != nil {
				t.Fatal(err)
			}
			if s.State == want {
				return s
			}
			if s.State == session.Failed {
				t.Fatalf("%+v", s.Failure)
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Fatal("timeout for", want)
		return session.Session{}
	}
	s = await(session.PlanReady)
	t.Log(s.Plan.Digest.Summary())
	if err := o.Approve(ctx, req, s.ID, s.Generation, ""); err != nil {
		t.Fatal(err)
	}
	s = await(session.Applied)
	l, err := o.Lobby(ctx, s.ID)
	t.Logf("%+v %v", l, err)
	lines, _ := e.Store.Lines(ctx, s.RunID, 1, 1000, 1000)
	for _, x := range lines {
		t.Log(x.Seq, x.EndOffset, x.Kind, x.Text)
	}
	n, _ := e.Store.OwedPosts(ctx)
	t.Log("owed", n)
}
