package catalog

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// Variable is a variable of a kind. The bounds are hints for forms and texts,
// read from validation blocks of well-known shapes; what decides is the
// validation itself.
type Variable struct {
	Name        string
	Label       string // the name in words
	Description string
	Type        string // as Terraform writes it: string, number, bool, list(string) ...
	Default     any    // nil for none, or null
	Required    bool   // there is no default
	Sensitive   bool
	Asked       bool // people fill it in
	Wired       bool // another resource of the stack fills it in

	Options              []Option // the only values; empty when it is open
	Min, Max             *float64
	Whole                bool // a number without a fraction
	Pattern              string
	MinLength, MaxLength int // characters, or items of a list; 0 for no bound

	role     role
	ty       cty.Type
	fallback cty.Value // the default; cty.NilVal for none
	rules    []rule
	wire     wire
	rng      hcl.Range
}

// Option is one of the values that a variable may have.
type Option struct {
	Value string
	Label string // what it stands for; the value itself where nothing is said
}

// role says who fills a variable in.
type role int

const (
	roleFixed   role = iota // nobody: it keeps its default
	roleAsked               // people
	roleEngine              // the engine: name, region or home_region, labels
	roleSetting             // Composition.Settings
	roleWired               // an output of another resource
)

// engineVariables are filled in by the engine where a module declares them.
var engineVariables = []string{"name", "region", "home_region", "labels", "tags"}

// reserved are the names that Terraform keeps for itself in a module call.
var reserved = []string{"source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"}

// variableSchema is what the catalog reads of a variable.
var variableSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{
		{Name: "description"}, {Name: "type"}, {Name: "default"}, {Name: "nullable"}, {Name: "sensitive"},
	},
	Blocks: []hcl.BlockHeaderSchema{{Type: "validation"}},
}

// parseVariable reads a variable block; what is wrong goes to p.
func parseVariable(provider Provider, b *hcl.Block, p *problems) (Variable, bool) {
	v := Variable{Name: b.Labels[0], Required: true, ty: cty.DynamicPseudoType, rng: b.DefRange}
	if strings.Contains(v.Name, "-") {
		p.at(b.DefRange, "variable %q: write underscores instead of dashes", v.Name)
		return v, false
	}
	if slices.Contains(reserved, v.Name) {
		p.at(b.DefRange, "variable %q: Terraform keeps this name for itself", v.Name)
		return v, false
	}
	content, _, diags := b.Body.PartialContent(variableSchema)
	if p.diagnostics(diags) {
		return v, false
	}
	v.Description = literalString(content.Attributes["description"], p)
	v.Sensitive = literalBool(content.Attributes["sensitive"], p)
	if !v.parseType(content, p) {
		return v, false
	}
	for _, block := range content.Blocks {
		if r, ok := parseRule(v.Name, block, p); ok {
			v.rules = append(v.rules, r)
		}
	}
	v.assign(provider)
	v.readHints()
	v.Label = v.label()
	return v, true
}

// parseType reads type, default and nullable.
func (v *Variable) parseType(content *hcl.BodyContent, p *problems) bool {
	constraint, defaults := cty.DynamicPseudoType, (*typeexpr.Defaults)(nil)
	v.Type = "any"
	if attr, ok := content.Attributes["type"]; ok {
		ty, d, diags := typeexpr.TypeConstraintWithDefaults(attr.Expr)
		if p.diagnostics(diags) {
			return false
		}
		constraint, defaults, v.ty = ty, d, ty.WithoutOptionalAttributesDeep()
		if v.ty.Equals(ty) { // else the module itself fills in what is left out
			v.Type = typeexpr.TypeString(ty)
		}
	}
	attr, ok := content.Attributes["default"]
	if !ok {
		return true
	}
	value, diags := attr.Expr.Value(nil)
	if p.diagnostics(diags) {
		return false
	}
	if defaults != nil && !value.IsNull() {
		value = defaults.Apply(value)
	}
	value, err := convert.Convert(value, constraint)
	if err != nil {
		p.at(attr.Range, "default of %q is not a %s: %v", v.Name, v.Type, err)
		return false
	}
	v.Required, v.fallback, v.Default = false, value, fromCty(value)
	return true
}

// assign decides who fills the variable in, wiring aside.
func (v *Variable) assign(provider Provider) {
	switch {
	case slices.Contains(provider.settings, v.Name):
		v.role = roleSetting
	case v.isEngine():
		v.role, v.Required = roleEngine, false
	case v.Sensitive || !askable(v.ty):
		v.role = roleFixed
	default:
		v.role, v.Asked = roleAsked, true
	}
}

// isEngine reports whether the engine fills it in, which it does only where the
// type is the one that the engine has.
func (v *Variable) isEngine() bool {
	switch v.Name {
	case "name", "region", "home_region":
		return v.ty == cty.String || v.ty == cty.DynamicPseudoType
	case "labels", "tags":
		return v.ty.Equals(cty.Map(cty.String))
	}
	return false
}

// askable reports whether a form can ask for values of ty.
func askable(ty cty.Type) bool {
	if ty.IsListType() || ty.IsSetType() || ty.IsMapType() {
		return ty.ElementType().IsPrimitiveType()
	}
	return ty.IsPrimitiveType() || ty == cty.DynamicPseudoType
}

// textual reports whether values are text, which an untyped variable takes too.
func (v *Variable) textual() bool { return v.ty == cty.String || v.ty == cty.DynamicPseudoType }

// several reports whether a value has items.
func (v *Variable) several() bool {
	return v.ty.IsListType() || v.ty.IsSetType() || v.ty.IsMapType()
}

// label is the name in words, without what only Terraform needs.
func (v *Variable) label() string { return clip(humanize(v.Name), maxLabel) }

// summary is the first line of the description; the lines that explain options
// are not part of it.
func (v *Variable) summary() string {
	line, _, _ := strings.Cut(v.Description, "\n")
	return strings.TrimSpace(line)
}

// optionLabel finds the line of the description that explains a value, written
// as "value: what it is".
func (v *Variable) optionLabel(value string) string {
	for line := range strings.Lines(v.Description) {
		name, text, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if ok && name == value {
			return value + ": " + strings.TrimSpace(text)
		}
	}
	return value
}
