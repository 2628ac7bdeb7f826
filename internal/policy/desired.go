package policy

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// Desired returns every reason why the project's rules do not let the stack be as
// it is desired: kinds, names, tags. What is only to be destroyed has no name or
// tag to mend.
func (s Scope) Desired(stack project.Stack, resources []project.Resource, tags map[string]string) []string {
	rules := s.Project.Rules
	if len(resources) == 0 {
		return nil
	}
	var reasons []string
	for _, r := range resources {
		if !rules.KindAllowed(r.Kind) {
			reasons = append(reasons, fmt.Sprintf("Kind: `%s` is a `%s`, and `%s` allows %s only.", r.Label(), r.Kind, s.Project.Slug, codes(rules.Kinds)))
		}
	}
	if misnamed := misnamed(rules.NamePattern, stack, resources); len(misnamed) > 0 {
		reasons = append(reasons, fmt.Sprintf("Name: %s does not match the pattern `%s` of `%s`.", codes(misnamed), rules.NamePattern, s.Project.Slug))
	}
	var missing []string
	for _, key := range rules.RequiredTags {
		if strings.TrimSpace(tags[key]) == "" {
			missing = append(missing, key)
		}
	}
	if len(missing) > 0 {
		reasons = append(reasons, fmt.Sprintf("Tags: `%s` requires %s. Run `/cloud-deploy` for this stack again with `tags:%s=…`.", s.Project.Slug, codes(missing), missing[0]))
	}
	return reasons
}

// misnamed are the names of the stack and its resources that a pattern does not
// match. A pattern that cannot be read matches nothing: rules fail closed.
func misnamed(pattern string, stack project.Stack, resources []project.Resource) []string {
	if pattern == "" {
		return nil
	}
	names := map[string]bool{stack.Name: true}
	for _, r := range resources {
		names[r.Name] = true
	}
	whole, err := regexp.Compile(`^(?:` + pattern + `)$`)
	return slices.DeleteFunc(slices.Sorted(maps.Keys(names)), func(name string) bool {
		return err == nil && whole.MatchString(name)
	})
}

// Quota lists every limit that the stack would pass if it held the resources:
// those of the project, and those of the person in it. Used is what is held now,
// by the stack too; asked is what it would take up beyond that.
func Quota(slug, userID string, limits Applicable, used Used, asked project.Usage) []string {
	var reasons []string
	for _, e := range limits.Project.Over(used.Project, asked) {
		reasons = append(reasons, fmt.Sprintf("Quota: project `%s` allows %s; %d used, %d more asked. `/cloud-quota` shows it; an admin of this server can raise it with `/cloud-set-quota`.", slug, amount(e), e.Used, e.Asked))
	}
	for _, e := range limits.Person.Over(used.Person, asked) {
		reasons = append(reasons, fmt.Sprintf("Quota: <@%s> may have %s in `%s`; %d used, %d more asked. `/cloud-quota` shows it; an admin of this server can raise it with `/cloud-set-quota`.", userID, amount(e), slug, e.Used, e.Asked))
	}
	return append(reasons, budget(slug, userID, limits, used, asked)...)
}

// amount is a limit in words: "1 stack", "5 `database`".
func amount(e project.Excess) string {
	thing := "`" + e.What + "`"
	switch e.What {
	case project.LimitStacks:
		thing = "stack"
	case project.LimitResources:
		thing = "resource"
	case project.LimitSessions:
		thing = "open deployment"
	}
	if e.Limit != 1 && !strings.HasPrefix(thing, "`") {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", e.Limit, thing)
}

// Applicable are the limits that hold for a person in a project.
type Applicable struct{ Project, Person project.Limits }

// Used is what is there, of the project and of the person in it.
type Used struct{ Project, Person project.Usage }

// ApplicableTo picks out of a project's quotas those that hold for a person: each
// limit of their own, or else the one that each person has.
func ApplicableTo(userID string, quotas []project.Quota) Applicable {
	var a Applicable
	var own, each project.Limits
	for _, q := range quotas {
		switch q.Subject {
		case "":
			a.Project = q.Limits
		case project.EachPerson:
			each = q.Limits
		case userID:
			own = q.Limits
		}
	}
	a.Person = own.Or(each)
	return a
}

func codes(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = "`" + n + "`"
	}
	return strings.Join(quoted, ", ")
}
