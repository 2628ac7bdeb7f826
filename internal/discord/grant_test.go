package discord

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
)

func TestGrantText(t *testing.T) {
	t.Parallel()
	before := []project.Grant{{UserID: "100", Level: project.View}}
	for name, c := range map[string]struct {
		g    orchestrator.Granted
		want string
	}{
		"no end":       {orchestrator.Granted{}, "<@100> has `deploy` in `dev`, until somebody changes it."},
		"as asked for": {orchestrator.Granted{Grant: project.Grant{ExpiresAt: at(2 * time.Hour)}}, "<@100> has `deploy` in `dev`, until <t:1780007200:f>."},
		"the default":  {orchestrator.Granted{Grant: project.Grant{ExpiresAt: at(time.Hour)}, Limit: policy.ByDefault}, "<@100> has `deploy` in `dev`, until <t:1780003600:f>, as the project has it for grants without a duration."},
		"the longest":  {orchestrator.Granted{Grant: project.Grant{ExpiresAt: at(time.Hour)}, Limit: policy.ByMaximum}, "<@100> has `deploy` in `dev`, until <t:1780003600:f>, the longest that the project allows."},
		"the giver's":  {orchestrator.Granted{Grant: project.Grant{ExpiresAt: at(time.Hour)}, Limit: policy.ByGiver}, "<@100> has `deploy` in `dev`, until <t:1780003600:f>, when your own access ends."},
		"instead":      {orchestrator.Granted{Before: before}, "<@100> has `deploy` in `dev`, until somebody changes it. Before: `view` until somebody changes it."},
		"a role":       {orchestrator.Granted{Grant: project.Grant{RoleID: "200"}}, "<@&200> has `deploy` in `dev`, until somebody changes it.\nWhoever can hand out that role in this server hands out this access with it."},
	} {
		c.g.Level = project.Deploy
		if c.g.RoleID == "" {
			c.g.UserID = "100"
		}
		if got := grantText(c.g, "dev"); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestLives(t *testing.T) {
	t.Parallel()
	for typed, c := range map[string]struct {
		life    time.Duration
		written string
		said    string
	}{
		"":     {0, "", "for as long as the project gives it"},
		"90m":  {90 * time.Minute, "90m", "for 90 minutes"},
		"60m":  {time.Hour, "1h", "for 1 hour"},
		" 2H ": {2 * time.Hour, "2h", "for 2 hours"},
		"3d":   {72 * time.Hour, "3d", "for 3 days"},
		"14d":  {14 * 24 * time.Hour, "2w", "for 2 weeks"},
	} {
		life, err := parseLife(typed)
		if err != nil || life != c.life || writeLife(life) != c.written || lifeText(life) != c.said {
			t.Errorf("%q: %v, %q, %q, %v", typed, life, writeLife(life), lifeText(life), err)
		}
	}
	for _, typed := range []string{"0h", "-1h", "1y", "367d", "2 h", "99999w", "1.5h", "h"} {
		if life, err := parseLife(typed); err == nil {
			t.Errorf("%q is %v", typed, life)
		}
	}
}

// What an admin gives ends with what they have, and the answer says so.
func TestGrantEndsWithTheGivers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": w.ada, "project": "dev", "level": "admin", "duration": "2h"}))
	for _, duration := range []string{"1w", ""} {
		args := discordsim.Args{"to": w.grace, "project": "dev", "level": "view"}
		if duration != "" {
			args["duration"] = duration
		}
		got := w.says(w.ada.Slash(w.ctx, w.ops, "cloud-grant", args))
		var ends time.Time
		w.must(w.store.Pool().QueryRow(w.ctx, "select expires_at from grants where user_id = $1 order by id desc limit 1", w.ada.ID).Scan(&ends))
		if want := fmt.Sprintf("until <t:%d:f>, when your own access ends.", ends.Unix()); !strings.Contains(got, want) {
			t.Errorf("for %q: %q, want %q", duration, got, want)
		}
	}
	got := w.says(w.ada.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": w.grace, "project": "dev", "level": "view", "duration": "1h"}))
	if !strings.Contains(got, ":f>. Before:") {
		t.Errorf("for less: %q", got)
	}
}
