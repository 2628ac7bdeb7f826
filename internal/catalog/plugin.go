package catalog

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Plugin is a Terraform provider that the kinds of a Provider are made with.
type Plugin struct {
	Name    string // local name, by which modules call it: aws
	Source  string // address in a registry: hashicorp/aws
	Version string // exactly this one

	// configuration is its provider block, as Terraform's JSON syntax has it. In a
	// text {region} stands for the stack's region.
	configuration map[string]any
}

// Plugins are those of a provider, together with the dependency lock that comes with
// its modules.
type Plugins struct {
	All  []Plugin // by name; none where Terraform's built-in provider is enough
	Lock []byte   // Terraform's; nil: a host holds to what it got first
}

// pluginFile is a plugin in a provider.json.
type pluginFile struct {
	Source        string         `json:"source"`
	Version       string         `json:"version"`
	Configuration map[string]any `json:"configuration"`
}

var (
	pluginSource  = regexp.MustCompile(`^([a-z0-9.-]+\.[a-z]+(:[0-9]+)?/)?[a-z0-9_-]+/[a-z0-9_-]+$`)
	pluginVersion = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`)
)

// parsePlugins reads the plugins of a provider.json, by name.
func parsePlugins(file map[string]pluginFile) ([]Plugin, error) {
	var plugins []Plugin
	for _, name := range slices.Sorted(maps.Keys(file)) {
		p := file[name]
		switch {
		case !folderPattern.MatchString(name):
			return nil, fmt.Errorf("plugin %q: a name has small letters, digits and underscores", name)
		case !pluginSource.MatchString(p.Source):
			return nil, fmt.Errorf("plugin %q: the source %q is no address such as hashicorp/aws", name, p.Source)
		case !pluginVersion.MatchString(p.Version):
			return nil, fmt.Errorf("plugin %q: the version %q is not exact, such as 1.2.3", name, p.Version)
		}
		if _, ok := p.Configuration["alias"]; ok {
			return nil, errors.New("plugin " + name + ": aliases are the engine's")
		}
		plugins = append(plugins, Plugin{Name: name, Source: p.Source, Version: p.Version, configuration: p.Configuration})
	}
	return plugins, nil
}

// placed reports whether its configuration depends on the region.
func (p Plugin) placed() bool {
	return !reflect.DeepEqual(p.in("a"), p.in("b"))
}

// in is the provider block for a region.
func (p Plugin) in(region string) map[string]any {
	if p.configuration == nil {
		return map[string]any{}
	}
	return inRegion(p.configuration, region).(map[string]any)
}

// inRegion is a value of a configuration with the region in its place.
func inRegion(value any, region string) any {
	switch v := value.(type) {
	case string:
		return strings.ReplaceAll(v, "{region}", region)
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[key] = inRegion(value, region)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, value := range v {
			out[i] = inRegion(value, region)
		}
		return out
	}
	return value
}

// checkPlugins refuses a module that wants a plugin that the provider does not
// bring: its runs would not find it. What a module says of versions Terraform checks.
func checkPlugins(provider Provider, b *hcl.Block, p *problems) {
	content, _, diags := b.Body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "required_providers"}}})
	if p.diagnostics(diags) {
		return
	}
	for _, required := range content.Blocks {
		attributes, diags := required.Body.JustAttributes()
		if p.diagnostics(diags) {
			continue
		}
		for name, attr := range attributes {
			source := requiredSource(name, attr)
			if !slices.ContainsFunc(provider.Plugins.All, func(known Plugin) bool { return known.Name == name && known.Source == source }) {
				p.at(attr.Range, "the plugin %s (%s) is not among those of %s: add it to the plugins of %s/%s", name, source, provider.Name, provider.Name, providerFile)
			}
		}
	}
}

// requiredSource is the source that a module wants; one that names none means
// HashiCorp's.
func requiredSource(name string, attr *hcl.Attribute) string {
	v, _ := attr.Expr.Value(nil)
	if v.IsWhollyKnown() && !v.IsNull() && v.Type().IsObjectType() && v.Type().HasAttribute("source") {
		if source := v.GetAttr("source"); source.Type() == cty.String && !source.IsNull() {
			return source.AsString()
		}
	}
	return "hashicorp/" + name
}
