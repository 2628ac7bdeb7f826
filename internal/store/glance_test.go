package store

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// What a form needs, as one person sees it.
func TestGlance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.planned(w.newSession(w.stack))
	for user, g := range map[string]struct {
		level project.Level
		life  time.Duration
	}{"developer": {project.Deploy, 0}, "former": {project.Admin, -time.Minute}} {
		if err := w.grant(w.project, user, g.level, g.life); err != nil {
			t.Fatal(err)
		}
	}
	for user, level := range map[string]project.Level{"developer": project.Deploy, "former": project.NoAccess, "nobody": project.NoAccess} {
		g, err := w.Glance(w.ctx, guild, s.ID, project.Person{UserID: user})
		if err != nil || g.Level != level || g.State != s.State || g.Generation != s.Generation || g.Provider != "sandbox" || !slices.Equal(g.Regions, []string{w.stack.Region}) || len(g.Resources) != 1 {
			t.Errorf("%s: %+v, %v", user, g, err)
		}
	}
	for _, q := range [][2]string{{"999", s.ID}, {guild, "nosuch"}} {
		if _, err := w.Glance(w.ctx, q[0], q[1], project.Person{UserID: "developer"}); !errors.Is(err, ErrNotFound) {
			t.Errorf("%v: %v", q, err)
		}
	}
}

// The regions are those that the session names, and else those of its stack.
func TestGlanceRegions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	regions := func(s session.Session) []string {
		t.Helper()
		g, err := w.Glance(w.ctx, guild, s.ID, project.Person{UserID: "nobody"})
		if err != nil {
			t.Fatal(err)
		}
		return g.Regions
	}
	w.tx(func(tx *Tx) error {
		st := w.stack
		st.Spread = []string{st.Region, "us-1"}
		return tx.SaveStack(w.ctx, st, nil)
	})
	s := w.newSession(w.stack)
	if got := regions(s); !slices.Equal(got, []string{w.stack.Region, "us-1"}) {
		t.Errorf("a session that names none: %q", got)
	}
	if _, err := w.pool.Exec(w.ctx, `update sessions set regions = '["us-2", "ap-1"]' where id = $1`, s.ID); err != nil {
		t.Fatal(err)
	}
	if got := regions(s); !slices.Equal(got, []string{w.stack.Region, "ap-1", "us-2"}) {
		t.Errorf("one that does: %q", got)
	}
}
