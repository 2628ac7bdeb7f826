package rego

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/types"

	"github.com/cloud-engine/cloudengine/internal/plan"
)

var (
	namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$`)
	// judging are the names under which conftest looks for rules.
	judging = regexp.MustCompile(`^(deny|warn|violation)(_\w+)?$`)
)

// policies returns the names of the policies among the modules, and what keeps
// one from being judged by. compiler may have failed.
func policies(modules map[string]*ast.Module, compiler *ast.Compiler) ([]string, []Fault) {
	var faults []Fault
	rules := map[string]int{}
	first := map[string]Fault{}
	for _, file := range sortedKeys(modules) {
		m := modules[file]
		name, isPolicy := policyName(m.Package)
		at := fault(m.Package.Location, "a policy's package is `cloudengine.<name>`, with a name of small letters, digits and underscores")
		if isPolicy && !namePattern.MatchString(name) {
			faults = append(faults, at)
			continue
		}
		if _, seen := rules[name]; isPolicy && !seen {
			rules[name], first[name] = 0, at
		}
		for _, rule := range m.Rules {
			text, judged := check(rule, isPolicy, compiler)
			if text != "" {
				faults = append(faults, fault(rule.Location, text))
			}
			if isPolicy && (judged || text != "") {
				rules[name]++
			}
		}
	}
	for name, n := range rules {
		if n == 0 {
			f := first[name]
			f.Text = "the policy has no deny and no warn rule. What policies share goes into a package outside `cloudengine`"
			faults = append(faults, f)
		}
	}
	return sortedKeys(rules), faults
}

// policyName is the package's path below `cloudengine`.
func policyName(p *ast.Package) (name string, isPolicy bool) {
	var steps []string
	for _, t := range p.Path[1:] {
		s, ok := t.Value.(ast.String)
		if !ok {
			return "", false
		}
		steps = append(steps, string(s))
	}
	if len(steps) == 0 || steps[0] != root {
		return "", false
	}
	return strings.Join(steps[1:], "."), true
}

// check returns what is wrong with a rule, and whether it is one that is judged
// by. Wrong is whatever its author takes for a deny and nobody would look at.
func check(rule *ast.Rule, isPolicy bool, compiler *ast.Compiler) (wrong string, judged bool) {
	ref := rule.Head.Ref()
	name := strings.Trim(ref[0].Value.String(), `"`)
	if !judging.MatchString(name) {
		return "", false
	}
	severity := plan.Severity(name) // a rule has the name of what its findings are
	switch {
	case !isPolicy && rule.Head.RuleKind() == ast.MultiValue:
		return fmt.Sprintf("`%s` is looked at only in a policy: give this file the package `cloudengine.<name>`", name), false
	case !isPolicy:
		return "", false
	case severity != plan.Deny && severity != plan.Warn:
		return fmt.Sprintf("`%s` is not looked at: name the rule deny or warn", name), false
	case rule.Head.RuleKind() != ast.MultiValue || len(ref) != 1:
		return fmt.Sprintf("write this rule as `%s contains msg if { … }`", name), false
	case !compiler.Failed() && !fitting(compiler.TypeEnv.GetByRef(rule.Ref())):
		return fmt.Sprintf("`%s` contains texts, or objects such as {\"msg\": \"…\", \"resource\": \"…\"}", name), false
	}
	return "", true
}

// fitting reports whether a set's members may be findings, as far as the
// compiler can tell.
func fitting(rule types.Type) bool {
	of, ok := rule.(*types.Set)
	if !ok {
		return true
	}
	members := []types.Type{of.Of()}
	if union, ok := of.Of().(types.Any); ok {
		members = union
	}
	return !slices.ContainsFunc(members, func(t types.Type) bool {
		switch t := t.(type) {
		case types.Any, types.String:
			return false
		case *types.Object:
			msg := t.Select("msg")
			return msg == nil || !fittingText(msg) || t.Select("resource") != nil && !fittingText(t.Select("resource"))
		}
		return true
	})
}

func fittingText(t types.Type) bool {
	switch t.(type) {
	case types.Any, types.String:
		return true
	}
	return false
}

func fault(at *ast.Location, text string) Fault {
	return Fault{File: at.File, Line: at.Row, Col: at.Col, Text: text}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
