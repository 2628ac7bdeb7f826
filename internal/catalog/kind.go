package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// Kind is a resource kind: a Terraform module.
type Kind struct {
	Provider    string
	Name        string
	Title       string // first line of the comment at the top of main.tf
	Description string // the lines after it
	Variables   []Variable
	Outputs     []Output
	Digest      string // SHA-256 of the module's files, in hex

	files    map[string][]byte
	source   string
	order    int // of its source
	provider Provider
}

// Output is an output of a kind.
type Output struct {
	Name        string
	Description string
	Sensitive   bool
	Wired       bool // other kinds find this one by it; people need not see it
}

// Variable finds a variable by name.
func (k Kind) Variable(name string) (Variable, bool) {
	for _, v := range k.Variables {
		if v.Name == name {
			return v, true
		}
	}
	return Variable{}, false
}

// Output finds an output by name.
func (k Kind) Output(name string) (Output, bool) {
	for _, o := range k.Outputs {
		if o.Name == name {
			return o, true
		}
	}
	return Output{}, false
}

// moduleSchema is what the catalog reads of a module; the rest is Terraform's.
var moduleSchema = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
	{Type: "variable", LabelNames: []string{"name"}},
	{Type: "output", LabelNames: []string{"name"}},
	{Type: "module", LabelNames: []string{"name"}},
	{Type: "terraform"},
	{Type: "provider", LabelNames: []string{"name"}},
}}

// outputSchema is what the catalog reads of an output.
var outputSchema = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
	{Name: "description"}, {Name: "sensitive"}, {Name: "ephemeral"},
}}

// parseKind reads a module; what is wrong goes to p.
func parseKind(provider Provider, name string, m module, p *problems) Kind {
	k := Kind{
		Provider: provider.Name, Name: name, Title: humanize(name),
		files: m.files, source: m.source, order: m.order, provider: provider, Digest: digest(m.files),
	}
	if title, description := headComment(m.files["main.tf"]); title != "" {
		k.Title, k.Description = title, description
	}
	files := k.parseFiles(m.folder, p)
	if len(files) == 0 && !p.fatal() {
		p.file(m.folder, "there is no .tf file in it")
	}
	for _, f := range files {
		content, _, diags := f.Body.PartialContent(moduleSchema)
		if p.diagnostics(diags) {
			continue
		}
		for _, b := range content.Blocks {
			switch b.Type {
			case "variable":
				k.addVariable(provider, b, p)
			case "output":
				k.addOutput(b, p)
			case "module":
				checkSource(b, p)
			case "terraform":
				checkPlugins(provider, b, p)
			case "provider":
				p.at(b.DefRange, "a module has no provider block: how a plugin is configured is said in %s/%s", provider.Name, providerFile)
			}
		}
	}
	m.checkCommands(p)
	k.checkDefaults(p)
	return k
}

// parseFiles parses what Terraform would load: the .tf and .tf.json files of the
// folder itself, by name.
func (k *Kind) parseFiles(folder string, p *problems) []*hcl.File {
	var files []*hcl.File
	for _, name := range slices.Sorted(maps.Keys(k.files)) {
		full := path.Join(folder, name)
		var f *hcl.File
		var diags hcl.Diagnostics
		switch {
		case strings.Contains(name, "/"):
			continue
		case strings.HasSuffix(name, ".tf"):
			f, diags = hclsyntax.ParseConfig(k.files[name], full, hcl.InitialPos)
		case strings.HasSuffix(name, ".tf.json"):
			f, diags = hcljson.Parse(k.files[name], full)
		default:
			continue
		}
		if !p.diagnostics(diags) {
			files = append(files, f)
		}
	}
	return files
}

func (k *Kind) addVariable(provider Provider, b *hcl.Block, p *problems) {
	if _, ok := k.Variable(b.Labels[0]); ok {
		p.at(b.DefRange, "variable %q is declared twice", b.Labels[0])
		return
	}
	if v, ok := parseVariable(provider, b, p); ok {
		k.Variables = append(k.Variables, v)
	}
}

func (k *Kind) addOutput(b *hcl.Block, p *problems) {
	name := b.Labels[0]
	if strings.Contains(name, "-") {
		p.at(b.DefRange, "output %q: write underscores instead of dashes", name)
		return
	}
	if _, ok := k.Output(name); ok {
		p.at(b.DefRange, "output %q is declared twice", name)
		return
	}
	content, _, diags := b.Body.PartialContent(outputSchema)
	if p.diagnostics(diags) {
		return
	}
	if literalBool(content.Attributes["ephemeral"], p) {
		return // nothing of it outlives the run
	}
	o := Output{Name: name}
	o.Description = literalString(content.Attributes["description"], p)
	o.Sensitive = literalBool(content.Attributes["sensitive"], p)
	k.Outputs = append(k.Outputs, o)
}

// checkSource refuses a module that reaches out of its folder: only the folder
// is copied into a run.
func checkSource(b *hcl.Block, p *problems) {
	content, _, _ := b.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "source"}}})
	attr, ok := content.Attributes["source"]
	if !ok {
		return
	}
	v, diags := attr.Expr.Value(nil)
	if diags.HasErrors() || v.Type() != cty.String || v.IsNull() {
		return
	}
	if src := path.Clean(v.AsString()); src == ".." || strings.HasPrefix(src, "../") || path.IsAbs(src) {
		p.at(attr.Range, "module source %q lies outside the kind's folder, which is all that a run gets", v.AsString())
	}
}

// headComment takes the title and the description from the comment at the top
// of a file: its first line, and the lines up to the first that is no comment.
func headComment(src []byte) (title, description string) {
	var lines []string
	for line := range strings.Lines(string(src)) {
		text, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !ok {
			break
		}
		lines = append(lines, strings.TrimSpace(text))
	}
	if len(lines) == 0 {
		return "", ""
	}
	return lines[0], strings.TrimSpace(strings.Join(lines[1:], " "))
}

// digest identifies a set of files, whatever order they come in.
func digest(files map[string][]byte) string {
	h := sha256.New()
	hashFiles(h, files)
	return hex.EncodeToString(h.Sum(nil))
}

// hashFiles feeds names and contents with their lengths, so that no two sets
// read the same.
func hashFiles(h hash.Hash, files map[string][]byte) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%d %s %d\n", len(name), name, len(files[name]))
		_, _ = h.Write(files[name]) // a hash never fails
	}
}

// literalString reads an attribute that must be written out; "" when it is not
// there.
func literalString(attr *hcl.Attribute, p *problems) string {
	v := literal(attr, cty.String, p)
	if v.IsNull() {
		return ""
	}
	return strings.TrimSpace(v.AsString())
}

// literalBool is the same for yes and no; no when it is not there.
func literalBool(attr *hcl.Attribute, p *problems) bool {
	v := literal(attr, cty.Bool, p)
	return !v.IsNull() && v.True()
}

func literal(attr *hcl.Attribute, ty cty.Type, p *problems) cty.Value {
	if attr == nil {
		return cty.NullVal(ty)
	}
	v, diags := attr.Expr.Value(nil)
	if p.diagnostics(diags) {
		return cty.NullVal(ty)
	}
	v, err := convert.Convert(v, ty)
	if err != nil || !v.IsKnown() {
		p.at(attr.Range, "%s must be a %s that is written out", attr.Name, ty.FriendlyName())
		return cty.NullVal(ty)
	}
	return v
}
