package terraform

import (
	"slices"
	"time"

	"github.com/cloud-engine/cloudengine/internal/plan"
)

// Progress is how far an apply has come: a value, folded over its events. A
// replacement is one resource, done when its new object is there.
type Progress struct {
	Total   int // resources to create, change, destroy or replace
	Done    int
	Errored int
	Working []Working // under way, in the order they started

	replaced map[string]bool // never written to once it is shared
}

// Working is a resource that Terraform is at work on.
type Working struct {
	Address string
	Label   string
	Action  string
	Since   time.Time // Terraform's clock
}

// After is the progress after one more event.
func (p Progress) After(e Event) Progress {
	switch e.Type {
	case TypePlannedChange:
		return p.planned(e)
	case TypeApplyStart:
		if !acts(e.Action) {
			return p
		}
		p.Working = append(slices.Clone(p.Working), Working{
			Address: e.Address, Label: plan.Label(e.Address), Action: e.Action, Since: e.Time,
		})
	case TypeApplyComplete, TypeApplyErrored:
		if !acts(e.Action) {
			return p
		}
		p.Working = without(p.Working, e)
		switch {
		case e.Type == TypeApplyErrored:
			p.Errored++
		case !p.replaced[e.Address] || e.Action == "create":
			p.Done++
		}
	}
	return p
}

// planned counts what is to be done, and learns which addresses are replaced:
// an apply destroys and creates those in two steps.
func (p Progress) planned(e Event) Progress {
	if acts(e.Action) {
		p.Total++
	}
	if e.Action != "replace" || p.replaced[e.Address] {
		return p
	}
	replaced := map[string]bool{e.Address: true}
	for address := range p.replaced {
		replaced[address] = true
	}
	p.replaced = replaced
	return p
}

// Unfinished names the resources that had started and not completed, by
// address: after a crash they may exist in the cloud without being in the
// state, or be in the state half made.
func (p Progress) Unfinished() []string {
	var out []string
	for _, w := range p.Working {
		if !slices.Contains(out, w.Address) {
			out = append(out, w.Address)
		}
	}
	return out
}

// acts reports whether an action changes something: reads of data sources come
// as apply events too.
func acts(action string) bool {
	return action == "create" || action == "update" || action == "delete" || action == "replace"
}

func without(working []Working, e Event) []Working {
	out := slices.Clone(working)
	for i, w := range out {
		if w.Address == e.Address && w.Action == e.Action {
			return slices.Delete(out, i, i+1)
		}
	}
	return out
}
