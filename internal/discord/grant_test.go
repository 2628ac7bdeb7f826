package discord

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/project"
)

func TestGrantText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ends *time.Time
		life time.Duration
		want string
	}{
		"no end":                       {nil, 0, ", until somebody changes it."},
		"as asked for":                 {at(2 * time.Hour), 2 * time.Hour, ", until <t:1780007200:f>."},
		"earlier than asked for":       {at(time.Hour), 2 * time.Hour, ", until <t:1780003600:f>, when your own access ends."},
		"an end that nobody asked for": {at(time.Hour), 0, ", until <t:1780003600:f>, when your own access ends."},
	} {
		g := project.Grant{UserID: "100", Level: project.Deploy, GrantedAt: noon, ExpiresAt: c.ends}
		if got, want := grantText(g, "dev", c.life), "<@100> has `deploy` in `dev`"+c.want; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// What an admin gives ends with what they have, and the answer says so.
func TestGrantEndsWithTheGivers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"user": w.ada, "project": "dev", "level": "admin", "duration": "2h"}))
	for _, duration := range []string{"1w", ""} {
		args := discordsim.Args{"user": w.grace, "project": "dev", "level": "view"}
		if duration != "" {
			args["duration"] = duration
		}
		got := w.says(w.ada.Slash(w.ctx, w.ops, "cloud-grant", args))
		var ends time.Time
		w.must(w.store.Pool().QueryRow(w.ctx, "select expires_at from grants where user_id = $1 order by id desc limit 1", w.ada.ID).Scan(&ends))
		if want := fmt.Sprintf("until <t:%d:f>, when your own access ends.", ends.Unix()); !strings.HasSuffix(got, want) {
			t.Errorf("for %q: %q, want %q", duration, got, want)
		}
	}
	got := w.says(w.ada.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"user": w.grace, "project": "dev", "level": "view", "duration": "1h"}))
	if !strings.HasSuffix(got, ":f>.") {
		t.Errorf("for less: %q", got)
	}
}
