package discord

import (
	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// costLines are what the projects' stacks cost now, each with what is not in it.
func costLines(costs []store.ProjectCost) []string {
	if len(costs) == 0 {
		return nil
	}
	lines := []string{"", "**Cost a month now, by list prices**"}
	for _, c := range costs[:min(len(costs), statsPeople)] {
		line := cost.Dollars(c.Monthly) + " · " + code(c.Project, 32) + " · " + count(c.Stacks, "stack")
		if c.Unpriced > 0 {
			line += " · not priced: " + count(c.Unpriced, "resource")
		}
		if c.Unknown > 0 {
			line += " · not estimated: " + count(c.Unknown, "stack")
		}
		if c.Invented {
			line += " · invented prices"
		} else if c.PricesOf != "" {
			line += " · prices of " + c.PricesOf
		}
		lines = append(lines, line)
	}
	return append(lines, more(len(costs)-statsPeople)...)
}

// stackCost is what a stack costs since its last apply.
func stackCost(st project.Stack) []string {
	if st.Cost == nil {
		if !st.Stands() {
			return nil
		}
		return []string{"Cost: not known, as its last apply was not estimated. A new plan tells."}
	}
	line := "Cost: " + monthly(*st.Cost) + " by list prices"
	if st.Cost.PricesOf != "" {
		line += " of " + st.Cost.PricesOf
	}
	return append([]string{line}, unpriced(*st.Cost, mostUnpriced)...)
}
