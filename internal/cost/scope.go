package cost

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/shopspring/decimal"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// scope is what the expressions of one side of a resource read, and what was
// assumed on the way.
type scope struct {
	context     *hcl.EvalContext
	locals      []local
	failed      map[string]string // reasons, by local
	assumptions []string
	unlisted    []string // reasons why elements are not known, that were given
	outer       *scope   // of an element
}

var calls = functions()

// newScope is the scope of a resource and of those that it has to do with.
func newScope(t *resourceType, s *side, others related) *scope {
	v := &scope{locals: t.locals, context: &hcl.EvalContext{Functions: calls}}
	v.context.Variables = map[string]cty.Value{"hours": hours, "self": s.object(t.attributes)}
	others.variables(t, v.context.Variables)
	for _, l := range t.locals {
		value, reason := v.value(l.expr)
		if reason != "" {
			if v.failed == nil {
				v.failed = map[string]string{}
			}
			v.failed[l.name], value = reason, cty.DynamicVal
		}
		v.context.Variables[localVariable(l.name)] = value
	}
	return v
}

// with is the scope of one element of for_each.
func (v *scope) with(each cty.Value) *scope {
	inner := v.context.NewChild()
	inner.Variables = map[string]cty.Value{"each": each}
	return &scope{locals: v.locals, context: inner, failed: v.failed, outer: v}
}

// value evaluates an expression; a reason says why that failed.
func (v *scope) value(e *expression) (cty.Value, string) {
	if e.constant != nil {
		return *e.constant, ""
	}
	value, diags := e.Value(v.context)
	if diags.HasErrors() {
		return cty.DynamicVal, v.reason(e, diags)
	}
	return value, ""
}

// known evaluates an expression whose value a price depends on.
func (v *scope) known(e *expression, want cty.Type) (cty.Value, string) {
	value, reason := v.value(e)
	if reason != "" {
		return value, reason
	}
	value, marks := value.UnmarkDeep()
	if _, secret := marks[sensitive{}]; secret {
		return value, "it depends on a sensitive value"
	}
	if !value.IsWhollyKnown() {
		return value, v.unknown(e)
	}
	value, err := convert.Convert(value, want)
	if err != nil {
		return value, "it cannot be worked out: " + err.Error()
	}
	v.assume(marks)
	return value, ""
}

func (v *scope) assume(marks cty.ValueMarks) {
	to := v
	for to.outer != nil {
		to = to.outer
	}
	for mark := range marks {
		if a, ok := mark.(assumption); ok {
			if text := printable(string(a) + " assumed"); !slices.Contains(to.assumptions, text) {
				to.assumptions = append(to.assumptions, text)
			}
		}
	}
	slices.Sort(to.assumptions) // marks have no order
}

func (v *scope) string(e *expression) (text, reason string) {
	value, reason := v.known(e, cty.String)
	switch {
	case reason != "":
		return "", reason
	case value.IsNull():
		return "", v.unset(e.reads)
	}
	return value.AsString(), ""
}

// text is a text, or nothing for whatever reason.
func (v *scope) text(e *expression) string {
	value, _ := v.value(e)
	value, marks := value.UnmarkDeep()
	if _, secret := marks[sensitive{}]; secret || !value.IsKnown() || value.IsNull() || value.Type() != cty.String {
		return ""
	}
	return value.AsString()
}

func (v *scope) number(e *expression) (decimal.Decimal, string) {
	value, reason := v.known(e, cty.Number)
	switch {
	case reason != "":
		return decimal.Zero, reason
	case value.IsNull():
		return decimal.Zero, v.unset(e.reads)
	}
	if f, _ := value.AsBigFloat().Float64(); f < 0 || f > most {
		return decimal.Zero, "its quantity is out of range"
	}
	d, err := decimalOf(value)
	if err != nil {
		return d, "its quantity is out of range"
	}
	return d, ""
}

func (v *scope) holds(e *expression) (bool, string) {
	value, reason := v.known(e, cty.Bool)
	return reason == "" && !value.IsNull() && value.True(), reason
}

// elements are those of a list of blocks; one block is a list of one.
func (v *scope) elements(e *expression) ([]cty.Value, string) {
	value, reason := v.value(e)
	if reason != "" {
		return nil, reason
	}
	value, marks := value.Unmark()
	if _, secret := marks[sensitive{}]; secret {
		return nil, "it depends on a sensitive value"
	}
	switch {
	case !value.IsKnown():
		return nil, v.unknown(e)
	case value.IsNull():
		return nil, ""
	case value.Type().IsTupleType() || value.Type().IsListType():
		return value.AsValueSlice(), ""
	}
	return []cty.Value{value}, ""
}
