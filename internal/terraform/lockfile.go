package terraform

import (
	"fmt"
	"path"
	"regexp"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Locked is a plugin in a dependency lock.
type Locked struct {
	Address string   // registry.terraform.io/hashicorp/aws
	Version string   // 5.45.0
	Hashes  []string // "h1:…" of an unpacked plugin, "zh:…" of a packed one; any platform's
}

// Path is where the plugin for a platform, such as linux_amd64, lies in a filesystem
// mirror.
func (l Locked) Path(platform string) string { return path.Join(l.Address, l.Version, platform) }

var (
	lockedAddress = regexp.MustCompile(`^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9_-]+/[a-z0-9_-]+$`)
	lockedVersion = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+-]*$`)
)

// ParseLock reads which plugins a dependency lock names. What it returns can be used
// as a part of a path.
func ParseLock(raw []byte) ([]Locked, error) {
	file, diags := hclsyntax.ParseConfig(raw, LockFile, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, fmt.Errorf("read a dependency lock: %w", diags)
	}
	content, _, diags := file.Body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "provider", LabelNames: []string{"address"}}}})
	if diags.HasErrors() {
		return nil, fmt.Errorf("read a dependency lock: %w", diags)
	}
	var out []Locked
	for _, b := range content.Blocks {
		attributes, _, _ := b.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "version"}, {Name: "hashes"}}})
		l := Locked{Address: b.Labels[0]}
		for _, v := range texts(attributes.Attributes["version"]) {
			l.Version = v
		}
		l.Hashes = texts(attributes.Attributes["hashes"])
		if !lockedAddress.MatchString(l.Address) || !lockedVersion.MatchString(l.Version) {
			return nil, fmt.Errorf("read a dependency lock: %q has no version that can be used", l.Address)
		}
		out = append(out, l)
	}
	return out, nil
}

// texts are the text, or the texts in a list, that an attribute holds; nil for
// anything else.
func texts(attr *hcl.Attribute) []string {
	if attr == nil {
		return nil
	}
	v, diags := attr.Expr.Value(nil)
	if diags.HasErrors() || !v.IsWhollyKnown() || v.IsNull() {
		return nil
	}
	if v.Type() == cty.String {
		return []string{v.AsString()}
	}
	if !v.CanIterateElements() {
		return nil
	}
	var out []string
	for _, e := range v.AsValueSlice() {
		if e.Type() == cty.String && !e.IsNull() {
			out = append(out, e.AsString())
		}
	}
	return out
}
