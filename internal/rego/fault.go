package rego

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong with the policies.
type Fault struct {
	File string // as it can be opened; the folder itself where no file is to blame
	Line int    // 0 where no line is to blame
	Col  int
	Text string // what is wrong, and what would be right

	follows bool // may be wrong only because another file could not be read
}

// String is `file:line:col: what is wrong`.
func (f Fault) String() string {
	if f.Line == 0 {
		return f.File + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Col, f.Text)
}

// LoadError is why policies were not loaded: every fault, by file and line.
type LoadError struct{ Faults []Fault }

func newLoadError(faults []Fault) *LoadError {
	slices.SortFunc(faults, func(a, b Fault) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, a.Col-b.Col, strings.Compare(a.Text, b.Text))
	})
	return &LoadError{slices.Compact(faults)}
}

// Error lists the faults, one a line.
func (e *LoadError) Error() string {
	var b strings.Builder
	b.WriteString("policies not loaded:")
	for _, f := range e.Faults {
		b.WriteString("\n  " + f.String())
	}
	return b.String()
}
