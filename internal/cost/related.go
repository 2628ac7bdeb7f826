package cost

import (
	"encoding/json"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

func (c *change) sideBefore() *side {
	if c.before == nil {
		c.before = newSide(c.Change.Before, nil, c.Change.BeforeSensitive, c.config)
	}
	return c.before
}

func (c *change) sideAfter() *side {
	if c.after == nil {
		c.after = newSide(c.Change.After, c.Change.Unknown, c.Change.AfterSensitive, c.config)
	}
	return c.after
}

// used is the resource that another refers to through an attribute, as it is on
// the same side of the change; nil when the plan has none.
func (p *planFile) used(c *change, s *side, u use) *side {
	after := s == c.after
	for _, path := range u.Through {
		found := p.referred(c, u.Type, path)
		if found == nil {
			found = p.identified(s, u, path, after)
		}
		if found == nil {
			continue
		}
		if found.on(after) {
			return found.side(after)
		}
	}
	return nil
}

// referred follows the configuration: the expression of the attribute names the
// resource, in the same module.
func (p *planFile) referred(c *change, kind, path string) *change {
	if c.config == nil {
		return nil
	}
	for _, reference := range references(c.config.Expressions, strings.Split(path, ".")) {
		name, ok := strings.CutPrefix(reference, kind+".")
		if !ok {
			continue
		}
		name, _, _ = strings.Cut(withoutIndexes(name), ".")
		if found := p.managed[[3]string{c.Module, kind, name}].like(c); found != nil {
			return found
		}
	}
	return nil
}

// instances are the resources of one block of the configuration.
type instances struct {
	only    *change // nil: there are several
	byIndex map[string]*change
}

func (i *instances) add(c *change) {
	if i.byIndex == nil {
		i.only, i.byIndex = c, map[string]*change{}
	} else {
		i.only = nil
	}
	if _, ok := i.byIndex[string(c.Index)]; !ok {
		i.byIndex[string(c.Index)] = c
	}
}

// like is the only one, or the one of the same index.
func (i *instances) like(c *change) *change {
	switch {
	case i == nil:
		return nil
	case i.only != nil || len(c.Index) == 0:
		return i.only
	}
	return i.byIndex[string(c.Index)]
}

// references are what the expression of an attribute refers to.
func references(expressions map[string]json.RawMessage, path []string) []string {
	raw := expressions[path[0]]
	for _, name := range path[1:] {
		var blocks []map[string]json.RawMessage
		var block map[string]json.RawMessage
		if decode(raw, &blocks) == nil && len(blocks) > 0 {
			block = blocks[0]
		} else if decode(raw, &block) != nil {
			return nil
		}
		raw = block[name]
	}
	var e struct {
		References []string `json:"references"`
	}
	if len(raw) == 0 || decode(raw, &e) != nil {
		return nil
	}
	return e.References
}

// identified finds the resource of a type whose id, ARN or name is the
// attribute's value.
func (p *planFile) identified(s *side, u use, path string, after bool) *change {
	names := strings.Split(path, ".")
	v := s.attribute(names[0])
	for _, name := range names[1:] {
		v, _ = v.Unmark()
		v, _ = step(v, name)
	}
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return nil
	}
	return p.identities(identity{u.Type, identifying(u.As), after})[v.AsString()]
}

// identity is by what resources are found: those of a type, on one side of their
// changes.
type identity struct {
	kind, as string // as: attributes, separated by spaces
	after    bool
}

// identifying are the attributes that identify a resource: those that a mapping
// names, or those that providers have for it.
func identifying(as []string) string {
	if len(as) == 0 {
		return "id arn name self_link"
	}
	return strings.Join(as, " ")
}

// identities are a type's resources by what identifies them, each found once for the
// whole plan; of several that have the same, the first.
func (p *planFile) identities(of identity) map[string]*change {
	found, ok := p.known[of]
	if ok {
		return found
	}
	found = map[string]*change{}
	for _, c := range p.Changes {
		if c == nil || c.Type != of.kind || c.Mode == "data" {
			continue
		}
		s := c.side(of.after)
		for _, name := range strings.Fields(of.as) {
			v, _ := s.attribute(name).Unmark()
			if !v.IsKnown() || v.IsNull() || v.Type() != cty.String || v.AsString() == "" {
				continue
			}
			if _, ok := found[v.AsString()]; !ok {
				found[v.AsString()] = c
			}
		}
	}
	p.known[of] = found
	return found
}
