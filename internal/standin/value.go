package standin

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// object reads the attributes of an object; none where it is null or unknown.
func object(v tftypes.Value) map[string]tftypes.Value {
	m := map[string]tftypes.Value{}
	if v.IsKnown() && !v.IsNull() && v.Type().Is(tftypes.Object{}) {
		_ = v.As(&m) // it is an object
	}
	return m
}

// elements reads a list or a set.
func elements(v tftypes.Value) []tftypes.Value {
	var l []tftypes.Value
	if v.IsKnown() && !v.IsNull() && isList(v) {
		_ = v.As(&l) // it is a list
	}
	return l
}

// at collects the values at a path such as root_block_device.volume_type, one for
// each block.
func at(v tftypes.Value, attribute string) []tftypes.Value {
	step, rest, deeper := strings.Cut(attribute, ".")
	if isList(v) {
		var out []tftypes.Value
		for _, e := range elements(v) {
			out = append(out, at(e, attribute)...)
		}
		return out
	}
	x, ok := object(v)[step]
	switch {
	case !ok:
		return nil
	case deeper:
		return at(x, rest)
	}
	return []tftypes.Value{x}
}

// text is a known value as a template shows it.
func text(v tftypes.Value) string {
	if !v.IsKnown() || v.IsNull() {
		return ""
	}
	var s string
	if v.As(&s) == nil {
		return s
	}
	var b bool
	if v.As(&b) == nil {
		return fmt.Sprint(b)
	}
	n := number(v)
	if n == nil {
		return ""
	}
	return n.Text('f', -1)
}

// state says whether a value is set. A block that is not there is an empty list.
type state int

const (
	unset state = iota
	set
	unknown
)

func stateOf(values []tftypes.Value) state {
	out := unset
	for _, v := range values {
		switch {
		case !v.IsKnown():
			return unknown
		case v.IsNull():
		case !isList(v) || len(elements(v)) > 0:
			out = set
		}
	}
	return out
}

func isList(v tftypes.Value) bool {
	return v.Type().Is(tftypes.List{}) || v.Type().Is(tftypes.Set{})
}
