package project

import "slices"

// MostRegions is in how many regions a stack may stand: each is a set of resources,
// and a plugin of its own that Terraform starts.
const MostRegions = 10

// Regions are all in which the stack's resources stand, and the next ones will, its own
// first.
func (s Stack) Regions() []string { return s.Led(union(s.Spread, RegionsOf(s.Resources))) }

// Standing are those, and all in which something may stand that an apply which failed
// has left.
func (s Stack) Standing() []string { return s.Led(union(s.Regions(), RegionsOf(s.Held))) }

// With are all regions in which the stack would stand with the resources, its own
// first.
func (s Stack) With(resources []Resource) []string {
	return s.Led(RegionsOf(resources))
}

// Led are the regions with the stack's own before the others, which are in order:
// the same regions are always the same list.
func (s Stack) Led(regions []string) []string {
	others := slices.DeleteFunc(slices.Clone(regions), func(r string) bool { return r == s.Region })
	slices.Sort(others)
	return append([]string{s.Region}, slices.Compact(others)...)
}

// Found adds to what the stack may hold a resource that somebody found in a region;
// in its own where that is empty.
func (s Stack) Found(kind, name, region string) Stack {
	if region == "" {
		region = s.Region
	}
	found := Resource{Kind: kind, Name: name}
	if region != s.Region {
		found.Regions = []string{region}
	}
	s.Held = slices.Clone(s.Held)
	i := slices.IndexFunc(s.Held, func(r Resource) bool { return r.Label() == found.Label() })
	if i < 0 {
		s.Held = append(s.Held, found)
		return s
	}
	held := s.Held[i].Regions
	if len(held) == 0 {
		held = []string{s.Region}
	}
	if !slices.Contains(held, region) {
		s.Held[i].Regions = append(slices.Clone(held), region)
	}
	return s
}

// RegionsOf are those that resources name.
func RegionsOf(resources []Resource) []string {
	var regions []string
	for _, r := range resources {
		regions = union(regions, r.Regions)
	}
	return regions
}

// union is x with what only y has.
func union(x, y []string) []string {
	all := slices.Clone(x)
	for _, s := range y {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}
