package catalog

import (
	"bytes"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A value that is interpolated into a command can run anything on the host, and
// values are typed by people: they go through the environment instead. A module
// that does otherwise is refused, whoever wrote it.
const commandRule = "interpolates a value into a command, where it could run anything: pass it through environment"

// provisioner is the block that has a command.
const provisioner = "provisioner"

// commandAttributes are what provisioners run.
var commandAttributes = []string{"command", "inline", "interpreter"}

// checkCommands looks for such commands in every file of the module, folders
// inside it included.
func (m module) checkCommands(p *problems) {
	for _, name := range slices.Sorted(maps.Keys(m.files)) {
		full := path.Join(m.folder, name)
		switch {
		case strings.HasSuffix(name, ".tf"):
			if !bytes.Contains(m.files[name], []byte(provisioner)) {
				continue // what is not there need not be looked for: parsing takes long
			}
			f, diags := hclsyntax.ParseConfig(m.files[name], full, hcl.InitialPos)
			if body, ok := f.Body.(*hclsyntax.Body); ok && !diags.HasErrors() {
				checkBody(body, p)
			}
		case strings.HasSuffix(name, ".tf.json"):
			var tree any
			if json.Unmarshal(m.files[name], &tree) == nil && jsonInterpolates(tree) {
				p.file(full, "%s", commandRule)
			}
		}
	}
}

// checkBody walks the blocks down to the provisioners.
func checkBody(body *hclsyntax.Body, p *problems) {
	for _, b := range body.Blocks {
		if b.Type != provisioner {
			checkBody(b.Body, p)
			continue
		}
		for _, name := range commandAttributes {
			if attr, ok := b.Body.Attributes[name]; ok && interpolates(attr.Expr) {
				p.at(attr.SrcRange, "%s", commandRule)
			}
		}
	}
}

// interpolates reports whether an expression depends on anything but the
// module's own place.
func interpolates(expr hcl.Expression) bool {
	return slices.ContainsFunc(expr.Variables(), func(t hcl.Traversal) bool {
		return t.RootName() != "path"
	})
}

// jsonInterpolates looks for a template under a command of a provisioner in a
// .tf.json. under says which of these two is above.
func jsonInterpolates(tree any, under ...string) bool {
	switch t := tree.(type) {
	case string:
		return len(under) == 2 && (strings.Contains(t, "${") || strings.Contains(t, "%{"))
	case []any:
		return slices.ContainsFunc(t, func(one any) bool { return jsonInterpolates(one, under...) })
	case map[string]any:
		for name, one := range t {
			below := under
			if len(under) == 0 && name == provisioner || len(under) == 1 && slices.Contains(commandAttributes, name) {
				below = append(slices.Clone(under), name)
			}
			if jsonInterpolates(one, below...) {
				return true
			}
		}
	}
	return false
}
