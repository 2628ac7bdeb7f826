package cost

import (
	"fmt"
	"slices"
	"strings"
)

// RegionCost is what the resources of one region come to in a month.
type RegionCost struct {
	Region   string // empty: of no region
	Before   Money  // as far as it is known
	After    Money  // what has no price any more counts as it did before
	Unpriced int    // resources with something in them that is not in the sums
}

// ByRegion is the estimate by region, in the order of their names; what is in no
// region comes last, if it costs anything. What stands in one region has no parts.
func (e Estimate) ByRegion() []RegionCost {
	var regions []RegionCost
	for _, r := range e.Resources {
		i := slices.IndexFunc(regions, func(known RegionCost) bool { return known.Region == r.Region })
		if i < 0 {
			i, regions = len(regions), append(regions, RegionCost{Region: r.Region})
		}
		known := &regions[i]
		known.Before, known.After = known.Before.plus(r.KnownBefore()), known.After.plus(r.AtLeast())
		if slices.ContainsFunc(r.Components, func(c Component) bool { return c.State == NotPriced }) {
			known.Unpriced++
		}
	}
	slices.SortFunc(regions, func(x, y RegionCost) int { return compareRegions(x.Region, y.Region) })
	named, last := len(regions), len(regions)-1
	if last >= 0 && regions[last].Region == "" {
		named--
	}
	switch {
	case named < 2:
		return nil
	case named == last && regions[last].Before.IsZero() && regions[last].After.IsZero() && regions[last].Unpriced == 0:
		return regions[:last]
	}
	return regions
}

// compareRegions orders regions by name, what is in none last.
func compareRegions(x, y string) int {
	if (x == "") != (y == "") {
		return strings.Compare(y, x)
	}
	return strings.Compare(x, y)
}

// headline is a region before its resources, with its sums.
func headline(regions []RegionCost, region string) string {
	name := region
	if name == "" {
		name = "In no region"
	}
	i := slices.IndexFunc(regions, func(r RegionCost) bool { return r.Region == region })
	if i < 0 {
		return name
	}
	r := regions[i]
	text := fmt.Sprintf("%s: %s before, %s after", name, dollars(r.Before, 2), dollars(r.After, 2))
	if r.Unpriced > 0 {
		text += fmt.Sprintf(", %d not priced", r.Unpriced)
	}
	return text
}
