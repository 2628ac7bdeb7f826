package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Place is a region as its provider said that it is.
type Place struct {
	Region   string
	Answered bool      // it was asked about: else Zones and Without say nothing
	Zones    []string  // nil: not asked
	Without  []string  // values of variables that are not sold there: compute_vm.size=cx23
	Fetched  time.Time // when it was asked about, or listed
}

// With is the catalog with what providers said of their regions in the place of what
// their modules come with, by provider. Of what nobody was asked, such as whole kinds,
// the modules' word stands; a region that they do not know has its name for a title.
func (c *Catalog) With(found map[string][]Place) *Catalog {
	out := &Catalog{providers: slices.Clone(c.providers), kinds: maps.Clone(c.kinds), problems: c.problems}
	for i, p := range out.providers {
		if len(found[p.Name]) == 0 {
			continue
		}
		p = p.with(found[p.Name])
		out.providers[i] = p
		kinds := slices.Clone(out.kinds[p.Name])
		for i := range kinds {
			kinds[i].provider = p
		}
		out.kinds[p.Name] = kinds
	}
	return out
}

// with puts the regions in the order of the modules, and those that are new after them.
func (p Provider) with(found []Place) Provider {
	known := p.Regions
	p.Regions = nil
	for _, place := range found {
		p.Regions = append(p.Regions, p.region(known, place))
	}
	rank := func(r Region) int {
		if i := slices.IndexFunc(known, func(k Region) bool { return k.Name == r.Name }); i >= 0 {
			return i
		}
		return len(known)
	}
	slices.SortFunc(p.Regions, func(a, b Region) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name))
	})
	if _, ok := p.Region(p.DefaultRegion); !ok {
		p.DefaultRegion = p.Regions[0].Name
	}
	return p
}

// region is what was known of a region with what was found.
func (p Provider) region(known []Region, found Place) Region {
	r := Region{Name: found.Region, Title: found.Region}
	if i := slices.IndexFunc(known, func(k Region) bool { return k.Name == found.Region }); i >= 0 {
		r = known[i]
	}
	r.Fetched = found.Fetched
	if !found.Answered {
		return r
	}
	if found.Zones != nil {
		r.Zones = found.Zones
	}
	without := slices.DeleteFunc(slices.Clone(r.Without), p.asks)
	r.Without = append(without, found.Without...)
	return r
}

// asks reports whether the provider is asked about the variable of an offer.
func (p Provider) asks(text string) bool {
	o := parseOffer(text)
	return p.places != nil && p.places.Each.Sold[o.kind+"."+o.variable] != ""
}

// mostLost is the part of what is known that a sound answer may lack.
const mostLost = 0.2

// Doubts says why an answer should not take the place of what is known without somebody
// having looked at it: the regions of the provider as they are in use, and as they
// would be.
func (c *Catalog) Doubts(provider string, next *Catalog) []string {
	was, _ := c.Provider(provider)
	is, _ := next.Provider(provider)
	var doubts []string
	if _, ok := is.Region(was.DefaultRegion); !ok {
		doubts = append(doubts, fmt.Sprintf("the default region %s is gone", was.DefaultRegion))
	}
	gone := func(what string, before, after []string) {
		lost := slices.DeleteFunc(slices.Clone(before), func(s string) bool { return slices.Contains(after, s) })
		if float64(len(lost)) > mostLost*float64(len(before)) {
			doubts = append(doubts, fmt.Sprintf("%d of %d %s are gone: %s", len(lost), len(before), what, few(lost)))
		}
	}
	gone("regions", was.names(), is.names())
	gone("zones", was.zones(is), is.zones(was))
	gone("sizes", c.sold(was, is), next.sold(is, was))
	for _, r := range is.Regions {
		for _, name := range is.soldNames() {
			if next.sellsNone(is, r, name) {
				doubts = append(doubts, fmt.Sprintf("no %s is sold in %s", name, r.Name))
			}
		}
	}
	return doubts
}

func (p Provider) names() []string {
	names := make([]string, len(p.Regions))
	for i, r := range p.Regions {
		names[i] = r.Name
	}
	return names
}

// zones are those of the regions that another list of them has too.
func (p Provider) zones(other Provider) []string {
	var zones []string
	for _, r := range p.Regions {
		if o, ok := other.Region(r.Name); !ok || o.Zones == nil {
			continue
		}
		for _, z := range r.Zones {
			zones = append(zones, r.Name+"/"+z)
		}
	}
	return zones
}

// sold is what can be had in the regions that another list of them has too, of what the
// provider is asked about.
func (c *Catalog) sold(p, other Provider) []string {
	var sold []string
	for _, r := range p.Regions {
		if _, ok := other.Region(r.Name); !ok {
			continue
		}
		for _, name := range p.soldNames() {
			for _, o := range c.offers(p, name) {
				if !r.lacks(o) {
					sold = append(sold, r.Name+"/"+o.String())
				}
			}
		}
	}
	return sold
}

// offers are the values of a variable, by kind.variable.
func (c *Catalog) offers(p Provider, name string) []offer {
	o := parseOffer(name)
	k, _ := c.Kind(p.Name, o.kind)
	v, _ := k.Variable(o.variable)
	var all []offer
	for _, value := range v.choices() {
		all = append(all, offer{o.kind, o.variable, value})
	}
	return all
}

func (c *Catalog) sellsNone(p Provider, r Region, name string) bool {
	all := c.offers(p, name)
	return len(all) > 0 && !slices.ContainsFunc(all, func(o offer) bool { return !r.lacks(o) })
}

// few are the first of many names, in words.
func few(names []string) string {
	const most = 8
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
}
