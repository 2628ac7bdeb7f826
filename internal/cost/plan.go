package cost

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// planFile is what is read of `terraform show -json`. What Terraform may add to
// the format is passed over, and so is a part that is not of the shape that is
// expected of it: the resource that it belongs to is then not priced.
type planFile struct {
	FormatVersion string             `json:"format_version"`
	Variables     map[string]planVar `json:"variables"`
	Changes       []*change          `json:"resource_changes"`
	Configuration struct {
		Providers map[string]providerConfig `json:"provider_config"`
		Root      *configModule             `json:"root_module"`
	} `json:"configuration"`

	modules  map[string]*configModule // by path, without indexes
	managed  map[[3]string][]*change  // by module, type and name
	resolved map[string]string        // regions of provider blocks
}

type planVar struct {
	Value any `json:"value"`
}

// change is one resource of the plan.
type change struct {
	Address  string          `json:"address"`
	Module   string          `json:"module_address"`
	Mode     string          `json:"mode"`
	Type     string          `json:"type"`
	Name     string          `json:"name"`
	Index    json.RawMessage `json:"index"`
	Deposed  string          `json:"deposed"`
	Provider string          `json:"provider_name"`
	Change   struct {
		Actions         []string        `json:"actions"`
		Before          json.RawMessage `json:"before"`
		After           json.RawMessage `json:"after"`
		Unknown         json.RawMessage `json:"after_unknown"`
		BeforeSensitive json.RawMessage `json:"before_sensitive"`
		AfterSensitive  json.RawMessage `json:"after_sensitive"`
	} `json:"change"`

	config        *configResource // nil: the configuration does not tell
	path          string          // of its module, without indexes
	before, after *side
}

type providerConfig struct {
	FullName    string                     `json:"full_name"`
	Module      string                     `json:"module_address"`
	Expressions map[string]json.RawMessage `json:"expressions"`
}

type configModule struct {
	Resources []*configResource `json:"resources"`
	Calls     map[string]*struct {
		Expressions map[string]json.RawMessage `json:"expressions"`
		Module      *configModule              `json:"module"`
	} `json:"module_calls"`
	Variables map[string]*struct {
		Default any `json:"default"`
	} `json:"variables"`

	parent    *configModule
	arguments map[string]json.RawMessage // what its caller gives it
	resources map[[2]string]*configResource
}

type configResource struct {
	Mode        string                     `json:"mode"`
	Type        string                     `json:"type"`
	Name        string                     `json:"name"`
	ProviderKey string                     `json:"provider_config_key"`
	Expressions map[string]json.RawMessage `json:"expressions"`
}

// ErrNotAPlan says that what was given is not what `terraform show -json` writes
// of a plan.
var ErrNotAPlan = errors.New("this is not a plan as `terraform show -json` writes it")

// readPlan reads a plan and finds what belongs together in it.
func readPlan(raw []byte) (*planFile, error) {
	p := &planFile{modules: map[string]*configModule{}, managed: map[[3]string][]*change{}, resolved: map[string]string{}}
	if err := decode(raw, p); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotAPlan, err)
	}
	if p.FormatVersion == "" {
		return nil, ErrNotAPlan
	}
	if p.Configuration.Root != nil {
		p.index("", p.Configuration.Root)
	}
	for _, c := range p.Changes {
		if c == nil {
			continue
		}
		c.path = withoutIndexes(c.Module)
		if m := p.modules[c.path]; m != nil {
			c.config = m.resources[[2]string{c.Type, c.Name}]
		}
		if c.Mode != "data" && c.Deposed == "" {
			at := [3]string{c.Module, c.Type, c.Name}
			p.managed[at] = append(p.managed[at], c)
		}
	}
	return p, nil
}

// decode reads JSON. What is of another type than expected is left out.
func decode(raw []byte, into any) error {
	var mismatch *json.UnmarshalTypeError
	if err := json.Unmarshal(raw, into); err != nil && !errors.As(err, &mismatch) {
		return err
	}
	return nil
}

// index finds every module of the configuration under a path.
func (p *planFile) index(path string, m *configModule) {
	p.modules[path] = m
	m.resources = map[[2]string]*configResource{}
	for _, r := range m.Resources {
		if r != nil && r.Mode != "data" {
			m.resources[[2]string{r.Type, r.Name}] = r
		}
	}
	for name, call := range m.Calls {
		if call == nil || call.Module == nil {
			continue
		}
		call.Module.parent, call.Module.arguments = m, call.Expressions
		inner := "module." + name
		if path != "" {
			inner = path + "." + inner
		}
		p.index(inner, call.Module)
	}
}

// otherFormat reports whether the plan is of a version whose meaning is not known:
// minor versions only add.
func (p *planFile) otherFormat() bool {
	major, _, _ := strings.Cut(p.FormatVersion, ".")
	return major != "0" && major != "1"
}

// withoutIndexes drops the instance keys of an address: module.a["x.y"] is module.a.
func withoutIndexes(address string) string {
	if !strings.Contains(address, "[") {
		return address
	}
	var out strings.Builder
	depth, quoted, escaped := 0, false, false
	for _, r := range address {
		switch {
		case escaped:
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case r == '"' && depth > 0:
			quoted = !quoted
		case r == '[' && !quoted:
			depth++
		case r == ']' && !quoted && depth > 0:
			depth--
		case depth == 0:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// sides tells whether the resource is there before and after its change.
func (c *change) sides() (before, after, known bool) {
	for _, action := range c.Change.Actions {
		switch action {
		case "create":
			after = true
		case "delete":
			before = true
		case "update", "no-op", "forget":
			before, after = true, true
		default:
			return false, false, false
		}
	}
	return before, after, before || after
}

func (c *change) forgotten() bool {
	for _, action := range c.Change.Actions {
		if action == "forget" {
			return true
		}
	}
	return false
}
