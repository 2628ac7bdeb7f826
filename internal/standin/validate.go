package standin

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// ValidateResourceTypeConfig holds a resource against the rules. What is not known
// yet breaks none.
func (s *server) ValidateResourceTypeConfig(_ context.Context, r *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	v, err := r.Config.Unmarshal(s.provider.Resources[r.TypeName].ty)
	if err != nil {
		return nil, err
	}
	return &tfprotov5.ValidateResourceTypeConfigResponse{Diagnostics: s.rules.check(r.TypeName, v)}, nil
}

// ValidateDataSourceConfig does the same for a data source.
func (s *server) ValidateDataSourceConfig(_ context.Context, r *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	v, err := r.Config.Unmarshal(s.provider.Data[r.TypeName].ty)
	if err != nil {
		return nil, err
	}
	return &tfprotov5.ValidateDataSourceConfigResponse{Diagnostics: s.rules.check("data."+r.TypeName, v)}, nil
}

func (r rules) check(typ string, v tftypes.Value) []*tfprotov5.Diagnostic {
	var out []*tfprotov5.Diagnostic
	for _, name := range slices.Sorted(maps.Keys(r.Patterns[typ])) {
		p := r.Patterns[typ][name]
		for _, x := range at(v, name) {
			if x.IsKnown() && !x.IsNull() && !p.MatchString(text(x)) {
				out = append(out, failure("Invalid value", fmt.Sprintf("%s: %q does not match %s.", name, text(x), p))...)
			}
		}
	}
	for _, group := range r.Conflicts[typ] {
		if given, _ := count(v, group); len(given) > 1 {
			out = append(out, failure("Conflicting configuration arguments", fmt.Sprintf("%s cannot be set together.", strings.Join(given, " and ")))...)
		}
	}
	for _, group := range r.ExactlyOne[typ] {
		if given, open := count(v, group); len(given) > 1 || len(given) == 0 && !open {
			out = append(out, failure("Invalid combination of arguments", fmt.Sprintf("Exactly one of %s must be set.", strings.Join(group, ", ")))...)
		}
	}
	for _, c := range r.Conditions[typ] {
		out = append(out, c.check(v)...)
	}
	return out
}

// count lists which of the attributes are set, and whether one is not known yet.
func count(v tftypes.Value, attributes []string) (given []string, open bool) {
	for _, a := range attributes {
		switch stateOf(at(v, a)) {
		case set:
			given = append(given, a)
		case unknown:
			open = true
		}
	}
	return given, open
}

func (c condition) check(v tftypes.Value) []*tfprotov5.Diagnostic {
	var because []string
	for _, name := range slices.Sorted(maps.Keys(c.When)) {
		if !slices.ContainsFunc(c.When[name], func(want any) bool { return holds(at(v, name), want) }) {
			return nil
		}
		because = append(because, fmt.Sprintf("%s is %v", name, c.When[name]))
	}
	var out []*tfprotov5.Diagnostic
	refuse := func(name, how string) {
		out = append(out, failure("Invalid combination of arguments", fmt.Sprintf("%s %s where %s.", name, how, strings.Join(because, " and ")))...)
	}
	for _, name := range c.Need {
		if stateOf(at(v, name)) == unset {
			refuse(name, "must be set")
		}
	}
	for _, name := range c.Deny {
		if stateOf(at(v, name)) == set {
			refuse(name, "cannot be set")
		}
	}
	return out
}

// holds reports whether values are what a condition wants.
func holds(values []tftypes.Value, want any) bool {
	switch state := stateOf(values); {
	case want == nil:
		return state == unset
	case want == "*":
		return state == set
	}
	return slices.ContainsFunc(values, func(v tftypes.Value) bool { return text(v) == fmt.Sprint(want) })
}
