package catalog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Composition is what a stack's root module is made from.
type Composition struct {
	Provider string
	Region   string // the stack's own
	// Besides are regions in which there may be something that the resources do not
	// name any more: it takes the plugin's configuration there to destroy it.
	Besides []string
	// Standing writes what stands as it is: what the regions and the modules have come
	// to refuse since is no reason not to.
	Standing  bool
	Labels    map[string]string // go to the labels or tags of modules that have them
	Resources []project.Resource
	Settings  map[string]any // values of the provider's settings, such as sandbox_seconds
}

// Composed is a root module, ready for a run directory.
type Composed struct {
	Files map[string][]byte // by slash-separated path
	// Plugins are what Terraform needs to run it, and nothing else.
	Plugins Plugins
	// Hash identifies provider, region and every file, but for what Besides adds to
	// them: that is about what may be there, which others find out, and not about what
	// is to be.
	Hash string
	// Secrets are what the variables hold that their modules declare sensitive.
	Secrets []string
}

// The files of a root module that the engine writes itself.
const (
	RootFile   = "main.tf.json"
	ValuesFile = "terraform.tfvars.json"
	moduleDir  = "modules"
)

// requiredVersion is the oldest Terraform that the modules may count on.
const requiredVersion = ">= 1.9"

// Compose writes the root module of a stack. What people typed goes into
// terraform.tfvars.json alone, where nothing is evaluated; main.tf.json holds
// references and checked identifiers. No resources make a root module that
// destroys everything. The same input gives the same bytes.
func (c *Catalog) Compose(in Composition) (Composed, error) {
	check := c.Validate
	if in.Standing {
		check = c.writable
	}
	if faults := check(in.Provider, in.Region, in.Resources); len(faults) > 0 {
		return Composed{}, refusal(faults)
	}
	provider, _ := c.Provider(in.Provider) // the check found it
	root := newRoot(in, provider.Plugins.All)
	modules := map[string][]byte{}
	for _, r := range in.Resources {
		k, _ := c.Kind(in.Provider, r.Kind) // the check found it
		for _, i := range instances(r, in.Region) {
			root.add(k, i, in)
		}
		for name, raw := range k.files {
			modules[path.Join(moduleDir, k.Name, name)] = raw
		}
	}
	files, err := root.with(modules)
	if err != nil {
		return Composed{}, err
	}
	in.Besides = nil
	root.plugins = newRoot(in, provider.Plugins.All).plugins
	hashed, err := root.with(modules)
	if err != nil {
		return Composed{}, err
	}
	return Composed{Files: files, Plugins: provider.Plugins, Hash: compositionHash(in, hashed), Secrets: root.secrets}, nil
}

// with are the files of the root module, and those of the modules that it calls.
func (root *root) with(modules map[string][]byte) (map[string][]byte, error) {
	files := maps.Clone(modules)
	for name, value := range map[string]any{RootFile: root.config(), ValuesFile: root.values} {
		raw, err := encode(value)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", name, err)
		}
		files[name] = raw
	}
	return files, nil
}

// root is a root module in the making. Its parts become JSON objects, which Go
// writes with sorted keys.
type root struct {
	variables, modules, outputs map[string]any
	values                      map[string]any
	plugins, required           map[string]any // provider blocks, and where they come from
	placed                      []string       // plugins whose configuration depends on the region
	secrets                     []string
}

func newRoot(in Composition, plugins []Plugin) *root {
	labels := in.Labels
	if labels == nil {
		labels = map[string]string{}
	}
	r := &root{
		variables: map[string]any{
			"region": map[string]any{"type": "string"},
			"labels": map[string]any{"type": "map(string)"},
		},
		modules: map[string]any{}, outputs: map[string]any{},
		values:  map[string]any{"region": in.Region, "labels": labels},
		plugins: map[string]any{}, required: map[string]any{},
	}
	for _, p := range plugins {
		r.plugins[p.Name] = r.blocks(p, in)
		r.required[p.Name] = map[string]any{"source": p.Source, "version": p.Version}
	}
	return r
}

// blocks are the provider blocks of a plugin: one for the stack's own region, and one
// with an alias for each other in which something stands, where that makes a difference.
func (root *root) blocks(p Plugin, in Composition) any {
	others := slices.Concat(project.RegionsOf(in.Resources), in.Besides)
	others = slices.DeleteFunc(others, func(region string) bool { return region == in.Region || !regionPattern.MatchString(region) })
	slices.Sort(others)
	if len(others) == 0 || !p.placed() {
		return p.in(in.Region)
	}
	root.placed = append(root.placed, p.Name)
	blocks := []any{p.in(in.Region)}
	for _, region := range slices.Compact(others) {
		block := p.in(region)
		block["alias"] = region
		blocks = append(blocks, block)
	}
	return blocks
}

// add calls the module of k for i.
func (root *root) add(k Kind, i instance, in Composition) {
	call := map[string]any{"source": "./" + path.Join(moduleDir, k.Name)}
	if !i.home && len(root.placed) > 0 {
		plugins := map[string]any{}
		for _, name := range root.placed {
			plugins[name] = name + "." + i.region
		}
		call["providers"] = plugins
	}
	for _, v := range k.Variables {
		if arg := root.argument(v, i, in); arg != nil {
			call[v.Name] = arg
		} else if v.Sensitive {
			root.secrets = append(root.secrets, plan.SecretsIn(v.Default)...)
		}
	}
	module := i.module()
	root.modules[module] = call
	for _, o := range k.Outputs {
		out := map[string]any{"value": reference("module", module, o.Name)}
		if o.Sensitive {
			out["sensitive"] = true
		}
		root.outputs[OutputName(module, o.Name)] = out
	}
}

// argument is what the module call gives to v; nil to leave it to its default.
func (root *root) argument(v Variable, i instance, in Composition) any {
	switch v.role {
	case roleEngine:
		switch v.Name {
		case "name":
			return i.called() // checked: identifiers
		case "region", "home_region":
			if i.home {
				return reference("var", "region")
			}
			return i.region // checked: one of the provider's
		}
		return reference("var", "labels")
	case roleSetting:
		if value, ok := in.Settings[v.Name]; ok {
			return root.variable(v.Name, v, value)
		}
	case roleAsked:
		if value, ok := i.Values[v.Name]; ok { // one variable for all regions
			return root.variable(ModuleName(i.Kind, i.Name, "")+"-"+v.Name, v, value)
		}
	case roleWired:
		return i.wired(v, in)
	}
	return nil
}

// variable declares a root variable that holds value, and refers to it.
func (root *root) variable(name string, v Variable, value any) string {
	declared := map[string]any{"type": v.Type}
	if v.Sensitive {
		declared["sensitive"] = true
		root.secrets = append(root.secrets, plan.SecretsIn(value)...)
	}
	root.variables[name] = declared
	root.values[name] = value
	return reference("var", name)
}

func (root *root) config() map[string]any {
	settings := map[string]any{"required_version": requiredVersion}
	config := map[string]any{"terraform": settings, "variable": root.variables}
	if len(root.plugins) > 0 { // also where nothing is left: what is destroyed needs them
		settings["required_providers"], config["provider"] = root.required, root.plugins
	}
	if len(root.modules) > 0 {
		config["module"] = root.modules
	}
	if len(root.outputs) > 0 {
		config["output"] = root.outputs
	}
	return config
}

// reference writes a reference to something in the configuration. The steps are
// identifiers of ours, never something typed.
func reference(steps ...string) string { return "${" + strings.Join(steps, ".") + "}" }

// encode writes JSON that people can read, with one end.
func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func compositionHash(in Composition, files map[string][]byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %s %d %s\n", len(in.Provider), in.Provider, len(in.Region), in.Region)
	hashFiles(h, files)
	return hex.EncodeToString(h.Sum(nil))
}

// refusal makes one error of all faults.
func refusal(faults []Fault) error {
	lines := make([]string, len(faults))
	for i, f := range faults {
		lines[i] = f.String()
	}
	return usererr.New(usererr.Invalid, "The stack cannot be planned as it is:\n%s", strings.Join(slices.Compact(lines), "\n"))
}
