package catalog

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// zoneVariable is the variable whose choices are the zones of a region, with others
// beside them that are no zone, such as any.
const zoneVariable = "zone"

// offer is a kind, or one value of a variable of it, as a provider.json writes it:
// container_service, or compute_vm.size=cx23.
type offer struct{ kind, variable, value string }

func parseOffer(text string) offer {
	name, value, _ := strings.Cut(text, "=")
	kind, variable, _ := strings.Cut(name, ".")
	return offer{kind, variable, value}
}

func (o offer) String() string {
	if o.variable == "" {
		return o.kind
	}
	return o.kind + "." + o.variable + "=" + o.value
}

// lacks reports whether an offer is not made in the region.
func (r Region) lacks(o offer) bool { return slices.Contains(r.Without, o.String()) }

// hasZone reports whether the region has a zone; also where it is not known.
func (r Region) hasZone(name string) bool { return r.Zones == nil || slices.Contains(r.Zones, name) }

// isZone reports whether the provider has a zone of this name anywhere.
func (p Provider) isZone(name string) bool {
	return slices.ContainsFunc(p.Regions, func(r Region) bool { return slices.Contains(r.Zones, name) })
}

// offers reports whether a value of a variable of k can be had in a region.
func (p Provider) offers(r Region, k Kind, v Variable, value string) bool {
	if v.Name == zoneVariable && p.isZone(value) && !r.hasZone(value) {
		return false
	}
	return !r.lacks(offer{k.Name, v.Name, value})
}

// checkPlace says what cannot be had where a resource is to stand: its kind, or values
// of its variables, defaults among them. wrong are those that are no values at all.
func (k Kind) checkPlace(region string, values map[string]cty.Value, wrong []string) []Fault {
	r, ok := k.provider.Region(region)
	if !ok { // not known yet, or refused as a region
		return nil
	}
	if r.lacks(offer{kind: k.Name}) {
		return []Fault{{Label: "Kind", Got: k.Name, Expected: "offered in " + region}}
	}
	var faults []Fault
	for _, v := range k.Variables {
		if !v.Asked || slices.Contains(wrong, v.Name) {
			continue
		}
		value, given := values[v.Name]
		if !given {
			value = v.otherwise()
		}
		text, ok := display(fromCty(value))
		if ok && v.enumerated() && !k.provider.offers(r, k, v, text) {
			faults = append(faults, Fault{Field: v.Name, Label: v.Label, Got: v.word(text), Expected: k.instead(r, v)})
		}
	}
	return faults
}

// instead says where a value is not to be had, and what is there.
func (k Kind) instead(r Region, v Variable) string {
	what := "sold in " + r.Name
	switch {
	case v.Name == zoneVariable:
		what = "a zone of " + r.Name
	case v.ty == cty.Bool:
		what = "possible in " + r.Name
	}
	var there []string
	for _, value := range v.choices() {
		if k.provider.offers(r, k, v, value) {
			there = append(there, v.word(value))
		}
	}
	if len(there) == 0 {
		return what
	}
	return what + ". There: " + strings.Join(there, ", ")
}

// enumerated reports whether the values of v can be listed.
func (v *Variable) enumerated() bool { return len(v.choices()) > 0 }

// choices are the values of v, as display writes them; none where it is open.
func (v *Variable) choices() []string {
	if v.ty == cty.Bool {
		return []string{"true", "false"}
	}
	values := make([]string, len(v.Options))
	for i, o := range v.Options {
		values[i] = o.Value
	}
	return values
}

// word is one of the values as people say it.
func (v *Variable) word(value string) string {
	switch {
	case v.ty == cty.Bool && value == "true":
		return "yes"
	case v.ty == cty.Bool:
		return "no"
	}
	return value
}

// checkPlaces names what regions lack and what nobody has: a mistake that would show as
// an offer that cannot be had. Kinds that come from elsewhere than provider.json may
// have other variables than it knows.
func (d *providerDraft) checkPlaces(kinds []Kind) []Problem {
	p := problems{source: d.source}
	for _, r := range d.provider.Regions {
		for _, text := range r.Without {
			if why := d.misnamed(kinds, text); why != "" {
				p.file(path.Join(d.provider.Name, providerFile), "region %q is without %q, but %s", r.Name, text, why)
			}
		}
	}
	return p.list
}

// misnamed says why nothing is offered under a text; "" where something is.
func (d *providerDraft) misnamed(kinds []Kind, text string) string {
	o := parseOffer(text)
	m, ok := d.kinds[o.kind]
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == o.kind })
	switch {
	case !ok:
		return fmt.Sprintf("there is no kind %q", o.kind)
	case o.String() != text:
		return "a value of a variable is written kind.variable=value"
	case i < 0 || m.source != d.source || o.variable == "":
		return ""
	}
	v, ok := kinds[i].Variable(o.variable)
	switch {
	case !ok:
		return fmt.Sprintf("%s has no variable %q", o.kind, o.variable)
	case !v.enumerated():
		return fmt.Sprintf("%q of %s has no list of values", o.variable, o.kind)
	case !slices.Contains(v.choices(), o.value):
		return fmt.Sprintf("%q is no value of %q: one of %s", o.value, o.variable, strings.Join(v.choices(), ", "))
	}
	return ""
}
