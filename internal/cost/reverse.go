package cost

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// usedBy are resources of the plan that refer to this one.
type usedBy struct {
	Name       string   `hcl:",label"`
	Type       string   `hcl:"type"`
	By         []string `hcl:"by"`
	As         []string `hcl:"as,optional"`
	Attributes []string `hcl:"attributes,optional"`
}

// planned are values of this resource by which resources of the plan go.
type planned struct {
	Name    string   `hcl:",label"`
	Type    string   `hcl:"type"`
	Through []string `hcl:"through"`
	As      []string `hcl:"as,optional"`
	OrSet   bool     `hcl:"or_set,optional"`
}

// reverse is by what resources are found that refer to others of a kind, on one side
// of their changes.
type reverse struct {
	kind, from, by, as string
	after              bool
}

// users are the resources that refer to one, as they are on the same side of the
// change.
func (p *planFile) users(c *change, s *side, u usedBy) (out []*side) {
	after := s == c.after
	var seen []*change
	for _, path := range u.By {
		for _, user := range p.referring(reverse{c.Type, u.Type, path, identifying(u.As), after})[c] {
			if user == c || slices.Contains(seen, user) {
				continue
			}
			seen = append(seen, user)
			out = append(out, user.side(after))
		}
	}
	return out
}

// referring are all resources of a type that refer to others of a kind, by which of
// those: each found once for the whole plan. A value that is known tells; what is
// unknown until apply is followed through the configuration.
func (p *planFile) referring(r reverse) map[*change][]*change {
	if found, ok := p.reversed[r]; ok {
		return found
	}
	found := map[*change][]*change{}
	for _, c := range p.Changes {
		if c == nil || c.Type != r.from || c.Mode == "data" || !c.on(r.after) {
			continue
		}
		for _, target := range p.targets(c, r) {
			if target.on(r.after) && !slices.Contains(found[target], c) {
				found[target] = append(found[target], c)
			}
		}
	}
	p.reversed[r] = found
	return found
}

func (p *planFile) targets(c *change, r reverse) (out []*change) {
	values, known := c.side(r.after).within(r.by)
	ids := p.identities(identity{r.kind, r.as, r.after})
	for _, v := range values {
		v, _ = v.Unmark()
		if target := ids[v.AsString()]; target != nil {
			out = append(out, target)
		}
	}
	if target := p.referred(c, r.kind, r.by); target != nil && !known {
		out = append(out, target)
	}
	return out
}

// planned are those values of a resource by which resources of the plan go on the
// same side, or which the configuration sets where the mapping says so.
func (p *planFile) planned(c *change, s *side, n planned) cty.Value {
	ids := p.identities(identity{n.Type, identifying(n.As), s == c.after})
	if len(ids) == 0 && !n.OrSet {
		return cty.EmptyTupleVal
	}
	var out []cty.Value
	for _, path := range n.Through {
		texts, _ := s.within(path)
		for _, v := range texts {
			plain, _ := v.Unmark()
			if other := ids[plain.AsString()]; other != nil && other != c {
				out = append(out, v)
			}
		}
		if n.OrSet {
			out = append(out, s.setTexts(strings.Split(path, "."))...)
		}
	}
	if len(out) == 0 {
		return cty.EmptyTupleVal
	}
	return cty.TupleVal(out)
}

// within are the texts of an attribute, in all blocks on the way to it, and whether
// nothing of it is unknown or left out.
func (s *side) within(path string) (texts []cty.Value, known bool) {
	names := strings.Split(path, ".")
	_, known = s.values[names[0]]
	for _, v := range leaves(s.attribute(names[0]), names[1:]) {
		plain, _ := v.Unmark()
		switch {
		case !plain.IsKnown():
			known = false
		case !plain.IsNull() && plain.Type() == cty.String && plain.AsString() != "":
			texts = append(texts, v)
		}
	}
	return texts, known
}

// setTexts are the texts of an attribute that the configuration sets, block by block.
func (s *side) setTexts(names []string) (out []cty.Value) {
	if s.config == nil || s.config.Expressions == nil {
		return nil
	}
	var walk func(v cty.Value, names []string, set setting)
	walk = func(v cty.Value, names []string, set setting) {
		v, marks := v.Unmark()
		if !v.IsKnown() || v.IsNull() || !set.set {
			return
		}
		switch kind := v.Type(); {
		case kind.IsTupleType():
			for i, element := range v.AsValueSlice() {
				if at := set.element(i); at.told {
					walk(element.WithMarks(marks), names, at)
				}
			}
		case len(names) > 0 && kind.IsObjectType() && kind.HasAttribute(names[0]):
			walk(v.GetAttr(names[0]).WithMarks(marks), names[1:], set.key(names[0]))
		case len(names) == 0 && kind == cty.String && v.AsString() != "":
			out = append(out, v.WithMarks(marks))
		}
	}
	walk(s.attribute(names[0]), names[1:], s.configured(names[0]))
	return out
}

// leaves are the values at a path, in every element of every list on the way.
func leaves(v cty.Value, names []string) []cty.Value {
	v, marks := v.Unmark()
	if !v.IsKnown() || v.IsNull() {
		return []cty.Value{v}
	}
	switch kind := v.Type(); {
	case kind.IsTupleType():
		var out []cty.Value
		for _, element := range v.AsValueSlice() {
			out = append(out, leaves(element.WithMarks(marks), names)...)
		}
		return out
	case len(names) == 0:
		return []cty.Value{v.WithMarks(marks)}
	case kind.IsObjectType() && kind.HasAttribute(names[0]):
		return leaves(v.GetAttr(names[0]).WithMarks(marks), names[1:])
	}
	return nil
}

func (c *change) side(after bool) *side {
	if after {
		return c.sideAfter()
	}
	return c.sideBefore()
}

// on reports whether the resource is there on a side of its change.
func (c *change) on(after bool) bool {
	was, will, _ := c.sides()
	return after && will || !after && was
}

// related is what a mapping reads of other resources, on one side of a change.
type related struct {
	used    []*side // nil: there is none
	users   [][]*side
	planned []cty.Value
}

func (p *planFile) related(c *change, t *resourceType, s *side) (r related) {
	for _, u := range t.uses {
		r.used = append(r.used, p.used(c, s, u))
	}
	for _, u := range t.usedBy {
		r.users = append(r.users, p.users(c, s, u))
	}
	for _, n := range t.planned {
		r.planned = append(r.planned, p.planned(c, s, n))
	}
	return r
}

// write puts all that a mapping may read of it into a key.
func (r related) write(key *strings.Builder, t *resourceType) {
	for i, u := range t.uses {
		if r.used[i] != nil {
			r.used[i].write(key, u.attributes)
		}
		key.WriteByte(1)
	}
	for i, u := range t.usedBy {
		for _, s := range r.users[i] {
			s.write(key, u.Attributes)
			key.WriteByte(3)
		}
		key.WriteByte(1)
	}
	for _, values := range r.planned {
		for _, v := range values.AsValueSlice() {
			plain, marks := v.Unmark()
			key.WriteString(plain.AsString())
			key.WriteByte(byte(len(marks)))
			key.WriteByte(0)
		}
		key.WriteByte(1)
	}
}

// variables are what expressions read of it; null is what there is not.
func (r related) variables(t *resourceType, into map[string]cty.Value) {
	for i, u := range t.uses {
		into[u.Name] = cty.NullVal(cty.DynamicPseudoType)
		if r.used[i] != nil {
			into[u.Name] = r.used[i].object(u.attributes)
		}
	}
	for i, u := range t.usedBy {
		objects := make([]cty.Value, 0, len(r.users[i]))
		for _, s := range r.users[i] {
			objects = append(objects, s.object(u.Attributes))
		}
		into[u.Name] = cty.TupleVal(objects)
	}
	for i, n := range t.planned {
		into[n.Name] = r.planned[i]
	}
}
