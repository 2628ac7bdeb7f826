package catalog

import (
	"math"
	"strconv"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// readHints derives options and bounds from the validations of v that have a
// well-known shape, alone or joined with &&:
//
//	contains(["a", "b"], var.x)
//	var.x >= 1 && var.x <= 64          length(var.x) <= 63
//	floor(var.x) == var.x              can(regex("^/", var.x))
//
// A rule that is nothing but such shapes is "worded": the bounds say all of it.
func (v *Variable) readHints() {
	for i := range v.rules {
		if expr, ok := v.rules[i].condition.(hclsyntax.Expression); ok && !v.rules[i].deferred {
			v.rules[i].worded = v.hint(expr)
		}
	}
	for i := range v.Options {
		v.Options[i].Label = clip(v.optionLabel(v.Options[i].Value), maxOption)
	}
}

// hint reads one condition; reports whether the bounds now say all of it.
func (v *Variable) hint(expr hclsyntax.Expression) bool {
	switch e := expr.(type) {
	case *hclsyntax.ParenthesesExpr:
		return v.hint(e.Expression)
	case *hclsyntax.BinaryOpExpr:
		switch e.Op {
		case hclsyntax.OpLogicalAnd:
			left, right := v.hint(e.LHS), v.hint(e.RHS)
			return left && right
		case hclsyntax.OpLogicalOr:
			if v.isNullCheck(e.LHS) { // var.x == null || ...
				return v.hint(e.RHS)
			}
		case hclsyntax.OpEqual:
			return v.wholeHint(e.LHS, e.RHS) || v.wholeHint(e.RHS, e.LHS)
		default:
			return v.boundHint(e)
		}
	case *hclsyntax.FunctionCallExpr:
		switch e.Name {
		case "contains":
			return v.optionsHint(e)
		case "can":
			v.patternHint(e)
		}
	}
	return false
}

// isVar reports whether expr is the variable itself.
func (v *Variable) isVar(expr hclsyntax.Expression) bool {
	t, ok := expr.(*hclsyntax.ScopeTraversalExpr)
	if !ok || len(t.Traversal) != 2 || t.Traversal.RootName() != "var" {
		return false
	}
	attr, ok := attrName(t.Traversal[1])
	return ok && attr == v.Name
}

func (v *Variable) isNullCheck(expr hclsyntax.Expression) bool {
	e, ok := expr.(*hclsyntax.BinaryOpExpr)
	if !ok || e.Op != hclsyntax.OpEqual || !v.isVar(e.LHS) {
		return false
	}
	lit, diags := e.RHS.Value(nil)
	return !diags.HasErrors() && lit.IsNull()
}

// wholeHint recognises floor(var.x) == var.x.
func (v *Variable) wholeHint(call, other hclsyntax.Expression) bool {
	e, ok := call.(*hclsyntax.FunctionCallExpr)
	if !ok || (e.Name != "floor" && e.Name != "ceil") || len(e.Args) != 1 || !v.isVar(e.Args[0]) || !v.isVar(other) {
		return false
	}
	v.Whole = true
	return true
}

// boundHint recognises comparisons of the variable, or of its length, with a
// literal number.
func (v *Variable) boundHint(e *hclsyntax.BinaryOpExpr) bool {
	subject, bound, op := e.LHS, e.RHS, e.Op
	limit, ok := literalNumber(bound)
	if !ok {
		if limit, ok = literalNumber(subject); !ok {
			return false
		}
		subject, op = bound, mirrored(op)
	}
	if v.isVar(subject) && v.ty == cty.Number {
		return v.numberBound(op, limit)
	}
	call, ok := subject.(*hclsyntax.FunctionCallExpr)
	if !ok || call.Name != "length" || len(call.Args) != 1 || !v.isVar(call.Args[0]) {
		return false
	}
	return v.lengthBound(op, limit)
}

func (v *Variable) numberBound(op *hclsyntax.Operation, limit float64) bool {
	switch op {
	case hclsyntax.OpGreaterThanOrEqual:
		v.Min = &limit
	case hclsyntax.OpLessThanOrEqual:
		v.Max = &limit
	default:
		return false // an open bound has no honest number to show
	}
	return true
}

func (v *Variable) lengthBound(op *hclsyntax.Operation, limit float64) bool {
	if limit != math.Trunc(limit) || limit < 0 || limit > 1<<20 {
		return false
	}
	n := int(limit)
	switch op {
	case hclsyntax.OpGreaterThanOrEqual:
		v.MinLength = n
	case hclsyntax.OpGreaterThan:
		v.MinLength = n + 1
	case hclsyntax.OpLessThanOrEqual:
		v.MaxLength = n
	case hclsyntax.OpLessThan:
		v.MaxLength = n - 1
	default:
		return false
	}
	return true
}

// optionsHint recognises contains([literals], var.x).
func (v *Variable) optionsHint(e *hclsyntax.FunctionCallExpr) bool {
	if len(e.Args) != 2 || !v.isVar(e.Args[1]) || v.several() {
		return false
	}
	list, diags := e.Args[0].Value(nil)
	if diags.HasErrors() || list.IsNull() || !list.CanIterateElements() {
		return false
	}
	var options []Option
	for _, one := range list.AsValueSlice() {
		text, ok := display(fromCty(one))
		if !ok || text == "" {
			return false
		}
		options = append(options, Option{Value: text})
	}
	v.Options = options
	return true
}

// patternHint recognises can(regex("...", var.x)). A pattern is not words: the
// module's own message is better.
func (v *Variable) patternHint(e *hclsyntax.FunctionCallExpr) {
	if len(e.Args) != 1 {
		return
	}
	call, ok := e.Args[0].(*hclsyntax.FunctionCallExpr)
	if !ok || call.Name != "regex" || len(call.Args) != 2 || !v.isVar(call.Args[1]) {
		return
	}
	pattern, diags := call.Args[0].Value(nil)
	if !diags.HasErrors() && pattern.Type() == cty.String && !pattern.IsNull() {
		v.Pattern = pattern.AsString()
	}
}

func literalNumber(expr hclsyntax.Expression) (float64, bool) {
	v, diags := expr.Value(nil)
	if diags.HasErrors() || v.Type() != cty.Number || v.IsNull() || !v.IsKnown() {
		return 0, false
	}
	f, _ := v.AsBigFloat().Float64()
	return f, true
}

func mirrored(op *hclsyntax.Operation) *hclsyntax.Operation {
	switch op {
	case hclsyntax.OpGreaterThan:
		return hclsyntax.OpLessThan
	case hclsyntax.OpGreaterThanOrEqual:
		return hclsyntax.OpLessThanOrEqual
	case hclsyntax.OpLessThan:
		return hclsyntax.OpGreaterThan
	case hclsyntax.OpLessThanOrEqual:
		return hclsyntax.OpGreaterThanOrEqual
	}
	return op
}

// number writes a number as people do.
func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
