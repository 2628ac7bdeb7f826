package rego

import (
	"errors"
	"regexp"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// parsed is sources that Rego could read.
type parsed struct {
	sources []source
	tests   []source // not parsed before they are run
	modules map[string]*ast.Module
}

// parse reads the sources as Rego, and adds to the faults.
func (s *sources) parse() *parsed {
	p := &parsed{modules: map[string]*ast.Module{}}
	for _, src := range s.files {
		if src.isTest() {
			p.tests = append(p.tests, src)
			continue
		}
		m, faults := parseModule(src)
		if len(faults) > 0 {
			s.faults = append(s.faults, faults...)
			continue
		}
		p.modules[src.file] = m
		p.sources = append(p.sources, src)
	}
	return p
}

func parseModule(src source) (*ast.Module, []Fault) {
	text := string(src.text)
	m, err := ast.ParseModuleWithOpts(src.file, text, ast.ParserOptions{RegoVersion: ast.RegoV1})
	if err == nil {
		return m, nil
	}
	faults := faultsOf(src.file, err)
	if _, old := ast.ParseModuleWithOpts(src.file, text, ast.ParserOptions{RegoVersion: ast.RegoV0}); old == nil {
		f := faults[0]
		f.Text = "this is the syntax of Rego before OPA 1.0. Write `deny contains msg if { … }`; `opa fmt --write --v0-v1` does it for a whole folder"
		return nil, []Fault{f}
	}
	return nil, faults
}

// faultsOf translates what OPA found wrong.
func faultsOf(file string, err error) []Fault {
	var errs ast.Errors
	if one := (*ast.Error)(nil); errors.As(err, &one) {
		errs = ast.Errors{one}
	} else if !errors.As(err, &errs) || len(errs) == 0 {
		return []Fault{{File: file, Text: err.Error()}}
	}
	faults := make([]Fault, 0, len(errs))
	for _, e := range errs {
		f := Fault{File: file, Text: hinted(e)}
		if e.Location != nil {
			f.File, f.Line, f.Col = e.Location.File, max(e.Location.Row, 1), max(e.Location.Col, 1)
		}
		f.follows = strings.HasPrefix(e.Message, undefinedFunction)
		faults = append(faults, f)
	}
	return faults
}

const undefinedFunction = "undefined function "

// inputPattern finds what a rule asked of the input that the input has not.
var inputPattern = regexp.MustCompile(`^undefined ref: input\.(\w+)(?:\.(\w+))?`)

// hinted is OPA's message, or a better one where the reason is ours.
func hinted(e *ast.Error) string {
	if name, ok := strings.CutPrefix(e.Message, undefinedFunction); ok && withheld[name] {
		return name + " is not available: a policy sees the plan and the session, not the network, the environment or the clock"
	}
	if m := inputPattern.FindStringSubmatch(e.Message); m != nil {
		switch {
		case m[1] == "session" && m[2] != "":
			return "input.session has no " + m[2]
		case m[1] == "plan" && m[2] != "":
			return "input.plan, a plan's JSON, has no " + m[2]
		case planKeys[m[1]]:
			return "input." + m[1] + ": the plan is at input.plan." + m[1]
		case m[1] != "session" && m[1] != "plan":
			return "input has no " + m[1] + ": it has input.plan and input.session"
		}
	}
	if e.Message == "empty module" {
		return "the file has no package"
	}
	return line(e.Message)
}
