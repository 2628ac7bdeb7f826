package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// Validate says everything that is wrong with a whole stack: unknown kinds and
// regions, names used twice, values that no longer fit their kind, and
// resources that miss another one.
func (c *Catalog) Validate(provider, region string, resources []project.Resource) []Fault {
	return c.check(provider, region, resources, len(resources) == 0, func(k Kind, r project.Resource) []Fault { return k.validate(region, r, resources) })
}

// writable says what keeps a root module from being written of resources that stand:
// what is not named as it must be, and kinds that are not there any more.
func (c *Catalog) writable(provider, region string, resources []project.Resource) []Fault {
	return c.check(provider, region, resources, true, func(k Kind, r project.Resource) []Fault { return k.checkName(r.Name) })
}

// check finds the faults of a stack, those of each resource by a function of its kind.
// What stands, or is only to be destroyed, may be anywhere, also where nobody can go any
// more.
func (c *Catalog) check(provider, region string, resources []project.Resource, anywhere bool, each func(Kind, project.Resource) []Fault) []Fault {
	p, ok := c.Provider(provider)
	if !ok {
		return []Fault{{Label: "Provider", Got: shown(provider), Expected: "one of " + c.providerNames()}}
	}
	var faults []Fault
	for _, name := range (project.Stack{Region: region}).With(resources) {
		if _, ok := p.Region(name); !ok && (!anywhere || !regionPattern.MatchString(name)) {
			faults = append(faults, Fault{Field: RegionField, Label: "Region", Got: shown(name), Expected: "one of " + p.regionNames()})
		}
	}
	seen := map[string]bool{}
	for _, r := range resources {
		if seen[r.Label()] {
			faults = append(faults, Fault{
				Resource: r.Label(), Field: NameField, Label: "Name", Expected: "There are two of this name: rename or remove one.",
			})
		}
		seen[r.Label()] = true
		k, ok := c.Kind(provider, r.Kind)
		if !ok {
			faults = append(faults, Fault{
				Resource: shown(r.Label()), Label: "Kind", Got: shown(r.Kind), Expected: "one of " + c.kindNames(provider),
			})
			continue
		}
		for _, f := range each(k, r) {
			f.Resource = r.Label()
			faults = append(faults, f)
		}
	}
	return faults
}

// validate checks one resource beside the others of its stack.
func (k Kind) validate(region string, r project.Resource, stack []project.Resource) []Fault {
	faults := k.checkName(r.Name)
	values := map[string]cty.Value{}
	var wrong []string
	for _, name := range slices.Sorted(maps.Keys(r.Values)) {
		v, ok := k.Variable(name)
		if !ok || !(v.Asked || v.choosable()) {
			faults = append(faults, Fault{
				Field: name, Label: shown(name), Expected: fmt.Sprintf("A %s no longer has this setting: edit the resource and save it again.", k.Name),
			})
			continue
		}
		if !v.Asked {
			continue
		}
		value, err := toCty(r.Values[name], v.ty)
		if err != nil || value.IsNull() || !value.IsWhollyKnown() {
			text, _ := display(r.Values[name])
			faults = append(faults, Fault{Field: name, Label: v.Label, Got: shown(text), Expected: v.expectation()})
			wrong = append(wrong, name)
			continue
		}
		values[name] = value
	}
	faults = append(faults, k.checkRegions(r, region, values, wrong)...)
	faults = append(faults, k.validateWires(r, stack)...)
	k.sortFaults(faults)
	return faults
}

// checkRegions evaluates what the module demands in each region in which the resource
// stands. What is wrong in the stack's own is said once.
func (k Kind) checkRegions(r project.Resource, home string, values map[string]cty.Value, wrong []string) []Fault {
	var faults []Fault
	for _, i := range instances(r, home) {
		for _, f := range k.checkRules(i, values, wrong) {
			known := slices.ContainsFunc(faults, func(said Fault) bool { return said.Field == f.Field && said.Expected == f.Expected })
			if known {
				continue
			}
			if !i.home {
				f.Expected = i.refusal(f)
			}
			faults = append(faults, f)
		}
	}
	return faults
}

// refusal says in which region, other than the stack's own, something is wrong, and of
// a name why it is another there.
func (i instance) refusal(f Fault) string {
	if f.Field != NameField {
		return f.Expected + " (in " + i.region + ")"
	}
	said := fmt.Sprintf("%s: %s is called so in %s. Give it another name, or leave %s out of the regions", strings.TrimSuffix(f.Expected, "."), i.Name, i.region, i.region)
	if f.isSentence() {
		said += "."
	}
	return said
}

// validateWires says what is missing or left open; the same lack is said once,
// however many variables feel it.
func (k Kind) validateWires(r project.Resource, stack []project.Resource) []Fault {
	var faults []Fault
	for _, v := range k.Variables {
		if !v.Wired {
			continue
		}
		_, fault := v.resolve(r, stack)
		if fault != nil && !slices.ContainsFunc(faults, func(f Fault) bool { return f.Expected == fault.Expected }) {
			faults = append(faults, *fault)
		}
	}
	return faults
}

func (c *Catalog) providerNames() string {
	var names []string
	for _, p := range c.providers {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

func (p Provider) regionNames() string {
	var names []string
	for _, r := range p.Regions {
		names = append(names, r.Name)
	}
	return strings.Join(names, ", ")
}
