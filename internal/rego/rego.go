// Package rego is policy as code: it loads Rego policies (Open Policy Agent)
// from a folder and judges a Terraform plan, and the session it belongs to, by
// them.
//
// A policy is a package below `cloudengine` with rules named deny or warn:
//
//	package cloudengine.public_database
//
//	deny contains {"msg": msg, "resource": rc.address} if {
//		some rc in input.plan.resource_changes
//		rc.change.after.publicly_accessible == true
//		msg := "The database is open to the internet."
//	}
//
// input.plan is the plan's JSON without its secrets, input.session is Session.
// Packages elsewhere are libraries: loaded, never judged by. What is judged
// depends on the plan, the session and the policies alone: rules see no
// network, no environment, no clock.
//
// Everything fails closed. A folder with a fault does not load, and a plan that
// cannot be judged gives an error, never an empty list of findings.
//
// The package must not know who shows findings, or what a project makes of them.
package rego

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	oparego "github.com/open-policy-agent/opa/v1/rego"

	"github.com/cloud-engine/cloudengine/internal/plan"
)

// DefaultTimeout is how long the judgement of one plan may take. By the starter
// policies a plan of 500 resources is judged in a tenth of a second.
const DefaultTimeout = 5 * time.Second

// Policies are loaded policies. They are never changed and may be used from
// many goroutines.
type Policies struct {
	hash    string
	names   []string
	modules map[string]*ast.Module // by file; without tests
	tests   []source
	query   oparego.PreparedEvalQuery // every deny and every warn at once
	timeout time.Duration
}

// Load reads the starter policies, where starter is set, and every *.rego file
// in the folder dir and below; "" is none. Hidden files and folders are passed
// over, *_test.rego files are kept for Test.
//
// A package of the folder replaces the starter package of the same name, whole:
// so a starter policy is rewritten, and the settings that they read are set.
// Files of the folder with the same package are merged, as everywhere in Rego.
//
// What is wrong with the files is a *LoadError with every fault.
func Load(ctx context.Context, dir string, starter bool) (*Policies, error) {
	var found sources
	if dir != "" {
		if err := found.readFolder(dir); err != nil {
			return nil, err
		}
	}
	parsed := found.parse()
	if starter {
		if err := parsed.addStarter(); err != nil {
			return nil, err
		}
	}
	p := &Policies{hash: parsed.hash(), modules: parsed.modules, tests: parsed.tests, timeout: DefaultTimeout}
	compiler, faults := compile(parsed.modules)
	if len(found.faults) > 0 { // a file is missing: what others lack may be in it
		faults = slices.DeleteFunc(faults, func(f Fault) bool { return f.follows })
	}
	names, odd := policies(parsed.modules, compiler)
	faults = append(append(faults, found.faults...), odd...)
	if len(faults) > 0 {
		return nil, newLoadError(faults)
	}
	p.names = names
	if err := p.prepare(ctx, compiler); err != nil {
		return nil, err
	}
	return p, nil
}

// Hash identifies the text of all policies and libraries, their tests aside. A
// plan that was judged under another hash has to be judged again.
func (p *Policies) Hash() string { return p.hash }

// Names returns the policies' names, sorted: the package below `cloudengine`,
// such as "public_database".
func (p *Policies) Names() []string { return slices.Clone(p.names) }

// WithTimeout returns the same policies with another limit for one judgement.
func (p *Policies) WithTimeout(limit time.Duration) *Policies {
	q := *p
	q.timeout = limit
	return &q
}

// prepare makes one query of all policies: [[name, severity, set], ...].
func (p *Policies) prepare(ctx context.Context, compiler *ast.Compiler) error {
	var rows []*ast.Term
	for _, name := range p.names {
		for _, severity := range []plan.Severity{plan.Deny, plan.Warn} {
			rule := policyRef(name).Append(ast.StringTerm(string(severity)))
			if len(compiler.GetRulesExact(rule)) == 0 {
				continue
			}
			rows = append(rows, ast.ArrayTerm(ast.StringTerm(name), ast.StringTerm(string(severity)), ast.NewTerm(rule)))
		}
	}
	query, err := oparego.New(
		oparego.Compiler(compiler),
		oparego.StrictBuiltinErrors(true), // else a rule that fails is a rule that did not fire
		oparego.ParsedQuery(ast.NewBody(ast.NewExpr(ast.ArrayTerm(rows...)))),
	).PrepareForEval(ctx)
	if err != nil {
		return fmt.Errorf("prepare policies: %w", err)
	}
	p.query = query
	return nil
}

// hash is over names and texts, in the order of the names.
func (p *parsed) hash() string {
	h := sha256.New()
	for _, s := range slices.SortedFunc(slices.Values(p.sources), bySourceName) {
		fmt.Fprintf(h, "%d %s %d ", len(s.name), s.name, len(s.text))
		h.Write(s.text)
	}
	return hex.EncodeToString(h.Sum(nil))
}
