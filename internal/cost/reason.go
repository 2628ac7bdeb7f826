package cost

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// unknown names what is unknown of what an expression reads.
func (v *scope) unknown(e *expression) string {
	for _, name := range e.locals {
		if reason := v.failed[name]; reason != "" {
			return reason
		}
	}
	var unknown []string
	for name, attributes := range e.reads {
		for _, a := range attributes {
			if value := v.read(name, a); !value.IsWhollyKnown() {
				unknown = append(unknown, attribute(name, a))
			}
		}
	}
	if len(unknown) == 0 {
		return "unknown until apply"
	}
	slices.Sort(unknown)
	return "unknown until apply: " + strings.Join(unknown, ", ")
}

func attribute(name, a string) string {
	if name == "self" {
		return a
	}
	return name + "." + a
}

func (v *scope) read(name, attribute string) cty.Value {
	for c := v.context; c != nil; c = c.Parent() {
		if object, ok := c.Variables[name]; ok {
			object, _ = object.Unmark()
			if object.IsKnown() && !object.IsNull() && object.Type().IsObjectType() && object.Type().HasAttribute(attribute) {
				value, _ := object.GetAttr(attribute).UnmarkDeep()
				return value
			}
			return object
		}
	}
	return cty.DynamicVal
}

// unset names what is null of what an expression reads: of the resource itself, if
// there is such.
func (v *scope) unset(reads map[string][]string) string {
	var own, others []string
	for name, attributes := range reads {
		for _, a := range attributes {
			switch {
			case !v.read(name, a).IsNull():
			case name == "self":
				own = append(own, a)
			default:
				others = append(others, attribute(name, a))
			}
		}
	}
	if len(own) == 0 {
		own = others
	}
	if len(own) == 0 {
		return "the plan does not tell enough of it"
	}
	slices.Sort(own)
	return notSet + strings.Join(slices.Compact(own), ", ")
}

const notSet = "not set: "

// reason puts an error of an expression into words: what a function says, or
// which attribute is not there.
func (v *scope) reason(e *expression, diags hcl.Diagnostics) string {
	for _, d := range diags {
		if extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok && extra.FunctionCallError() != nil {
			return v.unfit(e, d, extra.FunctionCallError())
		}
		if d.Expression == nil {
			continue
		}
		if text := v.unset(v.direct(d.Expression)); strings.HasPrefix(text, notSet) {
			return text
		}
	}
	if text := v.unset(e.reads); strings.HasPrefix(text, notSet) {
		return text
	}
	return fmt.Sprintf("it cannot be worked out: %s", diags[0].Summary)
}

// unfit is what a function says of its arguments: if it cannot take null, what is not
// there.
func (v *scope) unfit(e *expression, d *hcl.Diagnostic, err error) string {
	if err.Error() != mustNotBeNull || d.Expression == nil {
		return err.Error()
	}
	reads := v.direct(d.Expression)
	for _, reads := range []map[string][]string{reads, e.reads} {
		if text := v.unset(reads); strings.HasPrefix(text, notSet) {
			return text
		}
	}
	var within []string
	for name, attributes := range reads {
		for _, a := range attributes {
			within = append(within, attribute(name, a))
		}
	}
	slices.Sort(within)
	return "not set within " + strings.Join(slices.Compact(within), ", ")
}

// mustNotBeNull is how cty says that an argument is null.
const mustNotBeNull = "argument must not be null"

// direct is what a part of an expression reads.
func (v *scope) direct(e hcl.Expression) map[string][]string {
	reads := map[string][]string{}
	for _, t := range e.Variables() {
		if i := slices.IndexFunc(v.locals, func(l local) bool { return localVariable(l.name) == t.RootName() }); i >= 0 {
			for name, attributes := range v.locals[i].expr.reads {
				reads[name] = append(reads[name], attributes...)
			}
			continue
		}
		if len(t) < 2 || t.RootName() == "each" {
			continue
		}
		if a, ok := t[1].(hcl.TraverseAttr); ok {
			reads[t.RootName()] = append(reads[t.RootName()], a.Name)
		}
	}
	return reads
}
