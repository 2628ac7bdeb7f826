package cost

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// consistence is what one side of a resource consists of, as its mapping says:
// before anything of it has a price.
type consistence struct {
	region      string // that the mapping tells
	items       []item
	free        string // what it is, where there are no items
	assumptions []string
}

// item is one thing to be paid for, or the reason why it cannot be told.
type item struct {
	part     *part
	label    string
	key      string
	region   string // of its price, where it is another than the resource's
	quantity *decimal.Decimal
	copies   decimal.Decimal // each of the quantity
	reason   string
}

// consist evaluates the mapping of a resource. Resources of which a mapping reads
// the same, such as those of one count, are evaluated once.
func (e *estimator) consist(c *change, t *resourceType, s *side) *consistence {
	others := e.plan.related(c, t, s)
	var key strings.Builder
	key.WriteString(t.name)
	s.write(&key, t.attributes)
	others.write(&key, t)
	if made, ok := e.made[key.String()]; ok {
		return made
	}
	v := newScope(t, s, others)
	made := &consistence{free: t.name}
	if t.region != nil {
		made.region = v.text(t.region)
	}
	for i := range t.parts {
		made.items = append(made.items, v.items(&t.parts[i])...)
	}
	if t.free != nil {
		made.free = v.text(t.free)
	}
	made.assumptions = v.assumptions
	e.made[key.String()] = made
	return made
}

// write puts all that a mapping may read of a side into a key.
func (s *side) write(key *strings.Builder, attributes []string) {
	for _, name := range attributes {
		key.WriteString(s.values[name])
		key.WriteByte(0)
		key.WriteString(s.sensitive[name])
		key.WriteByte(0)
		if unknown := s.unknown[name]; len(unknown) > 0 {
			key.WriteString(unknown)
			if s.config != nil {
				key.Write(s.config.Expressions[name])
			}
		}
		key.WriteByte(0)
	}
	for _, is := range []bool{s.allUnknown, s.allSensitive, s.config == nil || s.config.Expressions == nil} {
		if is {
			key.WriteByte(2)
		}
		key.WriteByte(1)
	}
}

// items are those of one part: none, one, or one per element. Of what the elements are
// not known it is said once, not for every part of each.
func (v *scope) items(p *part) []item {
	scopes := []*scope{v}
	if p.forEach != nil {
		elements, reason := v.elements(p.forEach)
		switch {
		case slices.Contains(v.unlisted, reason):
			return nil
		case reason != "":
			v.unlisted = append(v.unlisted, reason)
			return []item{v.refuse(p, reason)}
		}
		scopes = nil
		for _, element := range elements {
			scopes = append(scopes, v.with(element))
		}
	}
	var out []item
	for _, v := range scopes {
		holds, reason := true, ""
		if p.when != nil {
			holds, reason = v.holds(p.when)
		}
		switch {
		case reason != "":
			out = append(out, v.refuse(p, reason))
		case holds:
			out = append(out, v.item(p))
		}
	}
	return out
}

func (v *scope) refuse(p *part, reason string) item {
	label := v.text(p.label)
	if label == "" {
		label = strings.ReplaceAll(p.id, "_", " ")
	}
	return item{part: p, label: printable(label), reason: printable(reason)}
}

func (v *scope) item(p *part) item {
	out := v.refuse(p, "")
	if out.key, out.reason = v.string(p.key); out.reason != "" {
		return v.refuse(p, out.reason)
	}
	if p.region != nil {
		if out.region, out.reason = v.string(p.region); out.reason != "" {
			return v.refuse(p, out.reason)
		}
	}
	if !p.usage {
		q, reason := v.number(p.quantity)
		if reason != "" {
			return v.refuse(p, reason)
		}
		out.quantity, out.copies = &q, decimal.NewFromInt(1)
		if p.copies != nil {
			if out.copies, reason = v.number(p.copies); reason != "" {
				return v.refuse(p, reason)
			}
		}
	}
	return out
}
