// Package catalog knows the resource kinds that can be deployed. It reads plain
// Terraform modules (<provider>/<kind>/), turns their variables into forms and
// their validation blocks into checks, and writes the root module of a stack.
//
// Nothing about a kind is written in Go: a new kind is a new folder. The package
// must not know who asks (Discord), what is stored where, or how Terraform is
// run.
package catalog

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/cloud-engine/cloudengine/templates"
)

// Source is a folder of modules: one folder per provider, in it one per kind.
type Source struct {
	Name string // how problems name it: "built-in", or the folder's path
	FS   fs.FS
}

// Catalog is every usable kind of every provider. It never changes once loaded,
// and any number of goroutines may use it.
type Catalog struct {
	providers []Provider
	kinds     map[string][]Kind // by provider, in the order people see
	problems  []Problem
}

// Load reads the sources in order. A kind or a provider.json of a later source
// replaces one of the same name, even where it is broken: whoever replaced a
// kind does not want the old one back unseen. What cannot be used is left out and named by
// Problems; the rest works. The error is for a source that cannot be read at
// all.
func Load(first Source, more ...Source) (*Catalog, error) {
	l := loader{providers: map[string]*providerDraft{}}
	for _, src := range append([]Source{first}, more...) {
		if err := l.read(src); err != nil {
			return nil, err
		}
	}
	return l.finish(), nil
}

// Installed reads the modules that come with the program, and those of the folder,
// which is the operator's; where it is empty there are none.
func Installed(folder string) (*Catalog, error) {
	load := builtIn
	if folder != "" {
		load = func() (*Catalog, error) { return Load(shipped, Source{Name: folder, FS: os.DirFS(folder)}) }
	}
	c, err := load()
	if err != nil {
		return nil, fmt.Errorf("load the resource kinds: %w", err)
	}
	return c, nil
}

// shipped are the modules that come with the program; builtIn is all of them, which
// never change: they are read once.
var (
	shipped = Source{Name: "built-in", FS: templates.FS}
	builtIn = sync.OnceValues(func() (*Catalog, error) { return Load(shipped) })
)

// Providers lists the providers by name.
func (c *Catalog) Providers() []Provider { return slices.Clone(c.providers) }

// Provider finds a provider by name.
func (c *Catalog) Provider(name string) (Provider, bool) {
	i, ok := slices.BinarySearchFunc(c.providers, name, func(p Provider, n string) int { return cmp.Compare(p.Name, n) })
	if !ok {
		return Provider{}, false
	}
	return c.providers[i], true
}

// Kinds lists a provider's kinds in the order in which people should see them.
func (c *Catalog) Kinds(provider string) []Kind { return slices.Clone(c.kinds[provider]) }

// Kind finds a kind of a provider by name.
func (c *Catalog) Kind(provider, name string) (Kind, bool) {
	for _, k := range c.kinds[provider] {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}

// Problems lists what is wrong with the modules, in the order of their files.
func (c *Catalog) Problems() []Problem { return slices.Clone(c.problems) }

// kindNames is for texts that say what there is.
func (c *Catalog) kindNames(provider string) string {
	var names []string
	for _, k := range c.kinds[provider] {
		names = append(names, k.Name)
	}
	return strings.Join(names, ", ")
}
