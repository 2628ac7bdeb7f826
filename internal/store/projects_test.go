package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/cloud-engine/cloudengine/internal/project"
)

func (w *world) newProject(guildID, slug string) (p project.Project, err error) {
	err = w.InTx(w.ctx, func(tx *Tx) error {
		p, err = tx.InsertProject(w.ctx, project.Project{GuildID: guildID, Slug: slug, Provider: "sandbox", DefaultRegion: "eu-1", Regions: []string{"eu-1"}, CreatedAt: tx.Now})
		return err
	})
	return p, err
}

func (w *world) grant(p project.Project, user string, level project.Level, life time.Duration) error {
	return w.InTx(w.ctx, func(tx *Tx) error {
		g := project.Grant{GuildID: p.GuildID, ProjectID: p.ID, UserID: user, Level: level, GrantedBy: "1", GrantedAt: tx.Now}
		if life != 0 {
			ends := tx.Now.Add(life)
			g.ExpiresAt = &ends
		}
		if err := tx.LockProject(w.ctx, p.ID); err != nil {
			return err
		}
		_, err := tx.PutGrant(w.ctx, g)
		return err
	})
}

func TestProjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.newProject(guild, "dev"); !errors.Is(err, ErrDuplicate) {
		t.Fatalf("a second project of the name: %v", err)
	}
	theirs, err := w.newProject("999", "dev")
	if err != nil {
		t.Fatal("another guild's project of the name:", err)
	}
	w.tx(func(tx *Tx) error {
		theirs.Rules = project.Rules{
			Approvals: project.ApprovalRule{Needed: 2, Level: project.Admin, Role: "7"}, Enforcement: project.EnforceAdvisory,
			GrantMax: time.Hour, Freeze: &project.Freeze{Reason: "release", By: "1"},
		}
		if err := tx.SaveProject(w.ctx, theirs); err != nil {
			return err
		}
		p, err := tx.ProjectBySlug(w.ctx, "999", "dev")
		if diff := cmp.Diff(theirs, p); err != nil || diff != "" {
			t.Errorf("%s, %v", diff, err)
		}
		if _, err := tx.ProjectBySlug(w.ctx, guild, "prod"); !errors.Is(err, ErrNotFound) {
			t.Errorf("unknown slug: %v", err)
		}
		if _, err := tx.Project(w.ctx, 12345); !errors.Is(err, ErrNotFound) {
			t.Errorf("unknown id: %v", err)
		}
		return nil
	})
}

func TestVisibleProjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	prod, err := w.newProject(guild, "prod")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.newProject("999", "theirs"); err != nil {
		t.Fatal(err)
	}
	for user, g := range map[string]struct {
		level project.Level
		life  time.Duration
	}{"viewer": {project.View, 0}, "developer": {project.Deploy, time.Hour}, "former": {project.Admin, -time.Minute}} {
		if err := w.grant(prod, user, g.level, g.life); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.grant(w.project, "developer", project.Deploy, 0); err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]struct {
		guild, user string
		admin       bool
		min         project.Level
		prefix      string
		want        []string
	}{
		"admin":          {guild, "x", true, project.Deploy, "", []string{"dev", "prod"}},
		"developer":      {guild, "developer", false, project.Deploy, "", []string{"dev", "prod"}},
		"by prefix":      {guild, "developer", false, project.Deploy, "pr", []string{"prod"}},
		"no wildcard":    {guild, "developer", false, project.Deploy, "_", nil},
		"level too low":  {guild, "viewer", false, project.Deploy, "", nil},
		"level enough":   {guild, "viewer", false, project.View, "", []string{"prod"}},
		"expired":        {guild, "former", false, project.View, "", nil},
		"nobody":         {guild, "x", false, project.View, "", nil},
		"their admin":    {"999", "x", true, project.View, "", []string{"theirs"}},
		"elsewhere":      {"999", "developer", false, project.View, "", nil},
		"unknown server": {"1", "x", true, project.View, "", nil},
	} {
		got, err := w.VisibleProjects(w.ctx, q.guild, project.Person{UserID: q.user, GuildAdmin: q.admin}, q.min, q.prefix, 25)
		var slugs []string
		for _, p := range got {
			slugs = append(slugs, p.Slug)
		}
		if err != nil || !slices.Equal(slugs, q.want) {
			t.Errorf("%s: %v, want %v, %v", name, slugs, q.want, err)
		}
	}
	if got, err := w.VisibleProjects(w.ctx, guild, project.Person{UserID: "x", GuildAdmin: true}, project.View, "", 1); err != nil || len(got) != 1 {
		t.Errorf("limited to one: %v, %v", got, err)
	}
}

// A new grant takes the old one's place, also when two admins give one at once.
func TestGrantsReplaceEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stores := []*world{w, {t: t, Store: mustOpen(t, w.url), ctx: w.ctx}}
	for round := range 20 {
		user := fmt.Sprint("user", round)
		var giving errgroup.Group
		for i := range 4 {
			giving.Go(func() error { return stores[i%2].grant(w.project, user, project.Level(i+1), 0) })
		}
		if err := giving.Wait(); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
	w.tx(func(tx *Tx) error {
		grants, err := tx.GrantsOf(w.ctx, w.project.ID)
		if err != nil || len(grants) != 20 {
			t.Errorf("%d grants are in force, want one for each of 20, %v", len(grants), err)
		}
		return err
	})
	var all int
	w.scan("select count(*) from grants where project_id = $1", []any{w.project.ID}, &all)
	if all != 80 {
		t.Errorf("%d grants are in the history, want 80", all)
	}
}
