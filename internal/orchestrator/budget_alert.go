package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// BudgetAlert begins the subject of the alarms about budgets: "budget/dev/100/2026-11/80"
// of a project's of $100, "budget/dev/42/100/2026-11/80" of that of the person 42.
const BudgetAlert = "budget/"

// budgetMonth is longer than any month: what was told of one is not told again.
const budgetMonth = 32 * 24 * time.Hour

// budgetAlerts are the parts of a budget, in percent, of which it is told that they
// are used; the highest first.
var budgetAlerts = []int64{100, 80}

// alertBudget tells what the project, and who created the stack, have used of their
// budgets.
func (c *change) alertBudget(ctx context.Context) error {
	if err := c.decide(ctx); err != nil { // of two that end at once, one sees the other
		return err
	}
	return alertBudgets(ctx, c.tx, c.scope.Project, c.s.ID, "", c.stack.CreatedBy)
}

// alertBudgets tells of the budgets of subjects, each a person or empty for the project,
// that what their stacks cost has come to a part of it. The project must be locked.
// Without a session it is told in the channel for requests alone.
func alertBudgets(ctx context.Context, tx *store.Tx, p project.Project, sessionID string, subjects ...string) error {
	quotas, err := tx.Quotas(ctx, p.ID)
	if err != nil || !slices.ContainsFunc(quotas, func(q project.Quota) bool { return q.Limits.Budget != nil }) {
		return err
	}
	held, err := tx.HeldIn(ctx, p.ID)
	if err != nil {
		return err
	}
	used := heldBy(held, project.Stack{})
	for _, subject := range subjects {
		limits := policy.ApplicableTo(subject, quotas)
		b := budget{project: p, subject: subject, limit: limits.Person.Budget, used: used.of[subject].Cost}
		if subject == "" {
			b.limit, b.used = limits.Project.Budget, used.all.Cost
		}
		if err := b.alert(ctx, tx, sessionID); err != nil {
			return err
		}
	}
	return nil
}

// budget is one that is kept, and what is used of it.
type budget struct {
	project project.Project
	subject string // empty: all in the project
	limit   *int   // nil: there is none
	used    project.Cost
}

// alert tells once a month that a part of the budget is used, and again after less was.
// Of several parts at once only the highest is told.
func (b budget) alert(ctx context.Context, tx *store.Tx, sessionID string) error {
	if b.limit == nil {
		return nil
	}
	told := false
	for _, percent := range budgetAlerts {
		a := store.Alarm{GuildID: b.project.GuildID, Subject: b.about(tx.Now, percent), Message: b.message()}
		if !b.reached(percent) {
			if err := tx.CalmAlarm(ctx, a); err != nil {
				return err
			}
			continue
		}
		raised, err := tx.RaiseAlarm(ctx, a, budgetMonth)
		if err != nil {
			return err
		}
		if raised && !told {
			err = tx.Owe(ctx, store.Post{GuildID: a.GuildID, Lane: a.Lane(), Kind: store.PostAlarm, SessionID: sessionID})
		}
		if err != nil {
			return err
		}
		told = true
	}
	return nil
}

// reached reports whether so many percent of the budget are used.
func (b budget) reached(percent int64) bool {
	return b.used.Monthly.IsPositive() && !b.used.Monthly.Mul(decimal.NewFromInt(100)).LessThan(decimal.NewFromInt(int64(*b.limit)*percent))
}

// about is the subject of an alarm: a budget that was changed is another.
func (b budget) about(now time.Time, percent int64) string {
	whose := b.project.Slug
	if b.subject != "" {
		whose += "/" + b.subject
	}
	return fmt.Sprintf("%s%s/%d/%s/%d", BudgetAlert, whose, *b.limit, now.UTC().Format("2006-01"), percent)
}

// message is what is told of a budget, with what is in no sum by name.
func (b budget) message() string {
	whose := fmt.Sprintf("Project `%s`", b.project.Slug)
	if b.subject != "" {
		whose = fmt.Sprintf("What <@%s> created in `%s`", b.subject, b.project.Slug)
	}
	text := fmt.Sprintf("%s costs %s a month by list prices, of a budget of $%d.", whose, cost.Dollars(b.used.Monthly), *b.limit)
	if b.used.Missing() > 0 {
		text += fmt.Sprintf(" Not priced, and in no sum: %s.", quoted(b.used.Unpriced))
		if b.used.Omitted > 0 {
			text += fmt.Sprintf(" Nor are %d more.", b.used.Omitted)
		}
	}
	return text + " What is there goes on; nothing that costs more is approved beyond the budget. `/cloud-quota` shows it; an admin of this server can raise it with `/cloud-set-quota`."
}
