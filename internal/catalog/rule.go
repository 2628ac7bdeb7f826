package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// rule is a validation block. It is evaluated as Terraform would, with HCL's own
// evaluator, so that whatever a module demands is checked while people still
// see the form.
type rule struct {
	condition hcl.Expression
	message   hcl.Expression
	deferred  bool // only Terraform can tell: it asks for more than variables and known functions
	worded    bool // the bounds read from it say all of it
	rng       hcl.Range
}

var ruleSchema = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
	{Name: "condition", Required: true}, {Name: "error_message", Required: true},
}}

// parseRule reads a validation block of the named variable.
func parseRule(variable string, b *hcl.Block, p *problems) (rule, bool) {
	content, diags := b.Body.Content(ruleSchema)
	if p.diagnostics(diags) {
		return rule{}, false
	}
	r := rule{
		condition: content.Attributes["condition"].Expr,
		message:   content.Attributes["error_message"].Expr,
		rng:       content.Attributes["condition"].Range,
	}
	if why := beyond(r.condition); why != "" {
		r.deferred = true
		p.notice(r.rng, "validation of %q uses %s: Terraform checks it, but only when it plans", variable, why)
	}
	return r, true
}

// beyond names what in an expression only Terraform can evaluate.
func beyond(expr hcl.Expression) string {
	for _, t := range expr.Variables() {
		if t.RootName() != "var" {
			return t.RootName()
		}
	}
	node, ok := expr.(hclsyntax.Node)
	if !ok {
		return ""
	}
	why := ""
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok && why == "" {
			if _, known := functions[call.Name]; !known {
				why = "the function " + call.Name
			}
		}
		return nil
	})
	return why
}

// holds evaluates the rule with the values of all variables. What is not known
// yet cannot be broken yet.
func (r rule) holds(vars cty.Value) bool {
	if r.deferred {
		return true
	}
	v, diags := r.condition.Value(evalContext(vars))
	if diags.HasErrors() {
		return false
	}
	v, err := convert.Convert(v, cty.Bool)
	if err != nil {
		return false
	}
	v, _ = v.Unmark()
	return !v.IsKnown() || (!v.IsNull() && v.True())
}

// says is the module's own error message.
func (r rule) says(vars cty.Value) string {
	const otherwise = "A value that the module accepts."
	v, diags := r.message.Value(evalContext(vars))
	if diags.HasErrors() {
		return otherwise
	}
	v, _ = v.Unmark()
	if !v.IsWhollyKnown() || v.IsNull() || v.Type() != cty.String {
		return otherwise
	}
	text := strings.Join(strings.Fields(v.AsString()), " ")
	if text == "" {
		return otherwise
	}
	return text
}

// evalContext is new for each evaluation: HCL keeps what it is doing in it.
func evalContext(vars cty.Value) *hcl.EvalContext {
	return &hcl.EvalContext{Variables: map[string]cty.Value{"var": vars}, Functions: functions}
}

// scope is the object var that rules see: the given values, defaults for the
// rest, and unknown for what others fill in or what is wrong anyway.
func (k Kind) scope(values map[string]cty.Value, wrong []string) cty.Value {
	attrs := make(map[string]cty.Value, len(k.Variables))
	for _, v := range k.Variables {
		value, given := values[v.Name]
		switch {
		case slices.Contains(wrong, v.Name):
			attrs[v.Name] = cty.UnknownVal(v.ty)
		case given:
			attrs[v.Name] = value
		case v.role == roleFixed || v.role == roleAsked:
			attrs[v.Name] = v.otherwise()
		default:
			attrs[v.Name] = cty.UnknownVal(v.ty)
		}
	}
	return cty.ObjectVal(attrs)
}

// otherwise is the value of a variable that nobody fills in.
func (v *Variable) otherwise() cty.Value {
	if v.fallback == cty.NilVal {
		return cty.NullVal(v.ty)
	}
	return v.fallback
}

// checkDefaults refuses a module whose own defaults break its rules.
func (k Kind) checkDefaults(p *problems) {
	for _, v := range k.Variables {
		if v.Required || v.fallback == cty.NilVal {
			continue
		}
		vars := k.scope(map[string]cty.Value{v.Name: v.fallback}, k.namesBut(v.Name))
		for _, r := range v.rules {
			if !r.holds(vars) {
				p.at(r.rng, "the default of %q breaks its own validation", v.Name)
			}
		}
	}
}

// namesBut lists the other variables.
func (k Kind) namesBut(name string) []string {
	var names []string
	for _, v := range k.Variables {
		if v.Name != name {
			names = append(names, v.Name)
		}
	}
	return names
}

// fault says how a value breaks the rule.
func (r rule) fault(v Variable, vars cty.Value, got string) Fault {
	f := Fault{Field: v.Name, Label: v.Label, Got: got, Expected: r.says(vars)}
	if r.worded {
		f.Expected = v.expectation()
	}
	return f
}

// expectation says in words what a variable takes.
func (v *Variable) expectation() string {
	switch {
	case len(v.Options) > 0:
		return "one of " + v.optionNames()
	case v.ty == cty.Number:
		return v.numberWords()
	case v.ty == cty.Bool:
		return "yes or no"
	case v.several():
		return v.listWords() + ", one a line or with commas between them"
	}
	if words := v.lengthWords("character"); words != "" {
		return words
	}
	return "text"
}

func (v *Variable) optionNames() string {
	names := make([]string, len(v.Options))
	for i, o := range v.Options {
		names[i] = o.Value
	}
	return strings.Join(names, ", ")
}

func (v *Variable) numberWords() string {
	what := "a number"
	if v.Whole {
		what = "a whole number"
	}
	switch {
	case v.Min != nil && v.Max != nil:
		return fmt.Sprintf("%s from %s to %s", what, number(*v.Min), number(*v.Max))
	case v.Min != nil:
		return fmt.Sprintf("%s, at least %s", what, number(*v.Min))
	case v.Max != nil:
		return fmt.Sprintf("%s, at most %s", what, number(*v.Max))
	}
	return what
}

func (v *Variable) listWords() string {
	switch words := v.lengthWords("item"); {
	case v.ty.IsMapType():
		return "name=value pairs"
	case words != "":
		return "a list of " + words
	case v.ty.ElementType() == cty.Number:
		return "a list of numbers"
	}
	return "a list"
}

// lengthWords says the bounds of a length in the given unit; "" for none.
func (v *Variable) lengthWords(unit string) string {
	many := func(n int) string {
		if n == 1 {
			return "1 " + unit
		}
		return fmt.Sprintf("%d %ss", n, unit)
	}
	switch {
	case v.MinLength > 0 && v.MinLength == v.MaxLength:
		return "exactly " + many(v.MinLength)
	case v.MinLength > 0 && v.MaxLength > 0:
		return fmt.Sprintf("%d to %s", v.MinLength, many(v.MaxLength))
	case v.MaxLength > 0:
		return "at most " + many(v.MaxLength)
	case v.MinLength > 0:
		return "at least " + many(v.MinLength)
	}
	return ""
}
