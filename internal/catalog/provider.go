package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"time"
)

// Provider is where stacks can stand: a cloud, or the sandbox.
type Provider struct {
	Name          string
	Title         string
	Regions       []Region
	DefaultRegion string
	Plugins       Plugins

	order    []string  // kinds that people see first
	identity *identity // how it is asked who credentials are; nil: it is not
	places   *places   // how it is asked for its regions; nil: it is not
	settings []string  // variables that Composition.Settings fills, never asked
}

// Region is a place of a provider.
type Region struct {
	Name  string   `json:"name"`
	Title string   `json:"title"`
	Zones []string `json:"zones"` // as the variable zone has them; nil: not known
	// Without is what the provider has, but not there: kinds (container_service), and
	// values of variables (compute_vm.size=cx23).
	Without []string `json:"without"`
	// Fetched is when the provider said so; zero: it came with the modules.
	Fetched time.Time `json:"-"`
}

// Region finds a region by name.
func (p Provider) Region(name string) (Region, bool) {
	for _, r := range p.Regions {
		if r.Name == name {
			return r, true
		}
	}
	return Region{}, false
}

// regionPattern covers what clouds call their regions.
var regionPattern = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)

// parseProvider reads a provider.json.
func parseProvider(name string, raw []byte) (Provider, error) {
	var file struct {
		Title         string                `json:"title"`
		Regions       []Region              `json:"regions"`
		DefaultRegion string                `json:"default_region"`
		Kinds         []string              `json:"kinds"`
		Settings      []string              `json:"settings"`
		Plugins       map[string]pluginFile `json:"plugins"`
		Identity      *identity             `json:"identity"`
		Places        *places               `json:"places"`
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return Provider{}, fmt.Errorf("not the JSON that was expected: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Provider{}, errors.New("something follows the JSON object")
	}
	plugins, err := parsePlugins(file.Plugins)
	if err != nil {
		return Provider{}, err
	}
	p := Provider{
		Name: name, Title: file.Title, Regions: file.Regions, DefaultRegion: file.DefaultRegion, Plugins: Plugins{All: plugins},
		order: file.Kinds, settings: file.Settings, identity: file.Identity, places: file.Places,
	}
	if p.Title == "" {
		p.Title = humanize(name)
	}
	return p, p.check()
}

func (p Provider) check() error {
	seen := map[string]bool{}
	for i, r := range p.Regions {
		if !regionPattern.MatchString(r.Name) {
			return fmt.Errorf("region %q: a name has small letters, digits and dashes", r.Name)
		}
		if seen[r.Name] {
			return fmt.Errorf("region %q is listed twice", r.Name)
		}
		if slices.Contains(r.Zones, "") {
			return fmt.Errorf("region %q has a zone without a name", r.Name)
		}
		seen[r.Name] = true
		if r.Title == "" {
			p.Regions[i].Title = r.Name
		}
	}
	if !seen[p.DefaultRegion] {
		return fmt.Errorf("default_region %q is not one of the regions", p.DefaultRegion)
	}
	for _, s := range p.settings {
		if slices.Contains(engineVariables, s) {
			return fmt.Errorf("setting %q is filled by the engine itself", s)
		}
	}
	return errors.Join(p.identity.check(), p.places.check())
}
