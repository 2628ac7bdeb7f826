package cost

import (
	"errors"
	"maps"
	"regexp"
	"sync"

	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// assumption marks a value that the plan does not tell: what was assumed goes
// along with whatever is made of the value.
type assumption string

// sensitive marks a value that must not be shown.
type sensitive struct{}

// nothing is what a plan does not tell. It has a type, since functions take a null
// of no type for something unknown.
var nothing = cty.NullVal(cty.String)

// functions are those that mapping files may call.
func functions() map[string]function.Function {
	all := map[string]function.Function{
		"assume":     assumeFunc,
		"coalesce":   coalesceFunc,
		"fail":       failFunc,
		"get":        getFunc,
		"can":        tryfunc.CanFunc,
		"try":        tryfunc.TryFunc,
		"ceil":       stdlib.CeilFunc,
		"concat":     stdlib.ConcatFunc,
		"contains":   stdlib.ContainsFunc,
		"endswith":   affixFunc(func(text, end string) bool { return len(text) >= len(end) && text[len(text)-len(end):] == end }),
		"flatten":    stdlib.FlattenFunc,
		"floor":      stdlib.FloorFunc,
		"format":     stdlib.FormatFunc,
		"join":       stdlib.JoinFunc,
		"length":     stdlib.LengthFunc,
		"lookup":     stdlib.LookupFunc,
		"lower":      stdlib.LowerFunc,
		"max":        stdlib.MaxFunc,
		"min":        stdlib.MinFunc,
		"regex":      regexFunc(),
		"replace":    stdlib.ReplaceFunc,
		"split":      stdlib.SplitFunc,
		"startswith": affixFunc(func(text, start string) bool { return len(text) >= len(start) && text[:len(start)] == start }),
		"tonumber":   stdlib.MakeToFunc(cty.Number),
		"trimprefix": stdlib.TrimPrefixFunc,
		"trimsuffix": stdlib.TrimSuffixFunc,
		"upper":      stdlib.UpperFunc,
		"without":    withoutFunc,
	}
	for _, provider := range []map[string]function.Function{awsFunctions, gcpFunctions, azureFunctions} {
		maps.Copy(all, provider)
	}
	return all
}

// regexFunc is Terraform's regex, for patterns whose groups have no names and always
// take part. They are those of the mappings, so few that each is compiled once and kept.
func regexFunc() function.Function {
	var kept sync.Map // *regexp.Regexp by pattern
	return function.New(&function.Spec{
		Params: []function.Parameter{*word("pattern"), *word("text")},
		Type:   function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			pattern, text := args[0].AsString(), args[1].AsString()
			compiled, ok := kept.Load(pattern)
			if !ok {
				fresh, err := regexp.Compile(pattern)
				if err != nil {
					return cty.NilVal, function.NewArgError(0, err)
				}
				compiled, _ = kept.LoadOrStore(pattern, fresh)
			}
			return matched(compiled.(*regexp.Regexp).FindStringSubmatch(text))
		},
	})
}

// matched is the text of a match, or those of its groups.
func matched(found []string) (cty.Value, error) {
	switch len(found) {
	case 0:
		return cty.NilVal, errors.New("pattern did not match any part of the given string")
	case 1:
		return cty.StringVal(found[0]), nil
	}
	groups := make([]cty.Value, len(found)-1)
	for i, text := range found[1:] {
		groups[i] = cty.StringVal(text)
	}
	return cty.TupleVal(groups), nil
}

// anything is a parameter that takes every value as it is.
func anything(name string) function.Parameter {
	return function.Parameter{Name: name, Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true}
}

func word(name string) *function.Parameter {
	return &function.Parameter{Name: name, Type: cty.String}
}

// get walks into a value; null where anything on the way is missing. A list of
// blocks is its first one.
var getFunc = function.New(&function.Spec{
	Params:   []function.Parameter{anything("value")},
	VarParam: word("path"),
	Type:     function.StaticReturnType(cty.DynamicPseudoType),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		path := make([]string, 0, len(args)-1)
		for _, name := range args[1:] {
			path = append(path, name.AsString())
		}
		return within(args[0], path...), nil
	},
})

func within(v cty.Value, path ...string) cty.Value {
	v, marks := v.Unmark()
	for _, name := range path {
		var more cty.ValueMarks
		v, more = step(v, name)
		marks = join(marks, more)
	}
	return v.WithMarks(marks)
}

func join(x, y cty.ValueMarks) cty.ValueMarks {
	if len(y) == 0 {
		return x
	}
	both := cty.ValueMarks{}
	maps.Copy(both, x)
	maps.Copy(both, y)
	return both
}

func step(v cty.Value, name string) (cty.Value, cty.ValueMarks) {
	v, marks := first(v)
	switch {
	case !v.IsKnown():
		return cty.DynamicVal, marks
	case v.IsNull():
		return nothing, marks
	case v.Type().IsObjectType() && v.Type().HasAttribute(name):
		inner, more := v.GetAttr(name).Unmark()
		return inner, join(marks, more)
	case v.Type().IsMapType() && v.HasIndex(cty.StringVal(name)).True():
		inner, more := v.Index(cty.StringVal(name)).Unmark()
		return inner, join(marks, more)
	}
	return nothing, marks
}

// first is the first block of a list of blocks, or v itself.
func first(v cty.Value) (cty.Value, cty.ValueMarks) {
	if !v.IsKnown() || v.IsNull() || !(v.Type().IsTupleType() || v.Type().IsListType()) {
		return v, nil
	}
	if v.LengthInt() == 0 {
		return nothing, nil
	}
	return v.Index(cty.Zero).Unmark()
}

// missing reports whether a value was not given: providers write "" as well.
func missing(v cty.Value) bool {
	return v.IsNull() || v.IsKnown() && v.Type() == cty.String && v.AsString() == ""
}

// withoutFunc are the blocks of a list whose attribute is none of the texts. What is
// not known is none of them.
var withoutFunc = function.New(&function.Spec{
	Params: []function.Parameter{anything("blocks"), {Name: "attribute", Type: cty.String}, anything("texts")},
	Type:   function.StaticReturnType(cty.DynamicPseudoType),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		blocks, marks := args[0].Unmark()
		if !blocks.IsKnown() || blocks.IsNull() {
			return args[0], nil
		}
		texts := map[string]bool{}
		list, _ := args[2].Unmark()
		for _, v := range elementsOf(list) {
			if v, _ := v.Unmark(); v.IsKnown() && !missing(v) && v.Type() == cty.String {
				texts[v.AsString()] = true
			}
		}
		out := []cty.Value{}
		for _, block := range elementsOf(blocks) {
			if !texts[textOf(block, args[1].AsString())] {
				out = append(out, block)
			}
		}
		return cty.TupleVal(out).WithMarks(marks), nil
	},
})

var assumeFunc = function.New(&function.Spec{
	Params: []function.Parameter{anything("value"), anything("otherwise"), {Name: "text", Type: cty.String, AllowMarked: true, AllowUnknown: true}},
	Type:   function.StaticReturnType(cty.DynamicPseudoType),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		v, marks := args[0].Unmark()
		if !missing(v) {
			return v.WithMarks(marks), nil
		}
		text, textMarks := args[2].Unmark()
		if !text.IsKnown() {
			return cty.DynamicVal.WithMarks(marks, textMarks), nil
		}
		return args[1].WithMarks(marks, textMarks, cty.NewValueMarks(assumption(text.AsString()))), nil
	},
})

// coalesce is the first value that is neither null nor empty text; null when
// there is none.
var coalesceFunc = function.New(&function.Spec{
	VarParam: func() *function.Parameter { p := anything("values"); return &p }(),
	Type:     function.StaticReturnType(cty.DynamicPseudoType),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		for _, arg := range args {
			if v, _ := arg.Unmark(); !missing(v) {
				return arg, nil
			}
		}
		return nothing, nil
	},
})

// failFunc gives the reason why a part is not priced.
var failFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "reason", Type: cty.String}},
	Type:   function.StaticReturnType(cty.DynamicPseudoType),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		return cty.DynamicVal, errors.New(args[0].AsString())
	},
})

func affixFunc(has func(text, affix string) bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "text", Type: cty.String}, {Name: "affix", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(has(args[0].AsString(), args[1].AsString())), nil
		},
	})
}
