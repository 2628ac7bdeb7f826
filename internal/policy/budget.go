package policy

import (
	"fmt"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// budget lists the budgets that the stack would pass, as Quota does other limits.
func budget(slug, userID string, limits Applicable, used Used, asked project.Usage) []string {
	var reasons []string
	if limits.Project.OverBudget(used.Project, asked) {
		reasons = append(reasons, budgetReason(fmt.Sprintf("project `%s`", slug), *limits.Project.Budget, used.Project.Cost, asked.Cost))
	}
	if limits.Person.OverBudget(used.Person, asked) {
		reasons = append(reasons, budgetReason(fmt.Sprintf("what <@%s> created in `%s`", userID, slug), *limits.Person.Budget, used.Person.Cost, asked.Cost))
	}
	return reasons
}

// budgetReason names what is in no sum: it is not counted as nothing.
func budgetReason(whose string, limit int, used, asked project.Cost) string {
	adds := "this adds resources"
	if asked.Monthly.IsPositive() {
		adds = "this adds " + cost.Dollars(asked.Monthly)
	}
	text := fmt.Sprintf("Budget: %s may cost $%d a month by list prices; it costs %s, and %s.", whose, limit, cost.Dollars(used.Monthly), adds)
	if both := used.Plus(asked); both.Missing() > 0 {
		text += " Not priced, and in no sum: " + unpriced(both) + "."
	}
	return text + " `/cloud-quota` shows it; an admin of this server can raise it with `/cloud-set-quota`."
}

// unpriced names the first things that are not in a cost.
func unpriced(c project.Cost) string {
	const most = 3
	named := c.Unpriced[:min(len(c.Unpriced), most)]
	text := codes(named)
	if left := c.Missing() - len(named); left > 0 {
		text += fmt.Sprintf(" and %d more", left)
	}
	return text
}
