package cost

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/zclconf/go-cty/cty"
)

// side is a resource before or after its change: its attributes, which of them
// are unknown or sensitive, and which of them the configuration sets.
type side struct {
	values, unknown, sensitive map[string]string // of JSON
	allUnknown, allSensitive   bool
	config                     *configResource
}

func newSide(values, unknown, secret json.RawMessage, config *configResource) *side {
	s := &side{config: config}
	s.values = object(values)
	s.unknown, s.allUnknown = shape(unknown)
	s.sensitive, s.allSensitive = shape(secret)
	return s
}

// object reads an object, without what is in it. What is none has no attributes.
// The plan that it is part of was valid JSON: it is not checked again.
func object(raw json.RawMessage) map[string]string {
	if len(raw) <= len("{}") || raw[0] != '{' {
		return nil
	}
	m := map[string]string{}
	gjson.ParseBytes(raw).ForEach(func(name, value gjson.Result) bool {
		m[name.Str] = value.Raw
		return true
	})
	return m
}

// shape reads what Terraform lays over values: true for all, or an object.
func shape(raw json.RawMessage) (map[string]string, bool) {
	if string(raw) == "true" {
		return nil, true
	}
	return object(raw), false
}

// attribute is one attribute, null if the resource lacks it.
func (s *side) attribute(name string) cty.Value {
	value, unknown, secret := read(s.values[name]), read(s.unknown[name]), read(s.sensitive[name])
	if s.allUnknown {
		unknown = true
	}
	set := setting{set: true}
	if unknown != nil && unknown != false {
		set = s.configured(name)
	}
	v := toValue(value, unknown, secret, set)
	if s.allSensitive {
		v = v.Mark(sensitive{})
	}
	return v
}

// read reads a value with exact numbers. The plan that it is part of could be read:
// it is not checked again.
func read(raw string) any {
	if raw == "" {
		return nil
	}
	return plain(gjson.Parse(raw))
}

// plain is a value as package json would decode it.
func plain(r gjson.Result) any {
	switch {
	case r.Type == gjson.String:
		return r.Str
	case r.Type == gjson.Number:
		return json.Number(r.Raw)
	case r.IsBool():
		return r.Bool()
	case r.IsObject():
		m := map[string]any{}
		r.ForEach(func(name, value gjson.Result) bool {
			m[name.Str] = plain(value)
			return true
		})
		return m
	case r.IsArray():
		l := []any{}
		r.ForEach(func(_, value gjson.Result) bool {
			l = append(l, plain(value))
			return true
		})
		return l
	}
	return nil
}

// object is what a mapping reads of the resource.
func (s *side) object(attributes []string) cty.Value {
	if len(attributes) == 0 {
		return cty.EmptyObjectVal
	}
	out := make(map[string]cty.Value, len(attributes))
	for _, name := range attributes {
		out[name] = s.attribute(name)
	}
	return cty.ObjectVal(out)
}

// setting is what the configuration says of an attribute: nothing is known of it
// (everything counts as set), it is not set, or what is set within it.
type setting struct {
	told  bool
	set   bool
	inner any
}

func (s *side) configured(name string) setting {
	if s.config == nil || s.config.Expressions == nil {
		return setting{set: true}
	}
	raw, ok := s.config.Expressions[name]
	if !ok {
		return setting{told: true}
	}
	return setting{told: true, set: true, inner: read(string(raw))}
}

// key is what is said of an attribute of a block. An expression, which has a
// value or references, sets everything within it.
func (s setting) key(name string) setting {
	m, ok := s.inner.(map[string]any)
	if !s.told || !s.set || !ok || isExpression(m) {
		return s
	}
	inner, ok := m[name]
	return setting{told: true, set: ok, inner: inner}
}

func (s setting) element(i int) setting {
	list, ok := s.inner.([]any)
	if !s.told || !s.set || !ok {
		return s
	}
	if i >= len(list) {
		return setting{set: true}
	}
	return setting{told: true, set: true, inner: list[i]}
}

func isExpression(m map[string]any) bool {
	_, constant := m["constant_value"]
	_, references := m["references"]
	return constant || references
}

// toValue lays unknown and sensitive over a value. What is unknown and not set is
// for the provider to choose: null.
func toValue(value, unknown, secret any, set setting) cty.Value {
	var v cty.Value
	switch {
	case unknown == true && set.set:
		v = cty.DynamicVal
	case unknown == true:
		v = nothing
	default:
		v = known(value, unknown, secret, set)
	}
	if secret == true {
		v = v.Mark(sensitive{})
	}
	return v
}

func known(value, unknown, secret any, set setting) cty.Value {
	hidden, _ := unknown.(map[string]any)
	secrets, _ := secret.(map[string]any)
	switch value := value.(type) {
	case map[string]any:
		out := make(map[string]cty.Value, len(value))
		for k, v := range value {
			out[k] = toValue(v, hidden[k], secrets[k], set.key(k))
		}
		for k, v := range hidden {
			if _, ok := out[k]; !ok {
				out[k] = toValue(nil, v, secrets[k], set.key(k))
			}
		}
		return cty.ObjectVal(out)
	case []any:
		return list(value, unknown, secret, set)
	case bool:
		return cty.BoolVal(value)
	case string:
		if plausible(value) {
			return cty.StringVal(value)
		}
	case json.Number:
		if n, err := cty.ParseNumberVal(value.String()); err == nil && plausible(value.String()) {
			return n
		}
	case nil:
		if len(hidden) > 0 {
			return known(map[string]any{}, unknown, secret, set)
		}
		if l, ok := unknown.([]any); ok && len(l) > 0 {
			return list(make([]any, len(l)), unknown, secret, set)
		}
	}
	return nothing
}

func list(value []any, unknown, secret any, set setting) cty.Value {
	hidden, _ := unknown.([]any)
	secrets, _ := secret.([]any)
	out := make([]cty.Value, len(value))
	for i, v := range value {
		out[i] = toValue(v, at(hidden, i), at(secrets, i), set.element(i))
	}
	return cty.TupleVal(out)
}

func at(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}

// most bounds numbers: nothing is bought in such quantities, and arithmetic on
// 1e999999999 would take all memory.
const most = 1e15

// longestNumber bounds how a number is written: Terraform's have at most 155 digits.
const longestNumber = 400

// plausible reports whether text may be calculated with: all that is no number is.
// What is too small to be told from nothing, as 1e-999999999, would take hours to be
// written out.
func plausible(text string) bool {
	f, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		return len(text) < 1<<16 && !math.IsInf(f, 0)
	case len(text) > longestNumber:
		return false
	case f == 0:
		return !strings.ContainsAny(text, "eEpP")
	}
	return math.Abs(f) <= most && math.Abs(f) >= 1/most
}
