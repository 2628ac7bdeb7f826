package rego

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/plan"
)

// secrets are the sensitive texts of one plan.
type secrets struct {
	values map[string]bool
	typed  []string // what people typed: they know it
}

// spare leaves what people typed in the session readable in findings: they know
// it, and who types "0.0.0.0/0" into a secret must not hide it elsewhere.
func (s *secrets) spare(session any) {
	typed := map[string]bool{}
	keep(session, typed)
	s.typed = slices.Collect(maps.Keys(typed))
}

// hider hides the secrets in texts: as they are, as JSON writes them, and line
// by line.
func (s *secrets) hider() *strings.Replacer {
	forms := map[string]bool{}
	for value := range s.values {
		raw, _ := json.Marshal(value) // a string always can be
		for _, form := range append(strings.Split(value, "\n"), value, strings.Trim(string(raw), `"`)) {
			form = strings.TrimSpace(form)
			if len(form) >= plan.MinSecret && form != "true" && form != "false" && form != "null" {
				forms[form] = true
			}
		}
	}
	longest := slices.SortedFunc(maps.Keys(forms), func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, form := range longest { // at one place the first that fits is taken
		if !slices.ContainsFunc(s.typed, func(t string) bool { return strings.Contains(t, form) }) {
			pairs = append(pairs, form, plan.SensitiveText)
		}
	}
	return strings.NewReplacer(pairs...)
}

// keep gathers the texts and numbers of value.
func keep(value any, found map[string]bool) {
	switch v := value.(type) {
	case string:
		if v != plan.SensitiveText { // hidden already, from another side
			found[v] = true
		}
	case json.Number:
		found[v.String()] = true
	case []any:
		for _, e := range v {
			keep(e, found)
		}
	case map[string]any:
		for _, e := range v {
			keep(e, found)
		}
	}
}
