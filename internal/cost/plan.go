package cost

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// planFile is what is read of `terraform show -json`. What Terraform may add to
// the format is passed over, and so is a part that is not of the shape that is
// expected of it: the resource that it belongs to is then not priced.
type planFile struct {
	FormatVersion string             `json:"format_version"`
	Errored       bool               `json:"errored"`
	Complete      *bool              `json:"complete"` // nil: Terraform before 1.8
	Planned       json.RawMessage    `json:"planned_values"`
	Values        json.RawMessage    `json:"values"` // of a state
	Variables     map[string]planVar `json:"variables"`
	Changes       []*change          `json:"resource_changes"`
	Configuration struct {
		Providers map[string]providerConfig `json:"provider_config"`
		Root      *configModule             `json:"root_module"`
	} `json:"configuration"`

	modules  map[string]*configModule // by path, without indexes
	managed  map[[3]string]*instances // by module, type and name
	known    map[identity]map[string]*change
	reversed map[reverse]map[*change][]*change
	resolved map[[2]string]string // regions of provider blocks, by provider and key
	agreed   map[[2]string]string // regions that all blocks of a provider have, by provider and full name
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
		Importing       json.RawMessage `json:"importing"`
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

// What a plan is refused with.
var (
	// ErrNotAPlan says that what was given is not what `terraform show -json` writes
	// of a plan.
	ErrNotAPlan = errors.New("this is not a plan as `terraform show -json` writes it")
	// ErrFailedPlan says that Terraform failed while the plan was made: what is in it
	// is not what would be done.
	ErrFailedPlan = errors.New("Terraform failed while it made this plan: what would change, and cost, is not known")
)

// readPlan reads a plan and finds what belongs together in it.
func readPlan(raw []byte) (*planFile, error) {
	p := &planFile{modules: map[string]*configModule{}, managed: map[[3]string]*instances{}, known: map[identity]map[string]*change{},
		reversed: map[reverse]map[*change][]*change{},
		resolved: map[[2]string]string{}, agreed: map[[2]string]string{}}
	if err := p.read(raw); err != nil {
		return nil, err
	}
	if p.Configuration.Root != nil {
		p.index("", p.Configuration.Root, 0)
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
			if p.managed[at] == nil {
				p.managed[at] = &instances{}
			}
			p.managed[at].add(c)
		}
	}
	return p, nil
}

// read refuses what is JSON of Terraform's, and no plan: what has no changes to
// read would cost nothing. A plan of no resources has none, but it has values.
func (p *planFile) read(raw []byte) error {
	if err := decode(raw, p); err != nil {
		return fmt.Errorf("%w: %w", ErrNotAPlan, err)
	}
	changes := gjson.GetBytes(raw, "resource_changes")
	switch told := changes.Exists(); {
	case p.FormatVersion == "":
		return ErrNotAPlan
	case told && !changes.IsArray() && changes.Type != gjson.Null:
		return fmt.Errorf("%w: its resource_changes are no list", ErrNotAPlan)
	case !told && len(p.Values) > 0:
		return fmt.Errorf("%w: it is a state, of what is there and not of what would change", ErrNotAPlan)
	case !told && len(p.Planned) == 0:
		return fmt.Errorf("%w: it has no resource_changes", ErrNotAPlan)
	case p.Errored:
		return ErrFailedPlan
	}
	return nil
}

// incomplete reports whether Terraform left changes out, as it does with -target.
func (p *planFile) incomplete() bool { return p.Complete != nil && !*p.Complete }

// decode reads JSON. What is of another type than expected is left out.
func decode(raw []byte, into any) error {
	var mismatch *json.UnmarshalTypeError
	if err := json.Unmarshal(raw, into); err != nil && !errors.As(err, &mismatch) {
		return err
	}
	return nil
}

// maxDepth bounds how deep modules are looked for in each other, and how far
// variables are followed through them.
const maxDepth = 32

// index finds the modules of the configuration under a path.
func (p *planFile) index(path string, m *configModule, depth int) {
	if depth > maxDepth {
		return
	}
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
		p.index(inner, call.Module, depth+1)
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

// sides tells whether the resource is there before and after its change. What is
// forgotten is there before.
func (c *change) sides() (before, after, known bool) {
	for _, action := range c.Change.Actions {
		switch action {
		case "create":
			after = true
		case "delete", forget:
			before = true
		case "update", "no-op":
			before, after = true, true
		default:
			return false, false, false
		}
	}
	return before, after, before || after
}

// forget is Terraform's word for what leaves its state and is not destroyed.
const forget = "forget"

func (c *change) forgotten() bool { return slices.Contains(c.Change.Actions, forget) }

// imported reports whether what exists comes into the state.
func (c *change) imported() bool {
	return len(c.Change.Importing) > 0 && string(c.Change.Importing) != "null"
}
