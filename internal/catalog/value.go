package catalog

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// toCty turns a JSON value into a value of the given type.
func toCty(value any, ty cty.Type) (cty.Value, error) {
	v, err := implied(value)
	if err != nil {
		return cty.NilVal, err
	}
	return convert.Convert(v, ty)
}

// implied turns a JSON value into a value of the type that it has by itself.
func implied(value any) (cty.Value, error) {
	switch v := value.(type) {
	case nil:
		return cty.NullVal(cty.DynamicPseudoType), nil
	case string:
		return cty.StringVal(v), nil
	case bool:
		return cty.BoolVal(v), nil
	case float64:
		return cty.ParseNumberVal(number(v))
	case int:
		return cty.NumberIntVal(int64(v)), nil
	case json.Number:
		return cty.ParseNumberVal(v.String())
	case []string:
		items := make([]any, len(v))
		for i := range v {
			items[i] = v[i]
		}
		return implied(items)
	case []any:
		items := make([]cty.Value, len(v))
		for i := range v {
			item, err := implied(v[i])
			if err != nil {
				return cty.NilVal, err
			}
			items[i] = item
		}
		return cty.TupleVal(items), nil
	case map[string]any:
		attrs := make(map[string]cty.Value, len(v))
		for name := range v {
			attr, err := implied(v[name])
			if err != nil {
				return cty.NilVal, err
			}
			attrs[name] = attr
		}
		return cty.ObjectVal(attrs), nil
	}
	return cty.NilVal, fmt.Errorf("a %T is not a JSON value", value)
}

// fromCty turns a known value into a JSON value; nil for null and unknown.
func fromCty(v cty.Value) any {
	v, _ = v.Unmark()
	if v == cty.NilVal || v.IsNull() || !v.IsKnown() {
		return nil
	}
	switch ty := v.Type(); {
	case ty == cty.String:
		return v.AsString()
	case ty == cty.Bool:
		return v.True()
	case ty == cty.Number:
		return fromNumber(v.AsBigFloat())
	case ty.IsMapType() || ty.IsObjectType():
		m := map[string]any{}
		for name, one := range v.AsValueMap() {
			m[name] = fromCty(one)
		}
		return m
	case v.CanIterateElements():
		list := []any{}
		for _, one := range v.AsValueSlice() {
			list = append(list, fromCty(one))
		}
		return list
	}
	return nil
}

func fromNumber(f *big.Float) any {
	n, _ := f.Float64()
	return n
}

// display writes a JSON value as a person would type it into a form; false
// where a form has no way to.
func display(value any) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case bool:
		if v {
			return "true", true
		}
		return "false", true
	case float64:
		return number(v), true
	case int:
		return fmt.Sprint(v), true
	case json.Number:
		return v.String(), true
	case []any:
		return displayEach(v)
	case map[string]any:
		lines := make([]any, 0, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			text, ok := display(v[name])
			if !ok {
				return "", false
			}
			lines = append(lines, name+"="+text)
		}
		return displayEach(lines)
	}
	return "", false
}

func displayEach(items []any) (string, bool) {
	lines := make([]string, len(items))
	for i, item := range items {
		text, ok := display(item)
		if !ok {
			return "", false
		}
		lines[i] = text
	}
	return strings.Join(lines, "\n"), true
}
