package standin

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// PlanResourceChange leaves unknown what the cloud computes of something new, and
// says where a change means another one.
func (s *server) PlanResourceChange(_ context.Context, r *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	kind := s.provider.Resources[r.TypeName]
	proposed, err := r.ProposedNewState.Unmarshal(kind.ty)
	if err != nil {
		return nil, err
	}
	prior, err := r.PriorState.Unmarshal(kind.ty)
	if err != nil {
		return nil, err
	}
	out := &tfprotov5.PlanResourceChangeResponse{PlannedPrivate: r.PriorPrivate}
	planned := proposed
	switch {
	case proposed.IsNull(): // to be destroyed
	case prior.IsNull():
		planned = s.mirrored(unknownComputed(kind.Block, withoutWriteOnly(kind.Block, proposed)))
	default:
		planned = s.mirrored(withoutWriteOnly(kind.Block, proposed))
		out.RequiresReplace = replaced(s.rules.replacing(r.TypeName), prior, planned)
	}
	v, err := tfprotov5.NewDynamicValue(kind.ty, planned)
	out.PlannedState = &v
	return out, err
}

// replaced lists the top-level attributes and blocks that differ in something that
// cannot change in place.
func replaced(attributes []string, prior, planned tftypes.Value) []*tftypes.AttributePath {
	var out []*tftypes.AttributePath
	for _, a := range attributes {
		before, after := at(prior, a), at(planned, a)
		same := len(before) == len(after)
		for i := range before {
			same = same && before[i].Equal(after[i])
		}
		if !same {
			top, _, _ := strings.Cut(a, ".")
			out = append(out, tftypes.NewAttributePath().WithAttributeName(top))
		}
	}
	return out
}

// mirrored copies attributes that repeat others, such as tags_all.
func (s *server) mirrored(v tftypes.Value) tftypes.Value {
	m := object(v)
	for to, from := range s.rules.Mirrors {
		source, ok := m[from]
		target, has := m[to]
		if !ok || !has || !target.Type().Equal(source.Type()) {
			continue
		}
		if source.IsNull() {
			source = tftypes.NewValue(target.Type(), map[string]tftypes.Value{})
		}
		m[to] = source
	}
	return tftypes.NewValue(v.Type(), m)
}

// unknownComputed makes unknown what a cloud would compute and the configuration
// leaves out.
func unknownComputed(b *block, v tftypes.Value) tftypes.Value {
	return walk(b, v, func(a attribute, x tftypes.Value) tftypes.Value {
		if a.Computed && x.IsNull() {
			return tftypes.NewValue(x.Type(), tftypes.UnknownValue)
		}
		return x
	})
}

// withoutWriteOnly takes out what only the cloud may keep: it is in no plan or state.
func withoutWriteOnly(b *block, v tftypes.Value) tftypes.Value {
	return walk(b, v, func(a attribute, x tftypes.Value) tftypes.Value {
		if a.WriteOnly {
			return tftypes.NewValue(x.Type(), nil)
		}
		return x
	})
}

// walk changes the attributes of an object, and those of the blocks in it.
func walk(b *block, v tftypes.Value, change func(attribute, tftypes.Value) tftypes.Value) tftypes.Value {
	if v.IsNull() || !v.IsKnown() {
		return v
	}
	m := object(v)
	for name, a := range b.Attributes {
		m[name] = change(a, m[name])
	}
	for name, n := range b.BlockTypes {
		x := m[name]
		if x.IsNull() || !x.IsKnown() {
			continue
		}
		if n.Nesting == "single" || n.Nesting == "group" {
			m[name] = walk(n.Block, x, change)
			continue
		}
		inner := elements(x)
		for i := range inner {
			inner[i] = walk(n.Block, inner[i], change)
		}
		m[name] = tftypes.NewValue(x.Type(), inner)
	}
	return tftypes.NewValue(v.Type(), m)
}
