package standin

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// filler makes up what a cloud computes. A text in the rules is a template:
// {name} is the attribute name, {a.b} one of a block, {resource} the resource's type,
// {region} and other names the provider's own or the rules' fixed ones, {hash},
// {hash8}, {number} and {uuid} digits of the seed. One that is nothing but {a} takes a as it is.
type filler struct {
	typ   string
	table map[string]any // the rules' computed of the type
	every map[string]any // of every resource
	fixed map[string]string
	seed  string
	self  tftypes.Value // what is known of the resource
}

// fill replaces what is unknown in a value.
func (f *filler) fill(v tftypes.Value) (tftypes.Value, error) {
	f.self = v
	return tftypes.Transform(v, func(p *tftypes.AttributePath, x tftypes.Value) (tftypes.Value, error) {
		if x.IsKnown() {
			return x, nil
		}
		name := pathName(p)
		spec, ok := f.table[name]
		if !ok {
			spec = f.every[name]
		}
		return f.value(x.Type(), spec, name)
	})
}

// value makes a value of a type after a JSON value; nil for a placeholder.
func (f *filler) value(t tftypes.Type, spec any, name string) (tftypes.Value, error) {
	if s, ok := spec.(string); ok {
		if whole, ok := strings.CutPrefix(s, "{"); ok && strings.HasSuffix(whole, "}") && !strings.ContainsAny(whole[:len(whole)-1], "{}") {
			if same := at(f.self, whole[:len(whole)-1]); len(same) == 1 && same[0].Type().Equal(t) && same[0].IsKnown() {
				return same[0], nil
			}
		}
		spec = f.template(s)
	}
	switch {
	case t.Is(tftypes.String):
		if spec == nil {
			spec = fmt.Sprintf("fake-%s-%s", strings.ReplaceAll(name, ".", "-"), f.digits(8))
		}
		return tftypes.NewValue(t, fmt.Sprint(spec)), nil
	case t.Is(tftypes.Number):
		return f.number(spec)
	case t.Is(tftypes.Bool):
		return tftypes.NewValue(t, spec == true || spec == "true"), nil
	}
	return f.collection(t, spec, name)
}

func (f *filler) number(spec any) (tftypes.Value, error) {
	if spec == nil {
		spec = 0.0
	}
	n, _, err := big.ParseFloat(fmt.Sprint(spec), 10, 64, big.ToNearestEven)
	if err != nil {
		return tftypes.Value{}, fmt.Errorf("%s: %v is no number", f.typ, spec)
	}
	return tftypes.NewValue(tftypes.Number, n), nil
}

// collection makes lists, sets, maps and objects. Without a word in the rules a list
// of objects has one, as clouds answer, and a list of anything else is empty.
func (f *filler) collection(t tftypes.Type, spec any, name string) (tftypes.Value, error) {
	var element tftypes.Type
	switch t := t.(type) {
	case tftypes.Object:
		given, _ := spec.(map[string]any)
		out := map[string]tftypes.Value{}
		for key, ty := range t.AttributeTypes {
			v, err := f.value(ty, given[key], name+"."+key)
			if err != nil {
				return v, err
			}
			out[key] = v
		}
		return tftypes.NewValue(t, out), nil
	case tftypes.Map:
		given, _ := spec.(map[string]any)
		out := map[string]tftypes.Value{}
		for key, s := range given {
			v, err := f.value(t.ElementType, s, name)
			if err != nil {
				return v, err
			}
			out[key] = v
		}
		return tftypes.NewValue(t, out), nil
	case tftypes.List:
		element = t.ElementType
	case tftypes.Set:
		element = t.ElementType
	default:
		return tftypes.NewValue(t, nil), nil
	}
	given, ok := spec.([]any)
	if !ok && element.Is(tftypes.Object{}) {
		given = []any{nil}
	}
	out := make([]tftypes.Value, 0, len(given))
	for _, s := range given {
		v, err := f.value(element, s, name)
		if err != nil {
			return v, err
		}
		out = append(out, v)
	}
	return tftypes.NewValue(t, out), nil
}

var hole = regexp.MustCompile(`\{[a-z0-9_.]+\}`)

// template fills in a text. Attributes come before what is fixed.
func (f *filler) template(s string) string {
	return hole.ReplaceAllStringFunc(s, func(h string) string {
		name := h[1 : len(h)-1]
		switch name {
		case "resource":
			return f.typ
		case "hash":
			return f.digits(17)
		case "hash8":
			return f.digits(8)
		case "number":
			n := new(big.Int)
			n.SetString(f.digits(13), 16)
			return n.String()
		case "uuid":
			d := f.digits(32)
			return strings.Join([]string{d[:8], d[8:12], d[12:16], d[16:20], d[20:]}, "-")
		}
		for _, v := range at(f.self, name) {
			if s := text(v); s != "" {
				return s
			}
		}
		return f.fixed[name]
	})
}

// digits are the first n hexadecimal digits of the seed's hash.
func (f *filler) digits(n int) string {
	sum := sha256.Sum256([]byte(f.typ + "\n" + f.seed))
	return hex.EncodeToString(sum[:])[:n]
}

// pathName writes a path without the positions in lists.
func pathName(p *tftypes.AttributePath) string {
	var names []string
	for _, step := range p.Steps() {
		if name, ok := step.(tftypes.AttributeName); ok {
			names = append(names, string(name))
		}
	}
	return strings.Join(names, ".")
}

// number reads a number; nil where the value is none.
func number(v tftypes.Value) *big.Float {
	var n big.Float
	if v.As(&n) != nil {
		return nil
	}
	return &n
}
