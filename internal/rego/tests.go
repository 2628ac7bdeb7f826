package rego

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/tester"
)

// TestResult is the outcome of one test rule.
type TestResult struct {
	Name   string // "cloudengine.public_database_test.test_aws"
	File   string
	Line   int
	Passed bool
	Reason string // why it did not pass, or why it was not run
}

// Test runs the rules named test_… of the *_test.rego files, as `opa test` does,
// and returns their outcomes by file and line. Faults in these files are a
// *LoadError. The tests run under the limits of the policies.
func (p *Policies) Test(ctx context.Context) ([]TestResult, error) {
	modules := maps.Clone(p.modules)
	var faults []Fault
	for _, src := range p.tests {
		m, wrong := parseModule(src)
		faults = append(faults, wrong...)
		modules[src.file] = m
	}
	if len(faults) > 0 {
		return nil, newLoadError(faults)
	}
	running, err := tester.NewRunner().
		SetCompiler(newCompiler()).
		SetModules(modules).
		RaiseBuiltinErrors(true).
		CapturePrintOutput(false).
		SetTimeout(p.timeout).
		RunTests(ctx, nil)
	if err != nil {
		return nil, newLoadError(faultsOf("policies", err))
	}
	var results []TestResult
	for r := range running {
		results = append(results, testResult(r))
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("test policies: %w", context.Cause(ctx))
	}
	slices.SortFunc(results, func(a, b TestResult) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
	return results, nil
}

func testResult(r *tester.Result) TestResult {
	t := TestResult{Name: strings.TrimPrefix(r.Package, ast.DefaultRootDocument.String()+".") + "." + r.Name, Passed: r.Pass()}
	if r.Location != nil {
		t.File, t.Line = r.Location.File, r.Location.Row
	}
	switch {
	case r.Error != nil:
		t.Reason = r.Error.Error()
	case r.Skip:
		t.Reason = "not run: its name begins with todo_"
	case r.Fail:
		t.Reason = "is not true"
		if cases := failedCases(nil, r.SubResults); len(cases) > 0 {
			t.Reason += " of " + strings.Join(cases, ", ")
		}
	}
	return t
}

// failedCases names the failed cases of a test such as test_sizes[name].
func failedCases(path []string, cases tester.SubResultMap) []string {
	var names []string
	for _, name := range sortedKeys(cases) {
		c := cases[name]
		at := append(slices.Clone(path), name)
		if inner := failedCases(at, c.SubResults); len(inner) > 0 {
			names = append(names, inner...)
		} else if c.Fail {
			names = append(names, strings.Join(at, "/"))
		}
	}
	return names
}
