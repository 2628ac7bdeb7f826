package session

import (
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// Replaceable are the addresses of what applies of the stack left unfinished, as
// far as the session wants it to be there, and Terraform can be asked for it.
func (s Session) Replaceable(stack project.Stack) []string {
	return slices.DeleteFunc(s.unfinished(stack), func(a string) bool { return strings.Contains(a, plan.SensitiveText) })
}

func (s Session) unfinished(stack project.Stack) []string {
	var addresses []string
	regions := s.RegionsIn(stack)
	for _, a := range stack.Unfinished {
		label, region := plan.ResourceOf(a)
		if _, ok := s.Resource(label); ok && (region == "" || slices.Contains(regions, region)) {
			addresses = append(addresses, a)
		}
	}
	return addresses
}

// Chosen are those of them that the session makes anew.
func (s Session) Chosen(stack project.Stack) []string {
	return slices.DeleteFunc(s.Replaceable(stack), func(a string) bool { return !slices.Contains(s.Replacing, a) })
}

// Replace chooses what the next plan makes anew. A failed session keeps the choice
// until it is planned again; any other is submitted, as its plan was made without.
func (s Session) Replace(addresses []string, stack project.Stack, at Moment) (Session, error) {
	replaceable := s.Replaceable(stack)
	for _, a := range addresses {
		if !slices.Contains(replaceable, a) {
			return Session{}, s.refuse(EventSubmit, a+" is not unfinished")
		}
	}
	next := s.clone()
	next.Replacing = slices.Clone(addresses)
	if s.State == Failed {
		return next.touch(at), nil
	}
	return next.Submit(next.Resources, stack, at)
}

// Nameless are the addresses of what was left unfinished that cannot be made anew:
// a secret is hidden in them, and Terraform knows them by the whole address only.
func (s Session) Nameless(stack project.Stack) []string {
	return slices.DeleteFunc(s.unfinished(stack), func(a string) bool { return !strings.Contains(a, plan.SensitiveText) })
}
