package catalog

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/cloud-engine/cloudengine/internal/project"
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

// Lacks says what a resource of k is to have that cannot be had in one of the regions:
// the kind itself, or values of its variables, defaults among them.
func (k Kind) Lacks(r project.Resource, regions ...string) []Fault {
	var faults []Fault
	for _, region := range regions {
		if at, ok := k.provider.Region(region); ok { // else it is refused as a region
			faults = append(faults, k.lacks(r, at)...)
		}
	}
	k.sortFaults(faults)
	return faults
}

func (k Kind) lacks(r project.Resource, at Region) []Fault {
	if at.lacks(offer{kind: k.Name}) {
		return []Fault{{Resource: r.Label(), Label: "Kind", Got: k.Name, Expected: "offered in " + at.Name}}
	}
	var faults []Fault
	for _, v := range k.Variables {
		if !v.Asked || !v.enumerated() {
			continue
		}
		value, given := r.Values[v.Name]
		if !given {
			value = v.Default
		}
		if text, ok := display(value); ok && !k.provider.offers(at, k, v, text) {
			faults = append(faults, Fault{Resource: r.Label(), Field: v.Name, Label: v.Label, Got: v.word(text), Expected: k.instead(at, v)})
		}
	}
	return faults
}

// Lacking says what of a stack's resources cannot be had where they are to stand. What
// stands there already may stay as it is: what is no longer sold runs on.
func (c *Catalog) Lacking(provider, home string, resources, standing []project.Resource) []Fault {
	stands := map[Fault]bool{}
	for _, r := range standing {
		for _, f := range c.lacking(provider, home, r) {
			stands[f] = true
		}
	}
	var faults []Fault
	for _, r := range resources {
		for _, f := range c.lacking(provider, home, r) {
			if !stands[f] {
				faults = append(faults, f)
			}
		}
	}
	return faults
}

func (c *Catalog) lacking(provider, home string, r project.Resource) []Fault {
	k, ok := c.Kind(provider, r.Kind)
	if !ok {
		return nil
	}
	var regions []string
	for _, i := range instances(r, home) {
		regions = append(regions, i.region)
	}
	return k.Lacks(r, regions...)
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

// checkPlaces names what regions lack, and what is asked about them, that nobody has: a
// mistake that would show as an offer that cannot be had. Kinds that come from elsewhere
// than provider.json may have other variables than it knows.
func (d *providerDraft) checkPlaces(kinds []Kind) []Problem {
	p := problems{source: d.source}
	file := path.Join(d.provider.Name, providerFile)
	for _, r := range d.provider.Regions {
		for _, text := range r.Without {
			o := parseOffer(text)
			v, why := d.variable(kinds, o)
			switch {
			case why == "" && o.String() != text:
				why = "a value of a variable is written kind.variable=value"
			case why == "" && v != nil && !slices.Contains(v.choices(), o.value):
				why = fmt.Sprintf("%q is no value of %q: one of %s", o.value, o.variable, strings.Join(v.choices(), ", "))
			}
			if why != "" {
				p.file(file, "region %q is without %q, but %s", r.Name, text, why)
			}
		}
	}
	for _, name := range d.provider.soldNames() {
		if _, why := d.variable(kinds, parseOffer(name)); why != "" {
			p.file(file, "places: %q is asked for, but %s", name, why)
		}
	}
	return p.list
}

// variable finds the one of an offer, nil where there is none to look at, and says why
// there can be none with such values.
func (d *providerDraft) variable(kinds []Kind, o offer) (*Variable, string) {
	m, ok := d.kinds[o.kind]
	if !ok {
		return nil, fmt.Sprintf("there is no kind %q", o.kind)
	}
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == o.kind })
	if i < 0 || m.source != d.source || o.variable == "" {
		return nil, ""
	}
	v, ok := kinds[i].Variable(o.variable)
	switch {
	case !ok:
		return nil, fmt.Sprintf("%s has no variable %q", o.kind, o.variable)
	case !v.enumerated():
		return nil, fmt.Sprintf("%q of %s has no list of values", o.variable, o.kind)
	}
	return &v, ""
}
