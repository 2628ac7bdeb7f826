package orchestrator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// A part of the budget that is used up is told once a month; of two at once the
// higher.
func TestBudgetAlerts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	year := time.Now().Year() + 1 // after the grants began
	noon := time.Date(year, 11, 10, 12, 0, 0, 0, time.UTC)
	w.clock.stopped.Store(&noon)
	told := func() []string {
		t.Helper()
		var subjects []string
		for {
			p, err := w.store.ClaimPost(w.ctx, "test", patience)
			if err != nil {
				return subjects
			}
			w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error { return tx.Sent(w.ctx, p.ID) }))
			if p.Kind == store.PostAlarm {
				a, err := w.store.AlarmIn(w.ctx, guild, p.Lane)
				w.must(err)
				subjects = append(subjects, strings.TrimPrefix(a.Subject, "budget/dev/")+": "+a.Message)
			}
		}
	}
	want := func(step string, parts ...string) {
		t.Helper()
		got := told()
		if len(parts) == 0 && len(got) > 0 || len(parts) > 0 && (len(got) != 1 || !containsAll(got[0], parts...)) {
			t.Errorf("%s: told %q, want %q", step, got, parts)
		}
	}
	w.limit("", project.LimitBudget, 100)
	w.appliedAt("a", "79.99")
	want("below")
	w.appliedAt("b", "0.01", "aws_x.y")
	want("at 80 %", fmt.Sprint(year)+"-11/80: Project `dev` costs $80.00 a month by list prices, of a budget of $100. Not priced, and in no sum: `b/aws_x.y`.", "/cloud-quota")
	w.appliedAt("c", "1")
	want("the same month")
	w.appliedAt("d", "19")
	want("at 100 %", fmt.Sprint(year)+"-11/100: Project `dev` costs $100.00")
	december := noon.AddDate(0, 1, 0)
	w.clock.stopped.Store(&december)
	w.appliedAt("e", "0")
	want("the next month", fmt.Sprint(year)+"-12/100: Project `dev` costs $100.00")
}
