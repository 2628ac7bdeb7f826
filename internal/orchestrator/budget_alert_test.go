package orchestrator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// toldBudgets are the alarms about budgets of dev that are owed, sent with that.
func (w *world) toldBudgets() []string {
	w.t.Helper()
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

// A part of the budget that is used up is told once a month; of two at once the
// higher.
func TestBudgetAlerts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	year := time.Now().Year() + 1 // after the grants began
	noon := time.Date(year, 11, 10, 12, 0, 0, 0, time.UTC)
	w.clock.stopped.Store(&noon)
	want := func(step string, parts ...string) {
		t.Helper()
		got := w.toldBudgets()
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

// A budget that is set, or lowered, below what is spent is told at once, each once, and
// again only after less was spent; those of people too.
func TestBudgetAlertsWhenABudgetIsSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	month := time.Now().UTC().Format("2006-01")
	want := func(step string, parts ...string) {
		t.Helper()
		got := w.toldBudgets()
		slices.Sort(got)
		if len(got) != len(parts) {
			t.Errorf("%s: told %q, want %q", step, got, parts)
			return
		}
		for i, part := range parts {
			if !strings.Contains(got[i], strings.ReplaceAll(part, "MONTH", month)) {
				t.Errorf("%s: told %q, want %q", step, got[i], part)
			}
		}
	}
	w.appliedAt("web", "80")
	w.toldBudgets()
	w.limit("", project.LimitBudget, 90)
	want("without a channel for it: who sets it reads it")
	_, _, err := w.ChangeSettings(w.ctx, by(owner), orchestrator.GuildSettings{RequestsChannel: ptr("77")})
	w.must(err)
	w.limit("", project.LimitBudget, 1000)
	want("far above")
	w.limit("", project.LimitBudget, 100)
	want("80 % of it", "100/MONTH/80: Project `dev` costs $80.00 a month by list prices, of a budget of $100.")
	w.limit("", project.LimitBudget, 100)
	want("the same again")
	w.limit("", project.LimitBudget, 50)
	want("lowered", "50/MONTH/100: Project `dev` costs $80.00")
	w.limit("", project.LimitStacks, 5)
	want("another limit")
	w.limit("", project.LimitBudget, 100)
	want("as it was, and nothing fell")
	w.finish(w.apply(w.plannedAt(w.again("web"), creates, priced("80", "10"))).Run.ID, wrote(0, 2))
	want("it fell")
	w.appliedAt("b", "75")
	want("it rose again", "100/MONTH/80: Project `dev` costs $85.00")

	w.limit(project.EachPerson, project.LimitBudget, 106)
	want("of each person", dev.UserID+"/106/MONTH/80: What "+mention(dev)+" created in `dev` costs $85.00 a month by list prices, of a budget of $106.")
	w.limit(dev.UserID, project.LimitBudget, 85)
	want("of one person", dev.UserID+"/85/MONTH/100: What ")
	w.limit(project.EachPerson, project.LimitBudget, 1)
	want("of each but the one with their own")
	w.limit(dev.UserID, project.LimitBudget, 200)
	want("raised")
	w.limit("", project.LimitBudget, 10_000)
	w.appliedAt("c", "80")
	want("after an apply", dev.UserID+"/200/MONTH/80: What ")
}

// What a plan without changes shows a stack to cost is told of as well.
func TestBudgetAlertOfAPlanWithoutChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.appliedAt("web", "10")
	w.limit("", project.LimitBudget, 100)
	w.plannedAt(w.again("web"), nothing, priced("95", "95"))
	if got := w.toldBudgets(); len(got) != 1 || !strings.Contains(got[0], "costs $95.00") {
		t.Errorf("told %q", got)
	}
}
