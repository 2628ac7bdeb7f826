package terraform

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
)

const builtinProvider = `provider["terraform.io/builtin/terraform"]`

// needsInit reports whether an apply has to run init first: when the plan was
// made with providers that are not installed in this directory. A plan file
// carries its configuration; with Terraform's built-in provider alone, an apply
// needs nothing else.
func (d Dir) needsInit() bool {
	lock, err := d.read(LockFile)
	if err != nil || !bytes.Contains(lock, []byte("provider ")) {
		return false
	}
	return !d.hasPlugins()
}

// builtinOnly reports whether a configuration and state need Terraform's
// built-in provider and local modules only, so that "terraform get" does all
// that "terraform init" would. It answers no whenever it sees anything that it
// does not know.
func (d Dir) builtinOnly() bool {
	return d.builtinState() && builtinModule(d.path, d.path, 0)
}

func (d Dir) builtinState() bool {
	raw, err := d.read(StateFile)
	if err != nil {
		return os.IsNotExist(err)
	}
	var state struct {
		Resources []struct {
			Provider string `json:"provider"`
		} `json:"resources"`
	}
	if json.Unmarshal(raw, &state) != nil {
		return false
	}
	for _, r := range state.Resources {
		if !strings.HasSuffix(r.Provider, builtinProvider) {
			return false
		}
	}
	return true
}

// knownBlocks is the closed world of builtinModule: any other block (a backend,
// an ephemeral resource, a provider, ...) means init.
var knownBlocks = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
	{Type: "variable", LabelNames: []string{"name"}},
	{Type: "output", LabelNames: []string{"name"}},
	{Type: "module", LabelNames: []string{"name"}},
	{Type: "resource", LabelNames: []string{"type", "name"}},
	{Type: "data", LabelNames: []string{"type", "name"}},
	{Type: "locals"},
	{Type: "moved"},
	{Type: "terraform"},
}}

var terraformBlock = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "required_version"}}}

func builtinModule(root, dir string, depth int) bool {
	if rel, err := filepath.Rel(root, dir); err != nil || !filepath.IsLocal(rel) || depth > 8 {
		return false
	}
	files, err := fs.Glob(os.DirFS(dir), "*.tf*")
	if err != nil {
		return false
	}
	parser := hclparse.NewParser()
	found := false
	for _, name := range files {
		path := filepath.Join(dir, name)
		var file *hcl.File
		var diags hcl.Diagnostics
		switch {
		case strings.HasSuffix(name, ".tf"):
			file, diags = parser.ParseHCLFile(path)
		case strings.HasSuffix(name, ".tf.json"):
			file, diags = parser.ParseJSONFile(path)
		default:
			continue
		}
		if diags.HasErrors() || !builtinBody(file.Body, root, dir, depth) {
			return false
		}
		found = true
	}
	return found
}

func builtinBody(body hcl.Body, root, dir string, depth int) bool {
	content, diags := body.Content(knownBlocks)
	if diags.HasErrors() {
		return false
	}
	for _, b := range content.Blocks {
		switch b.Type {
		case "terraform":
			if _, diags := b.Body.Content(terraformBlock); diags.HasErrors() {
				return false
			}
		case "resource", "data":
			if !strings.HasPrefix(b.Labels[0], "terraform_") || names(b.Body, "provider") {
				return false
			}
		case "module":
			source, ok := localSource(b.Body)
			if !ok || names(b.Body, "providers") || !builtinModule(root, filepath.Join(dir, source), depth+1) {
				return false
			}
		}
	}
	return true
}

func names(body hcl.Body, attribute string) bool {
	content, _, _ := body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: attribute}}})
	return content != nil && content.Attributes[attribute] != nil
}

// localSource returns a module call's source when it is a literal local path.
func localSource(body hcl.Body) (string, bool) {
	content, _, _ := body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "source"}}})
	if content == nil || content.Attributes["source"] == nil {
		return "", false
	}
	v, diags := content.Attributes["source"].Expr.Value(nil)
	if diags.HasErrors() || v.IsNull() || !v.IsKnown() || v.Type().FriendlyName() != "string" {
		return "", false
	}
	source := v.AsString()
	return source, strings.HasPrefix(source, "./") || strings.HasPrefix(source, "../")
}

// configuresOnce reports whether no plugin has more than one configuration: each is
// configured in the root module alone, and there once.
func (d Dir) configuresOnce() bool {
	schema := &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "provider", LabelNames: []string{"name"}}}}
	seen := map[string]bool{}
	parser := hclparse.NewParser()
	err := filepath.WalkDir(d.path, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() && e.Name() == ".terraform" {
			return cmp.Or(err, fs.SkipDir)
		}
		parse := parser.ParseHCLFile
		switch {
		case strings.HasSuffix(path, ".tf"):
		case strings.HasSuffix(path, ".tf.json"):
			parse = parser.ParseJSONFile
		default:
			return nil
		}
		file, diags := parse(path)
		if diags.HasErrors() {
			return diags
		}
		content, _, diags := file.Body.PartialContent(schema)
		if diags.HasErrors() {
			return diags
		}
		for _, b := range content.Blocks {
			if filepath.Dir(path) != d.path || seen[b.Labels[0]] || names(b.Body, "alias") {
				return errors.New("more than one configuration")
			}
			seen[b.Labels[0]] = true
		}
		return nil
	})
	return err == nil
}
