package cost

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclparse"

	"github.com/cloud-engine/cloudengine/internal/cost/mapping"
)

// mappings are the resource types that can be estimated, by name.
type mappings struct {
	types map[string]*resourceType
	free  map[string]bool
}

// resourceType is what one type of resource consists of.
type resourceType struct {
	name     string
	provider string
	region   *expression // nil: from where the provider's resources usually tell
	free     *expression // what it is where it has no part; nil: its type says so
	uses     []use
	usedBy   []usedBy
	planned  []planned
	locals   []local
	parts    []part
	// What of the resource's attributes any expression reads: nothing else is
	// looked at.
	attributes []string
}

// use is a resource that another one refers to.
type use struct {
	Name       string   `hcl:",label"`
	Type       string   `hcl:"type"`
	Through    []string `hcl:"through"`
	As         []string `hcl:"as,optional"` // what it goes by; none: identifiers
	attributes []string
}

type local struct {
	name string
	expr *expression
}

// part is what a component is made from.
type part struct {
	id         string
	unit       string
	usage      bool
	label, key *expression
	quantity   *expression // nil for usage
	copies     *expression // nil: one
	when       *expression // nil: always
	forEach    *expression // nil: once
	region     *expression // nil: the resource's
}

// What a file holds, as it is written.
type (
	mappingFile struct {
		Provider   string            `hcl:"provider,optional"`
		Free       []string          `hcl:"free,optional"`
		Components []componentsBlock `hcl:"components,block"`
		Types      []typeBlock       `hcl:"type,block"`
	}
	// componentsBlock is what several types of a file have in common.
	componentsBlock struct {
		Name   string        `hcl:",label"`
		Locals []localsBlock `hcl:"locals,block"`
		Fixed  []fixedBlock  `hcl:"fixed,block"`
		Usage  []usageBlock  `hcl:"usage,block"`
	}
	typeBlock struct {
		Name    string         `hcl:",label"`
		Aliases []string       `hcl:"aliases,optional"`
		Include []string       `hcl:"include,optional"`
		Region  hcl.Expression `hcl:"region,optional"`
		Free    hcl.Expression `hcl:"free,optional"`
		Uses    []use          `hcl:"uses,block"`
		UsedBy  []usedBy       `hcl:"used_by,block"`
		Planned []planned      `hcl:"planned,block"`
		Locals  []localsBlock  `hcl:"locals,block"`
		Fixed   []fixedBlock   `hcl:"fixed,block"`
		Usage   []usageBlock   `hcl:"usage,block"`
	}
	localsBlock struct {
		Body hcl.Body `hcl:",remain"`
	}
	fixedBlock struct {
		ID       string         `hcl:",label"`
		Label    hcl.Expression `hcl:"label"`
		Unit     string         `hcl:"unit"`
		Key      hcl.Expression `hcl:"key"`
		Quantity hcl.Expression `hcl:"quantity"`
		Copies   hcl.Expression `hcl:"copies,optional"`
		When     hcl.Expression `hcl:"when,optional"`
		ForEach  hcl.Expression `hcl:"for_each,optional"`
		Region   hcl.Expression `hcl:"region,optional"`
	}
	usageBlock struct {
		ID     string         `hcl:",label"`
		Label  hcl.Expression `hcl:"label"`
		Unit   string         `hcl:"unit"`
		Key    hcl.Expression `hcl:"key"`
		When   hcl.Expression `hcl:"when,optional"`
		Region hcl.Expression `hcl:"region,optional"`
	}
)

// embedded are the mappings of this program; a fault in them is found by its tests.
var embedded = sync.OnceValues(func() (*mappings, error) { return loadMappings(mapping.Files) })

// loadMappings reads every mapping file.
func loadMappings(files fs.FS) (*mappings, error) {
	names, err := fs.Glob(files, "*.hcl")
	if err != nil {
		return nil, err
	}
	m := &mappings{types: map[string]*resourceType{}, free: map[string]bool{}}
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		if err := m.load(name, raw); err != nil {
			return nil, fmt.Errorf("mapping %s: %w", name, err)
		}
	}
	return m, nil
}

func (m *mappings) load(name string, raw []byte) error {
	file, diags := hclparse.NewParser().ParseHCL(raw, name)
	if diags.HasErrors() {
		return diags
	}
	var f mappingFile
	if diags := gohcl.DecodeBody(file.Body, nil, &f); diags.HasErrors() {
		return diags
	}
	if len(f.Types) > 0 && !slices.Contains([]string{"aws", "gcp", "azure", "hetzner", "sandbox"}, f.Provider) {
		return fmt.Errorf("%q is no provider", f.Provider)
	}
	for _, name := range f.Free {
		if m.known(name) {
			return fmt.Errorf("%s is named twice", name)
		}
		m.free[name] = true
	}
	for i := range f.Types {
		block := &f.Types[i]
		if err := block.include(f.Components); err != nil {
			return fmt.Errorf("%s: %w", block.Name, err)
		}
		if err := m.add(f.Provider, *block); err != nil {
			return fmt.Errorf("%s: %w", block.Name, err)
		}
	}
	return f.checkComponents()
}

// include adds what a type has in common with others, after what is its own.
func (t *typeBlock) include(shared []componentsBlock) error {
	for _, name := range t.Include {
		i := slices.IndexFunc(shared, func(c componentsBlock) bool { return c.Name == name })
		if i < 0 {
			return fmt.Errorf("there are no components %q in this file", name)
		}
		t.Locals = append(t.Locals, shared[i].Locals...)
		t.Fixed = append(t.Fixed, shared[i].Fixed...)
		t.Usage = append(t.Usage, shared[i].Usage...)
	}
	return nil
}

// checkComponents refuses components that no type includes, or that are there twice.
func (f mappingFile) checkComponents() error {
	seen := map[string]bool{}
	for _, c := range f.Components {
		if seen[c.Name] {
			return fmt.Errorf("components %q are named twice", c.Name)
		}
		seen[c.Name] = true
		if !slices.ContainsFunc(f.Types, func(t typeBlock) bool { return slices.Contains(t.Include, c.Name) }) {
			return fmt.Errorf("no type includes the components %q", c.Name)
		}
	}
	return nil
}

func (m *mappings) known(name string) bool { return m.free[name] || m.types[name] != nil }

func (m *mappings) add(provider string, block typeBlock) error {
	t, err := compileType(provider, block)
	if err != nil {
		return err
	}
	for _, name := range append([]string{block.Name}, block.Aliases...) {
		if m.known(name) {
			return fmt.Errorf("%s is named twice", name)
		}
		m.types[name] = t
	}
	return nil
}

// usageIDs are the words that a usage file may use for a type.
func (t *resourceType) usageIDs() []string {
	ids := map[string]bool{}
	for _, p := range t.parts {
		if p.usage {
			ids[p.id] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}
