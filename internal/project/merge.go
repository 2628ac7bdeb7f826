package project

import (
	"reflect"
	"slices"
)

// Merge brings desired resources up to date: mine were edited from base while
// the stack went on to theirs. What I did not touch follows theirs; what I
// added, changed or removed stays as I want it. The order is theirs, then mine.
// Where a resource stands follows from the regions of its stack, and is no edit.
func Merge(base, mine, theirs []Resource) []Resource {
	was, want := byLabel(base), byLabel(mine)
	var merged []Resource
	for _, t := range theirs {
		label := t.Label()
		before, known := was[label]
		m, wanted := want[label]
		switch {
		case !wanted && known: // I removed it
		case !wanted: // it is new there
			merged = append(merged, t)
		case known && alike(before, m): // I left it alone
			merged = append(merged, t)
		default:
			merged = append(merged, m)
		}
	}
	for _, m := range mine {
		label := m.Label()
		before, known := was[label]
		gone := !slices.ContainsFunc(theirs, func(t Resource) bool { return t.Label() == label })
		if gone && (!known || !alike(before, m)) {
			merged = append(merged, m)
		}
	}
	return merged
}

// alike reports whether two resources are described alike, wherever they stand.
func alike(a, b Resource) bool {
	return a.Kind == b.Kind && a.Name == b.Name && reflect.DeepEqual(a.Values, b.Values)
}

func byLabel(resources []Resource) map[string]Resource {
	m := make(map[string]Resource, len(resources))
	for _, r := range resources {
		m[r.Label()] = r
	}
	return m
}
