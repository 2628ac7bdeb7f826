package catalog

import (
	"slices"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// Regional reports whether there is one of the kind in each region of its stack, as
// there is of all whose module takes the region. Of others there is one.
func (k Kind) Regional() bool {
	return slices.ContainsFunc(k.Variables, func(v Variable) bool { return v.role == roleEngine && v.Name == "region" })
}

// In places resources in the regions of their stack, its own first: each in all of
// them, or once, as its kind says.
func (c *Catalog) In(provider string, regions []string, resources []project.Resource) []project.Resource {
	placed := slices.Clone(resources)
	for i, r := range placed {
		placed[i].Regions = nil
		if k, ok := c.Kind(provider, r.Kind); ok && k.Regional() && len(regions) > 1 {
			placed[i].Regions = regions
		}
	}
	return placed
}

// instance is a resource in one region: a call of its module.
type instance struct {
	project.Resource
	region string
	home   bool // the region is the stack's own
}

// instances are those of a resource, the one in the stack's own region first.
func instances(r project.Resource, home string) []instance {
	if len(r.Regions) == 0 {
		return []instance{{r, home, true}}
	}
	all := make([]instance, len(r.Regions))
	for i, region := range r.Regions {
		all[i] = instance{r, region, region == home}
	}
	return all
}

// module is what the root module calls it.
func (i instance) module() string {
	if i.home {
		return ModuleName(i.Kind, i.Name, "")
	}
	return ModuleName(i.Kind, i.Name, i.region)
}

// called is its name in the cloud, where a name may stand for one thing in all
// regions together.
func (i instance) called() string {
	if i.home {
		return i.Name
	}
	return i.Name + "-" + i.region
}

// wired refers to the outputs of the resources that v is wired to: those in the same
// region, or the only ones that there are. What is there once, and can be wired to
// many, is wired to those of all regions.
func (i instance) wired(v Variable, in Composition) any {
	labels, _ := v.resolve(i.Resource, in.Resources) // where it finds a fault there are none
	var refs []string
	for _, label := range labels {
		at := slices.IndexFunc(in.Resources, func(r project.Resource) bool { return r.Label() == label })
		for _, other := range instances(in.Resources[at], in.Region) {
			here := other.region == i.region || other.home && len(other.Regions) == 0
			if here || v.wire.many && len(i.Regions) == 0 {
				refs = append(refs, reference("module", other.module(), v.wire.output))
			}
		}
	}
	switch {
	case len(refs) == 0:
		return nil
	case v.wire.many:
		return refs
	}
	return refs[0]
}
