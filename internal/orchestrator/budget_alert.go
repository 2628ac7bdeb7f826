package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// BudgetAlert begins the subject of the alarms about budgets:
// "budget/dev/2026-11/80".
const BudgetAlert = "budget/"

// budgetMonth is longer than any month: what was told of one is not told again.
const budgetMonth = 32 * 24 * time.Hour

// budgetAlerts are the parts of a budget, in percent, of which it is told that they
// are used; the highest first.
var budgetAlerts = []int64{100, 80}

// alertBudget tells once a month that what the project's stacks cost has come to a
// part of its budget. Of several parts at once only the highest is told.
func (c *change) alertBudget(ctx context.Context) error {
	quotas, err := c.tx.Quotas(ctx, c.s.ProjectID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(quotas, func(q project.Quota) bool { return q.Subject == "" && q.Limits.Budget != nil })
	if i < 0 {
		return nil
	}
	if err := c.decide(ctx); err != nil { // of two that end at once, one sees the other
		return err
	}
	held, err := c.tx.HeldIn(ctx, c.s.ProjectID)
	if err != nil {
		return err
	}
	used, limit := heldBy(held, project.Stack{}).all.Cost, *quotas[i].Limits.Budget
	told := false
	for _, percent := range budgetAlerts {
		if !used.Monthly.IsPositive() || used.Monthly.Mul(decimal.NewFromInt(100)).LessThan(decimal.NewFromInt(int64(limit)*percent)) {
			continue
		}
		a := store.Alarm{GuildID: c.s.GuildID, Subject: fmt.Sprintf("%s%s/%s/%d", BudgetAlert, c.scope.Project.Slug, c.tx.Now.UTC().Format("2006-01"), percent),
			Message: budgetMessage(c.scope.Project.Slug, used, limit)}
		raised, err := c.tx.RaiseAlarm(ctx, a, budgetMonth)
		if err != nil {
			return err
		}
		if raised && !told {
			err = c.tx.Owe(ctx, store.Post{GuildID: a.GuildID, Lane: a.Lane(), Kind: store.PostAlarm, SessionID: c.s.ID})
		}
		if err != nil {
			return err
		}
		told = true
	}
	return nil
}

// budgetMessage is what is told of a budget, with what is in no sum by name.
func budgetMessage(slug string, used project.Cost, limit int) string {
	text := fmt.Sprintf("Project `%s` costs %s a month by list prices, of a budget of $%d.", slug, cost.Dollars(used.Monthly), limit)
	if used.Missing() > 0 {
		text += fmt.Sprintf(" Not priced, and in no sum: %s.", quoted(used.Unpriced))
		if used.Omitted > 0 {
			text += fmt.Sprintf(" Nor are %d more.", used.Omitted)
		}
	}
	return text + " What is there goes on; nothing that costs more is approved beyond the budget. `/cloud-quota` shows it; an admin of this server can raise it with `/cloud-set-quota`."
}
