package plan

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cloud-engine/cloudengine/internal/mask"
)

// MinSecret is the length in bytes from which a sensitive value is hidden where
// nothing marks it. Where a value stands in a place that is marked sensitive it is
// hidden whatever its length.
const MinSecret = mask.MinLength

// SensitiveValues returns every sensitive string and number of a plan, sorted
// and each once: what the changes and outputs mark before and after, what the
// prior and planned values mark, and what the configuration itself gives to the
// variables that it declares sensitive, in modules too. Values shorter than MinSecret are left out.
func SensitiveValues(p *tfjson.Plan) []string {
	c := collector{}
	if p == nil {
		return nil
	}
	for _, rc := range p.ResourceChanges {
		if rc != nil {
			c.change(rc.Change)
		}
	}
	for _, rc := range p.ResourceDrift {
		if rc != nil {
			c.change(rc.Change)
		}
	}
	for _, o := range p.OutputChanges {
		c.change(o)
	}
	c.values(p.PlannedValues)
	if p.PriorState != nil {
		c.values(p.PriorState.Values)
	}
	if p.Config != nil && p.Config.RootModule != nil {
		for name, v := range p.Config.RootModule.Variables {
			if v != nil && v.Sensitive && p.Variables[name] != nil {
				c.all(p.Variables[name].Value, 0)
			}
		}
		c.config(p.Config.RootModule, 0)
	}
	return c.sorted()
}

// SensitiveStateValues returns the sensitive values of a state file (format 4,
// as Terraform writes it), under the same rules as SensitiveValues.
func SensitiveStateValues(raw []byte) ([]string, error) {
	var state struct {
		Outputs map[string]struct {
			Value     any  `json:"value"`
			Sensitive bool `json:"sensitive"`
		} `json:"outputs"`
		Resources []struct {
			Instances []struct {
				Attributes map[string]any `json:"attributes"`
				Sensitive  [][]struct {
					Value any `json:"value"`
				} `json:"sensitive_attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber()
	if err := dec.Decode(&state); err != nil {
		return nil, fmt.Errorf("read state: %w", err)
	}
	c := collector{}
	for _, o := range state.Outputs {
		if o.Sensitive {
			c.all(o.Value, 0)
		}
	}
	for _, r := range state.Resources {
		for _, i := range r.Instances {
			for _, path := range i.Sensitive {
				var v any = i.Attributes
				for _, step := range path {
					v = descend(v, step.Value)
				}
				c.all(v, 0)
			}
		}
	}
	return c.sorted(), nil
}

// descend follows one step of a sensitive path. A dynamic value is stored as
// an object of value and type, which the path does not name.
func descend(v, step any) any {
	if m, ok := v.(map[string]any); ok && len(m) == 2 && m["type"] != nil {
		if inner, ok := m["value"]; ok {
			if _, named := step.(string); named {
				v = inner
			}
		}
	}
	switch s := step.(type) {
	case string:
		return field(v, s)
	case json.Number:
		list, _ := v.([]any)
		if i, err := s.Int64(); err == nil && i >= 0 && int(i) < len(list) {
			return list[i]
		}
	case map[string]any: // an index step holds {"value": …, "type": …}
		if inner, ok := s["value"]; ok {
			return descend(v, inner)
		}
	}
	return nil
}

// SecretsIn returns the strings and numbers of a value that is sensitive as a
// whole, under the same rules as SensitiveValues.
func SecretsIn(value any) []string {
	c := collector{}
	c.all(value, 0)
	return c.sorted()
}

// collector gathers sensitive leaves.
type collector map[string]bool

func (c collector) change(ch *tfjson.Change) {
	if ch == nil {
		return
	}
	c.marked(ch.Before, ch.BeforeSensitive, 0)
	c.marked(ch.After, ch.AfterSensitive, 0)
}

func (c collector) values(v *tfjson.StateValues) {
	if v == nil {
		return
	}
	for _, o := range v.Outputs {
		if o != nil && o.Sensitive {
			c.all(o.Value, 0)
		}
	}
	c.module(v.RootModule, 0)
}

func (c collector) module(m *tfjson.StateModule, depth int) {
	if m == nil || depth > 64 {
		return
	}
	for _, r := range m.Resources {
		if r == nil || len(r.SensitiveValues) == 0 {
			continue
		}
		var marks any
		if json.Unmarshal(r.SensitiveValues, &marks) == nil {
			c.marked(r.AttributeValues, marks, 0)
		}
	}
	for _, child := range m.ChildModules {
		c.module(child, depth+1)
	}
}

// config collects what a configuration says of its modules' sensitive variables:
// their defaults and what the calls give them. Where a module takes the mark off a
// value, nothing else tells of it.
func (c collector) config(m *tfjson.ConfigModule, depth int) {
	if m == nil || depth > 64 {
		return
	}
	for _, call := range m.ModuleCalls {
		if call == nil || call.Module == nil {
			continue
		}
		for name, v := range call.Module.Variables {
			if v == nil || !v.Sensitive {
				continue
			}
			c.all(v.Default, 0)
			if given := call.Expressions[name]; given != nil && given.ExpressionData != nil {
				c.all(given.ConstantValue, 0)
			}
		}
		c.config(call.Module, depth+1)
	}
}

// marked collects the leaves of value that the overlay marks.
func (c collector) marked(value, marks any, depth int) {
	if depth > 64 {
		return
	}
	switch m := marks.(type) {
	case bool:
		if m {
			c.all(value, depth)
		}
	case map[string]any:
		for k, sub := range m {
			c.marked(field(value, k), sub, depth+1)
		}
	case []any:
		list, _ := value.([]any)
		for i, sub := range m {
			if i < len(list) {
				c.marked(list[i], sub, depth+1)
			}
		}
	}
}

// all collects every leaf of value.
func (c collector) all(value any, depth int) {
	if depth > 64 {
		return
	}
	switch v := value.(type) {
	case string:
		c.add(v)
	case json.Number:
		c.add(v.String())
	case float64, int, int64:
		if raw, err := json.Marshal(v); err == nil {
			c.add(string(raw))
		}
	case map[string]any:
		for _, e := range v {
			c.all(e, depth+1)
		}
	case []any:
		for _, e := range v {
			c.all(e, depth+1)
		}
	}
}

func (c collector) add(s string) {
	if len(s) >= MinSecret && s != "true" && s != "false" && s != "null" {
		c[s] = true
	}
}

func (c collector) sorted() []string {
	out := make([]string, 0, len(c))
	for s := range c {
		out = append(out, s)
	}
	sort.Strings(out)
	return out
}
