package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// places is how a provider is asked which regions it has and what there is in each, in
// Terraform's JSON syntax: data sources, and expressions that make lists of names of
// what they say. In a text {region} stands for the region that is asked about, which is
// the default one where all are.
type places struct {
	Data    map[string]any `json:"data"`
	Regions string         `json:"regions"`
	Usable  string         `json:"usable"` // by whoever asks; empty: all
	Each    eachPlace      `json:"each"`
}

// eachPlace is what is asked about every region that can be used.
type eachPlace struct {
	Data  map[string]any    `json:"data"`
	Zones string            `json:"zones"` // as the variable zone has them; empty: not asked
	Sold  map[string]string `json:"sold"`  // values of variables, by kind.variable
}

// The outputs of the questions.
const (
	regionsOutput = "regions"
	usableOutput  = "usable"
	zonesOutput   = "zones"
	soldOutput    = "sold"
)

func (p *places) check() error {
	switch {
	case p == nil:
		return nil
	case p.Regions == "":
		return errors.New("places: it is not said what the regions are")
	case p.Each.Zones == "" && len(p.Each.Sold) == 0:
		return errors.New("places: nothing is asked about each region")
	}
	for name := range p.Each.Sold {
		if kind, variable, _ := strings.Cut(name, "."); !folderPattern.MatchString(kind) || !identifier.MatchString(variable) {
			return fmt.Errorf("places: %q is not written kind.variable", name)
		}
	}
	return nil
}

// soldNames are the variables that the provider is asked about, as kind.variable.
func (p Provider) soldNames() []string {
	if p.places == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(p.places.Each.Sold))
}

// KnowsPlaces reports whether the provider can be asked for its regions.
func (p Provider) KnowsPlaces() bool { return p.places != nil }

// AskRegions is a configuration whose plan asks the provider for its regions, and
// changes nothing.
func (p Provider) AskRegions() (Composed, error) {
	outputs := map[string]any{regionsOutput: p.places.Regions}
	if p.places.Usable != "" {
		outputs[usableOutput] = p.places.Usable
	}
	return p.question(p.DefaultRegion, p.places.Data, outputs)
}

// AskPlace is one that asks what there is in a region.
func (p Provider) AskPlace(region string) (Composed, error) {
	outputs := map[string]any{soldOutput: p.places.Each.Sold}
	if p.places.Each.Zones != "" {
		outputs[zonesOutput] = p.places.Each.Zones
	}
	return p.question(region, p.places.Each.Data, outputs)
}

// question is a configuration that reads data sources and answers in outputs.
func (p Provider) question(region string, data, outputs map[string]any) (Composed, error) {
	root := newRoot(Composition{Provider: p.Name, Region: region}, p.Plugins.All)
	config := root.config()
	if len(data) > 0 {
		config["data"] = inRegion(data, region)
	}
	if len(outputs) > 0 {
		answers := map[string]any{}
		for name, value := range outputs {
			answers[name] = map[string]any{"value": value}
		}
		config["output"] = inRegion(plainJSON(answers), region)
	}
	files := map[string][]byte{}
	for name, value := range map[string]any{RootFile: config, ValuesFile: root.values} {
		raw, err := encode(value)
		if err != nil {
			return Composed{}, fmt.Errorf("write %s: %w", name, err)
		}
		files[name] = raw
	}
	return Composed{Files: files, Plugins: p.Plugins}, nil
}

// plainJSON is a value with nothing but JSON's own types in it.
func plainJSON(value map[string]any) any {
	raw, err := json.Marshal(value)
	var out any
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		panic(fmt.Sprintf("outputs are texts and maps of texts: %v", err))
	}
	return out
}

// zonePattern covers what clouds call their zones.
var zonePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// mostRegions is more than any cloud has.
const mostRegions = 500

// RegionsSaid reads the answer to AskRegions, its outputs: all regions, and those that
// can be used. No region at all is an error, as is a name that is none.
func (p Provider) RegionsSaid(outputs map[string]any) (all, usable []string, err error) {
	if all, err = namesIn(outputs[regionsOutput], regionPattern); err != nil {
		return nil, nil, fmt.Errorf("the regions: %w", err)
	}
	usable = all
	if p.places.Usable != "" {
		if usable, err = namesIn(outputs[usableOutput], regionPattern); err != nil {
			return nil, nil, fmt.Errorf("the regions that can be used: %w", err)
		}
	}
	switch {
	case len(all) == 0:
		return nil, nil, errors.New("there are no regions in the answer")
	case len(all) > mostRegions:
		return nil, nil, fmt.Errorf("there are %d regions in the answer", len(all))
	}
	return all, slices.DeleteFunc(slices.Clone(usable), func(r string) bool { return !slices.Contains(all, r) }), nil
}

// PlaceSaid reads the answer to AskPlace: the zones of the region, and which values of
// variables are not sold there.
func (c *Catalog) PlaceSaid(provider, region string, outputs map[string]any) (Place, error) {
	p, ok := c.Provider(provider)
	if !ok || p.places == nil {
		return Place{}, fmt.Errorf("%s is not asked", provider)
	}
	found := Place{Region: region, Answered: true}
	if p.places.Each.Zones != "" {
		zones, err := namesIn(outputs[zonesOutput], zonePattern)
		if err != nil {
			return Place{}, fmt.Errorf("the zones of %s: %w", region, err)
		}
		found.Zones = zones
	}
	sold, _ := outputs[soldOutput].(map[string]any)
	for _, name := range p.soldNames() {
		values, err := namesIn(sold[name], nil)
		if err != nil {
			return Place{}, fmt.Errorf("%s in %s: %w", name, region, err)
		}
		found.Without = append(found.Without, c.unsold(p, name, values)...)
	}
	return found, nil
}

// unsold are the values of a variable that are not among those that are sold.
func (c *Catalog) unsold(p Provider, name string, sold []string) []string {
	var without []string
	for _, o := range c.offers(p, name) {
		if !slices.Contains(sold, o.value) {
			without = append(without, o.String())
		}
	}
	return without
}

// namesIn reads a list of names, sorted and each once. Never nil: none were said.
func namesIn(value any, pattern *regexp.Regexp) ([]string, error) {
	list, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf("a list was expected, not %s", shown(fmt.Sprint(value)))
	}
	names := make([]string, 0, len(list))
	for _, one := range list {
		name, ok := one.(string)
		if !ok || pattern != nil && !pattern.MatchString(name) {
			return nil, fmt.Errorf("%s is no name", shown(fmt.Sprint(one)))
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
