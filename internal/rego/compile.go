package rego

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// withheld are OPA's functions that policies do not get: those that OPA itself
// calls nondeterministic (network, environment, clock, random numbers), and two
// that read the clock without being called so. A judgement that is repeated
// before the apply must come out the same, and a plan, though its secrets are
// taken out, is nobody else's to read. Freezes, which need the clock, are a
// setting of the project.
var withheld = func() map[string]bool {
	names := map[string]bool{
		"crypto.x509.parse_and_verify_certificates":              true,
		"crypto.x509.parse_and_verify_certificates_with_options": true,
	}
	for _, b := range ast.Builtins {
		if b.IsNondeterministic() {
			names[b.Name] = true
		}
	}
	return names
}()

func capabilities() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.Builtins = slices.DeleteFunc(slices.Clone(c.Builtins), func(b *ast.Builtin) bool { return withheld[b.Name] })
	c.AllowNet = []string{} // nobody; nil would be everybody
	return c
}

// planKeys are the keys of Terraform's plan JSON, up to format 1.2 with what
// Terraform 1.15 added. A rule that asks for another is a fault, not a rule that
// never fires: that is how a typing error in a policy is found.
var planKeys = set("format_version", "terraform_version", "variables", "planned_values", "resource_drift",
	"resource_changes", "deferred_changes", "deferred_action_invocations", "action_invocations", "output_changes",
	"prior_state", "configuration", "relevant_attributes", "checks", "timestamp", "applyable", "complete", "errored",
	"proposed_unknown")

var sessionKeys = set("id", "requester", "roles", "project", "provider", "stack", "region", "destroy", "resources", "tags")

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// inputSchema lets the compiler check what rules ask of the input, two steps
// deep; deeper is the provider's.
func inputSchema() *ast.SchemaSet {
	object := func(properties map[string]any) map[string]any {
		return map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
	}
	anything := func(keys map[string]bool) map[string]any {
		properties := map[string]any{}
		for k := range keys {
			properties[k] = map[string]any{}
		}
		return object(properties)
	}
	s := ast.NewSchemaSet()
	s.Put(ast.SchemaRootRef, object(map[string]any{"plan": anything(planKeys), "session": anything(sessionKeys)}))
	return s
}

func newCompiler() *ast.Compiler {
	return ast.NewCompiler().WithCapabilities(capabilities()).WithSchemas(inputSchema()).SetErrorLimit(0)
}

// compile compiles the modules and finds references to what nobody defines,
// which in Rego are no error: the rule with them just never fires.
func compile(modules map[string]*ast.Module) (*ast.Compiler, []Fault) {
	c := newCompiler()
	if c.Compile(modules); c.Failed() {
		return c, faultsOf("policies", c.Errors)
	}
	var faults []Fault
	for _, m := range c.Modules {
		for _, rule := range m.Rules {
			ast.WalkRefs(rule, func(ref ast.Ref) bool {
				if ref.HasPrefix(ast.DefaultRootRef) && !isDefined(c, ref) {
					f := fault(rule.Location, ref.GroundPrefix().String()+" is not defined in any file")
					if at := ref[0].Location; at != nil {
						f = fault(at, f.Text)
					}
					f.follows = true
					faults = append(faults, f)
				}
				return false
			})
		}
	}
	return c, faults
}

// isDefined reports whether some rule stands at the reference, above or below it.
func isDefined(c *ast.Compiler, ref ast.Ref) bool {
	node := c.RuleTree.Child(ref[0].Value)
	for _, step := range ref[1:] {
		if node == nil {
			return false
		}
		if len(node.Values) > 0 || !step.IsGround() { // what a rule returns is not known here
			return true
		}
		node = node.Child(step.Value)
	}
	return node != nil
}

// root is where policies stand.
const root = "cloudengine"

func policyRef(name string) ast.Ref {
	ref := ast.DefaultRootRef.Append(ast.StringTerm(root))
	for step := range strings.SplitSeq(name, ".") {
		ref = ref.Append(ast.StringTerm(step))
	}
	return ref
}
