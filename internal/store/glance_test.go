package store

import (
	"errors"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
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
		if err != nil || g.Level != level || g.State != s.State || g.Generation != s.Generation || g.Provider != "sandbox" || g.Region != w.stack.Region || len(g.Resources) != 1 {
			t.Errorf("%s: %+v, %v", user, g, err)
		}
	}
	for _, q := range [][2]string{{"999", s.ID}, {guild, "nosuch"}} {
		if _, err := w.Glance(w.ctx, q[0], q[1], project.Person{UserID: "developer"}); !errors.Is(err, ErrNotFound) {
			t.Errorf("%v: %v", q, err)
		}
	}
}
