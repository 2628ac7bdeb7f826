package store

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// Each row knows the project that its subject belongs to, and is found by it.
func TestTrail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	w.tx(func(tx *Tx) error {
		var errs []error
		for _, e := range []Entry{
			{Actor: "1", Action: "session.start", Subject: "session/" + s.ID, After: map[string]any{"x": 1}, InteractionID: "i"},
			{Actor: "2", Action: "grant.create", Subject: "project/dev", Reason: "on call"},
			{Actor: "1", Action: "stack.unlock", Subject: "stack/dev/main", Before: map[string]any{"host": "h"}},
			{Actor: "1", Action: "guild.settings", Subject: "guild/" + guild},
			{Actor: Engine, Action: "session.expire", Subject: "session/gone"},
			{Actor: "1", Action: "project.create", Subject: "project/elsewhere"},
		} {
			e.GuildID = guild
			errs = append(errs, tx.Audit(w.ctx, e))
		}
		errs = append(errs, tx.Audit(w.ctx, Entry{GuildID: "999", Actor: "1", Action: "grant.create", Subject: "project/dev"}))
		return errors.Join(errs...)
	})
	show := func(f AuditFilter, p Page) (string, int) {
		t.Helper()
		f.GuildID = guild
		rows, total, err := w.Trail(w.ctx, f, p)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, r := range rows {
			out = append(out, strings.Join([]string{r.Action, r.Project, r.Stack}, " "))
		}
		return strings.Join(out, ", "), total
	}
	for name, q := range map[string]struct {
		filter AuditFilter
		page   Page
		want   string
		total  int
	}{
		"the newest":      {AuditFilter{}, Page{Limit: 2}, "project.create  , session.expire  ", 6},
		"the next":        {AuditFilter{}, Page{2, 2}, "guild.settings  , stack.unlock dev ", 6},
		"of a project":    {AuditFilter{Projects: []int64{w.project.ID}}, Page{Limit: 9}, "stack.unlock dev , grant.create dev , session.start dev main", 3},
		"of no project":   {AuditFilter{Projects: []int64{}}, Page{Limit: 9}, "", 0},
		"of a person":     {AuditFilter{Actor: "2"}, Page{Limit: 9}, "grant.create dev ", 1},
		"of an action":    {AuditFilter{Action: "stack.unlock"}, Page{Limit: 9}, "stack.unlock dev ", 1},
		"of yesterday on": {AuditFilter{Since: time.Now().Add(-24 * time.Hour), Actor: "2"}, Page{Limit: 9}, "grant.create dev ", 1},
		"of tomorrow on":  {AuditFilter{Since: time.Now().Add(24 * time.Hour)}, Page{Limit: 9}, "", 0},
	} {
		if got, total := show(q.filter, q.page); got != q.want || total != q.total {
			t.Errorf("%s: %q of %d, want %q of %d", name, got, total, q.want, q.total)
		}
	}
	rows, _, err := w.Trail(w.ctx, AuditFilter{GuildID: guild, Action: "session.start"}, Page{Limit: 1})
	if err != nil || string(rows[0].After) != `{"x": 1}` || rows[0].Before != nil || rows[0].InteractionID != "i" || rows[0].At.IsZero() {
		t.Errorf("%+v, %v", rows, err)
	}
	var each []string
	err = w.EachAudit(w.ctx, AuditFilter{GuildID: guild}, func(r AuditRow) bool {
		each = append(each, r.Action)
		return len(each) < 3
	})
	if want := []string{"project.create", "session.expire", "guild.settings"}; err != nil || !slices.Equal(each, want) {
		t.Errorf("each until the third: %v, %v", each, err)
	}
	actions, err := w.AuditActions(w.ctx, guild)
	if want := []string{"grant.create", "guild.settings", "project.create", "session.expire", "session.start", "stack.unlock"}; err != nil || !slices.Equal(actions, want) {
		t.Errorf("actions: %v, %v", actions, err)
	}
	if actions, err := w.AuditActions(w.ctx, "none"); err != nil || len(actions) != 0 {
		t.Errorf("of a guild without any: %v, %v", actions, err)
	}
}
