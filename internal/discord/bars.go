package discord

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// meter draws how much of a limit is used: "▰▰▰▰▰▰▱▱▱▱ 3 of 5 · 2 left".
func meter(used int, limit *int) string {
	if limit == nil {
		return fmt.Sprintf("%d · no limit", used)
	}
	left := "none left"
	switch n := *limit - used; {
	case n > 0:
		left = fmt.Sprintf("%d left", n)
	case n < 0:
		left = fmt.Sprintf("%d too many", -n)
	}
	return fmt.Sprintf("%s %d of %d · %s", bar(used, *limit), used, *limit, left)
}

// budgetMeter draws how much of a monthly budget is used.
func budgetMeter(used project.Cost, limit *int) string {
	if limit == nil {
		return monthly(used) + " · no budget"
	}
	budget := decimal.NewFromInt(int64(*limit))
	left := "none left"
	switch n := budget.Sub(used.Monthly); {
	case n.IsPositive():
		left = cost.Dollars(n) + " left"
	case n.IsNegative():
		left = cost.Dollars(n.Neg()) + " too much"
	}
	filled := 0
	if *limit > 0 {
		filled = int(decimal.Min(used.Monthly.Mul(decimal.NewFromInt(100)).DivRound(budget, 0), decimal.NewFromInt(100)).IntPart())
	}
	return fmt.Sprintf("%s %s of $%d · %s", bar(filled, 100), monthly(used), *limit, left)
}

// meters is a line for each thing: those of every project, then the kinds that are
// limited or there.
func meters(limits project.Limits, used project.Usage) []string {
	var lines []string
	for _, what := range metered(limits, used) {
		lines = append(lines, thing(what)+" "+meter(used.Of(what), limits.Of(what)))
	}
	if limits.Budget != nil || !used.Cost.Monthly.IsZero() || used.Cost.Missing() > 0 {
		lines = append(append(lines, "cost "+budgetMeter(used.Cost, limits.Budget)), unpriced(used.Cost, mostUnpriced)...)
	}
	return lines
}

// short are the limits in one line: "stacks 3 of 5, resources 7".
func shortMeters(limits project.Limits, used project.Usage) []string {
	var parts []string
	for _, what := range limits.Things() {
		if what == project.LimitBudget {
			parts = append(parts, fmt.Sprintf("cost %s of $%d a month", cost.Dollars(used.Cost.Monthly), *limits.Budget))
			continue
		}
		parts = append(parts, fmt.Sprintf("%s %d of %d", thing(what), used.Of(what), *limits.Of(what)))
	}
	return parts
}

// metered are the things of which something is told.
func metered(limits project.Limits, used project.Usage) []string {
	things := []string{project.LimitStacks, project.LimitResources, project.LimitSessions}
	kinds := project.Limits{Kinds: map[string]int{}}
	for kind := range used.Kinds {
		kinds.Kinds[kind] = 0
	}
	for kind := range limits.Kinds {
		kinds.Kinds[kind] = 0
	}
	return append(things, kinds.Things()...)
}

// thing is what a limit is on, for people to read.
func thing(what string) string {
	switch what {
	case project.LimitStacks, project.LimitResources:
		return what
	case project.LimitSessions:
		return "open deployments"
	case project.LimitBudget:
		return "budget"
	}
	return code(what, 40)
}

// isLimited reports whether there is any limit to tell of.
func isLimited(a policy.Applicable) bool { return !a.Project.IsZero() || !a.Person.IsZero() }
