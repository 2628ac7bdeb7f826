package standin

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// attribute, nested, block and schema are parts of what
// "terraform providers schema -json" prints.
type attribute struct {
	Type                                                json.RawMessage
	Required, Optional, Computed, Sensitive, Deprecated bool
	WriteOnly                                           bool `json:"write_only"`
}

type nested struct {
	Nesting  string `json:"nesting_mode"`
	Block    *block
	MinItems int64 `json:"min_items"`
	MaxItems int64 `json:"max_items"`
}

type block struct {
	Attributes map[string]attribute
	BlockTypes map[string]*nested `json:"block_types"`
}

type schema struct {
	Version int64
	Block   *block

	proto *tfprotov5.Schema
	ty    tftypes.Type
}

// provider is the schema of one provider.
type provider struct {
	address   string // registry.terraform.io/hashicorp/aws
	Provider  *schema
	Resources map[string]*schema `json:"resource_schemas"`
	Data      map[string]*schema `json:"data_source_schemas"`
}

// readProvider reads the schema of the one provider that a file describes.
func readProvider(raw []byte) (*provider, error) {
	var doc struct {
		Providers map[string]*provider `json:"provider_schemas"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("read a provider's schema: %w", err)
	}
	if len(doc.Providers) != 1 {
		return nil, fmt.Errorf("read a provider's schema: there are %d, want one", len(doc.Providers))
	}
	for address, p := range doc.Providers {
		p.address = address
		if err := p.addMore(); err != nil {
			return nil, fmt.Errorf("read the schema of %s: %w", address, err)
		}
		if err := p.prepare(); err != nil {
			return nil, fmt.Errorf("read the schema of %s: %w", address, err)
		}
		return p, nil
	}
	panic("unreachable")
}

// more holds data sources of real providers, after their public documentation, that
// files which are cut down to what modules need may lack.
//
//go:embed more
var more embed.FS

func (p *provider) addMore() error {
	raw, err := more.ReadFile("more/" + path.Base(p.address) + ".json")
	if err != nil {
		return nil // there is nothing to add
	}
	var data map[string]*schema
	if err := json.Unmarshal(raw, &data); err != nil {
		return err
	}
	if p.Data == nil {
		p.Data = map[string]*schema{}
	}
	for name, s := range data {
		if p.Data[name] == nil {
			p.Data[name] = s
		}
	}
	return nil
}

// prepare translates every schema into the plugin protocol's.
func (p *provider) prepare() error {
	all := map[string]*schema{"provider": p.Provider}
	for name, s := range p.Resources {
		all[name] = s
	}
	for name, s := range p.Data {
		all["data."+name] = s
	}
	for name, s := range all {
		b, err := s.Block.translate(s.Version)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		s.proto = &tfprotov5.Schema{Version: s.Version, Block: b}
		s.ty = s.proto.ValueType()
	}
	return nil
}

var nestings = map[string]tfprotov5.SchemaNestedBlockNestingMode{
	"list": tfprotov5.SchemaNestedBlockNestingModeList, "set": tfprotov5.SchemaNestedBlockNestingModeSet,
	"single": tfprotov5.SchemaNestedBlockNestingModeSingle, "map": tfprotov5.SchemaNestedBlockNestingModeMap,
	"group": tfprotov5.SchemaNestedBlockNestingModeGroup,
}

func (b *block) translate(version int64) (*tfprotov5.SchemaBlock, error) {
	out := &tfprotov5.SchemaBlock{Version: version}
	for name, a := range b.Attributes {
		//nolint:staticcheck // deprecated for wanting more care with untrusted input, which a schema is not
		ty, err := tftypes.ParseJSONType(a.Type)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out.Attributes = append(out.Attributes, &tfprotov5.SchemaAttribute{
			Name: name, Type: ty, Required: a.Required, Optional: a.Optional,
			Computed: a.Computed, Sensitive: a.Sensitive, WriteOnly: a.WriteOnly, Deprecated: a.Deprecated,
		})
	}
	for name, n := range b.BlockTypes {
		inner, err := n.Block.translate(0)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out.BlockTypes = append(out.BlockTypes, &tfprotov5.SchemaNestedBlock{
			TypeName: name, Nesting: nestings[n.Nesting], MinItems: n.MinItems, MaxItems: n.MaxItems, Block: inner,
		})
	}
	return out, nil
}

func protos(schemas map[string]*schema) map[string]*tfprotov5.Schema {
	out := make(map[string]*tfprotov5.Schema, len(schemas))
	for name, s := range schemas {
		out[name] = s.proto
	}
	return out
}
