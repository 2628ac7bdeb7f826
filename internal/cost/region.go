package cost

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/cloud-engine/cloudengine/internal/plan"
)

// Regions as AWS and Google Cloud write them. A zone begins with its region.
var (
	awsRegion = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d+`)
	gcpRegion = regexp.MustCompile(`^[a-z]+-[a-z]+\d+`)
)

// whereabout is an attribute that tells where a resource is.
type whereabout struct {
	attribute string
	part      func(string) string // of the attribute, that is the region
	// Where it is unknown until apply, so is the region: the provider block may say
	// another. A zone is always one of the provider's region.
	decides bool
}

func whole(s string) string { return s }

var whereabouts = map[string][]whereabout{
	"aws": {
		{"region", whole, true},
		{"availability_zone", awsRegion.FindString, false},
		{"arn", arnRegion, false},
	},
	"gcp": {
		{"region", whole, true},
		{"zone", gcpRegion.FindString, true},
		{"location", gcpRegion.FindString, true},
	},
	"azure": {{"location", whole, true}},
}

// arnRegion is the region of arn:partition:service:region:account:resource.
func arnRegion(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	return parts[3]
}

// canonicalRegion is a region as price lists write it, empty for what is none.
// Azure knows "West Europe" and "westeurope", Google Cloud URLs that end in one.
func canonicalRegion(provider, region string) string {
	switch region = strings.TrimSpace(region); provider {
	case "azure":
		return strings.ToLower(strings.ReplaceAll(region, " ", ""))
	case "gcp":
		return region[strings.LastIndexByte(region, '/')+1:]
	case "aws":
		if region != Global && !awsRegion.MatchString(region) {
			return ""
		}
	}
	return region
}

// regionOf finds where a resource is: by its mapping, its attributes, its provider
// block, the name of its module, or the caller's default, in that order. The note says
// that it was assumed.
func (e *estimator) regionOf(c *change, s *side, provider, mapped string) (region, note string) {
	if mapped != "" {
		return canonicalRegion(provider, mapped), ""
	}
	for _, w := range whereabouts[provider] {
		v, _ := s.attribute(w.attribute).UnmarkDeep()
		if !v.IsKnown() && w.decides {
			return "", ""
		}
		if !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
			continue
		}
		if r := canonicalRegion(provider, w.part(v.AsString())); r != "" {
			return r, ""
		}
	}
	if r := canonicalRegion(provider, e.plan.providerRegion(provider, c)); r != "" {
		return r, ""
	}
	if r := e.namedRegion(provider, c); r != "" {
		return r, ""
	}
	if e.Region != "" {
		r := cmp.Or(canonicalRegion(provider, e.Region), e.Region) // what is none is named as unknown
		return r, "region " + e.Region + ": the plan names none"
	}
	return "", ""
}

// namedRegion is the region that the name of a resource's module ends in, as those of
// stacks in several regions do: the blocks of what is no longer configured disagree
// there. As a name may end in anything, it must be a region of a price list or a block.
func (e *estimator) namedRegion(provider string, c *change) string {
	_, named := plan.ResourceOf(c.Address)
	region := canonicalRegion(provider, named)
	if region == "" || !e.Book.covers(provider, region) && !slices.Contains(e.plan.blockRegions(provider, c.Provider), region) {
		return ""
	}
	return region
}

// providerRegion is the region of the provider block that a resource is made
// through. One that is no longer configured was made through one of those of its
// provider: they have to agree.
func (p *planFile) providerRegion(provider string, c *change) string {
	if c.config != nil && c.config.ProviderKey != "" {
		return p.blockRegion(provider, c.config.ProviderKey)
	}
	at := [2]string{provider, c.Provider}
	r, ok := p.agreed[at]
	if !ok {
		r = p.agreedRegion(provider, c.Provider)
		p.agreed[at] = r
	}
	return r
}

// agreedRegion is that of all blocks of a provider; empty where they disagree.
func (p *planFile) agreedRegion(provider, fullName string) string {
	regions := p.blockRegions(provider, fullName)
	if slices.Sort(regions); len(slices.Compact(regions)) != 1 {
		return ""
	}
	return regions[0]
}

// blockRegions are those of the blocks of a provider, in no order; empty where a block
// does not tell.
func (p *planFile) blockRegions(provider, fullName string) []string {
	var regions []string
	for key, block := range p.Configuration.Providers {
		if block.FullName == fullName && fullName != "" {
			regions = append(regions, p.blockRegion(provider, key))
		}
	}
	return regions
}

func (p *planFile) blockRegion(provider, key string) string {
	if r, ok := p.resolved[[2]string{provider, key}]; ok {
		return r
	}
	block := p.Configuration.Providers[key]
	m := p.modules[withoutIndexes(block.Module)]
	r := p.resolve(block.Expressions["region"], m, maxDepth)
	if r == "" && provider == "gcp" {
		r = gcpRegion.FindString(p.resolve(block.Expressions["zone"], m, maxDepth))
	}
	p.resolved[[2]string{provider, key}] = r
	return r
}

// resolve follows an expression to a text: a constant, or a variable that the plan
// or a caller gives a value. Empty for all else: what an expression makes of
// several values, the plan does not tell.
func (p *planFile) resolve(raw json.RawMessage, m *configModule, depth int) string {
	var e struct {
		Constant   any      `json:"constant_value"`
		References []string `json:"references"`
	}
	if len(raw) == 0 || m == nil || depth == 0 || decode(raw, &e) != nil {
		return ""
	}
	if text, ok := e.Constant.(string); ok {
		return text
	}
	if len(e.References) == 0 {
		return ""
	}
	path := strings.Split(e.References[0], ".")
	for _, other := range e.References { // var.a.b comes with var.a
		if other != e.References[0] && !strings.HasPrefix(e.References[0], other+".") {
			return ""
		}
	}
	if len(path) < 2 || path[0] != "var" {
		return ""
	}
	if m.parent == nil {
		return textAt(p.Variables[path[1]].Value, path[2:])
	}
	if argument, ok := m.arguments[path[1]]; ok {
		if len(path) > 2 {
			var object struct {
				Constant any `json:"constant_value"`
			}
			_ = decode(argument, &object)
			return textAt(object.Constant, path[2:])
		}
		return p.resolve(argument, m.parent, depth-1)
	}
	if v := m.Variables[path[1]]; v != nil {
		return textAt(v.Default, path[2:])
	}
	return ""
}

func textAt(v any, path []string) string {
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	text, _ := v.(string)
	return text
}

// RegionError says that a region is in no price list.
type RegionError struct {
	Region string
	Known  map[string][]string // by provider, those most alike first
}

// mostRegions is how many regions of a provider an error names.
const mostRegions = 8

func (e *RegionError) Error() string {
	text := fmt.Sprintf("no price list has a region %s", printable(e.Region))
	for _, provider := range slices.Sorted(maps.Keys(e.Known)) {
		known := e.Known[provider]
		named := known[:min(len(known), mostRegions)]
		text += fmt.Sprintf("; there are, of %s: %s", provider, strings.Join(named, ", "))
		if left := len(known) - len(named); left > 0 {
			text += fmt.Sprintf(" and %d more", left)
		}
	}
	return text
}

// CheckRegion fails with a RegionError if no price list knows the region, for any
// provider that the estimate has resources of; for any at all if it has none.
func (b *Book) CheckRegion(e Estimate, region string) error {
	known := b.regionsOf(e)
	for provider, regions := range known {
		if slices.Contains(regions, canonicalRegion(provider, region)) {
			return nil
		}
		slices.SortFunc(regions, func(x, y string) int {
			return cmp.Or(alike(region, y)-alike(region, x), strings.Compare(x, y))
		})
	}
	return &RegionError{Region: region, Known: known}
}

// regionsOf are the regions of the providers of an estimate, in no order.
func (b *Book) regionsOf(e Estimate) map[string][]string {
	m, err := embedded()
	if err != nil || b == nil {
		return nil
	}
	wanted := map[string]bool{}
	for _, r := range e.Resources {
		if t := m.types[r.Type]; t != nil {
			wanted[t.provider] = true
		}
	}
	known := map[string][]string{}
	for at := range b.regions {
		if provider, region := at[0], at[1]; region != Global && (wanted[provider] || len(wanted) == 0) {
			known[provider] = append(known[provider], region)
		}
	}
	return known
}

// alike is how many letters two names begin with in common.
func alike(x, y string) int {
	n := 0
	for n < min(len(x), len(y)) && x[n] == y[n] {
		n++
	}
	return n
}
