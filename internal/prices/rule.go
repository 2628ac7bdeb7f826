package prices

import (
	"regexp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

// rule says which rows of a provider's list are the price of one canonical key. A row
// that fits no rule is of nothing that is estimated.
type rule struct {
	service string
	// where holds, for fields of the row, what the whole field must match.
	where map[string]string
	// key is made of the row: {Field} stands for a field, {name} for a group of that
	// name in where.
	key   string
	words map[string]string // the provider's, which stand in a key as ours
	unit  string            // canonical
	// from and to are the tier that the price is for, where that is told by the row's
	// name; 0 and 0: the row tells.
	from, to int64
	// unseen rules are for rows of which none was recorded (testdata, and the price
	// lists that the embedded one is made of).
	unseen bool
}

// ruleset is rules, ready for use.
type ruleset []compiled

type compiled struct {
	rule
	where  map[string]*regexp.Regexp
	groups map[string]bool
}

// compile panics where a rule of ours cannot be read: any test finds it.
func compile(rules []rule) ruleset {
	var set ruleset
	for _, r := range rules {
		c := compiled{rule: r, where: map[string]*regexp.Regexp{}, groups: map[string]bool{}}
		for field, pattern := range r.where {
			c.where[field] = regexp.MustCompile("^(?:" + pattern + ")$")
			for _, group := range c.where[field].SubexpNames() {
				c.groups[group] = true
			}
		}
		set = append(set, c)
	}
	return set
}

var placeholder = regexp.MustCompile(`\{[^}]+\}`)

// services are those that there are rules of, in the rules' order.
func (s ruleset) services() []string {
	var names []string
	for _, c := range s {
		if !slices.Contains(names, c.service) {
			names = append(names, c.service)
		}
	}
	return names
}

// fields are what the rules of a service look at.
func (s ruleset) fields(service string) []string {
	var names []string
	for _, c := range s {
		if c.service != service {
			continue
		}
		for name := range c.where {
			names = append(names, name)
		}
		for _, p := range placeholder.FindAllString(c.key, -1) {
			if name := strings.Trim(p, "{}"); !c.groups[name] {
				names = append(names, name)
			}
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(names)))
}

// fit returns the first rule that a row fits, and its keys.
func (s ruleset) fit(service string, field func(name string) string) (*compiled, []string) {
	for i := range s {
		if s[i].service == service {
			if key, ok := s[i].fit(field); ok {
				return &s[i], each(key)
			}
		}
	}
	return nil, nil
}

// each spells out a key that has several words in a place.
func each(key string) []string {
	parts := strings.Split(key, "/")
	for i, part := range parts {
		if !strings.Contains(part, "|") {
			continue
		}
		var list []string
		for word := range strings.SplitSeq(part, "|") {
			parts[i] = word
			list = append(list, strings.Join(parts, "/"))
		}
		return list
	}
	return []string{strings.Clone(key)} // not of a row that is read over
}

func (c *compiled) fit(field func(name string) string) (key string, ok bool) {
	groups := map[string]string{}
	for name, pattern := range c.where {
		m := pattern.FindStringSubmatch(field(name))
		if m == nil {
			return "", false
		}
		for i, group := range pattern.SubexpNames() {
			if group != "" {
				groups[group] = m[i]
			}
		}
	}
	ok = true
	key = placeholder.ReplaceAllStringFunc(c.key, func(p string) string {
		name := strings.Trim(p, "{}")
		value, grouped := groups[name]
		if !grouped {
			value = field(name)
		}
		if word, known := c.words[value]; known {
			return word
		}
		ok = ok && value != ""
		return value
	})
	return key, ok
}

// units say what a provider's unit is in ours, by both names. A pair that is not among
// them is not a price of what the rule is for.
type units map[[2]string]ratio

// ratio turns a price per unit of theirs into one per unit of ours.
type ratio struct{ times, by int64 }

var same = ratio{1, 1}

// canonical brings a price, and the amounts from which it holds, to our unit.
func (u units) canonical(theirs, ours string, p *cost.Price) bool {
	r, ok := u[[2]string{theirs, ours}]
	if !ok {
		return false
	}
	p.Unit = ours
	if r != same {
		times, by := decimal.NewFromInt(r.times), decimal.NewFromInt(r.by)
		p.USD = p.USD.Mul(times).DivRound(by, places)
		p.TierStart, p.TierEnd = p.TierStart.Mul(by).DivRound(times, places), p.TierEnd.Mul(by).DivRound(times, places)
	}
	return true
}

// places after the point, to which a price that goes on without end is rounded: no
// bill would show them.
const places = 18
