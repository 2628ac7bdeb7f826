package rego_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/rego"
)

// A policy sees nothing of what is marked sensitive, whatever things are called
// and however deep it lies.
func FuzzRedact(f *testing.F) {
	for _, name := range []string{"password", "before", "after_sensitive", "actions", "address", "sensitive", "value", "constant_value", "expressions", "root_module", "", "a\x00"} {
		f.Add(name, "inner", "x", uint8(0))
		f.Add("inner", name, `"quoted"`+"\nline", uint8(3))
	}
	f.Fuzz(func(t *testing.T, name, inner, tail string, depth uint8) {
		const marker = "hunter2-"
		if strings.Contains(name+inner, marker) {
			return
		}
		secret := marker + tail
		raw, err := json.Marshal(planWith(name, inner, secret, int(depth%20)))
		if err != nil {
			t.Fatal(err)
		}
		document, err := rego.Input{Plan: raw}.Document()
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if i := strings.Index(document, marker); i >= 0 {
			t.Errorf("a policy sees the secret of %s: …%s…", raw, document[max(0, i-200):i])
		}
		if !strings.Contains(document, "visible-text") || !strings.Contains(document, "(sensitive)") {
			t.Errorf("a policy does not see what is no secret: %s", document)
		}
	})
}

type object = map[string]any

// planWith has a secret in each place where Terraform marks one.
func planWith(name, inner, secret string, depth int) object {
	var value, marks any = object{inner: secret, inner + "-open": "visible-text"}, object{inner: true}
	for range depth {
		value, marks = object{name: []any{"visible-text", value}}, object{name: []any{false, marks}}
	}
	value, marks = object{name: value, name + "-copy": secret}, object{name: marks}
	change := object{
		"actions": []any{"update"}, "before": value, "before_sensitive": marks, "after": value, "after_sensitive": marks,
	}
	resource := object{"address": "a.b", "type": "a", "name": name, "values": value, "sensitive_values": marks}
	return object{
		"format_version":   "1.2",
		"resource_changes": []any{object{"address": "a.b", "change": change}},
		"resource_drift":   []any{object{"address": "a.b", "change": change}},
		"output_changes":   object{name: object{"actions": []any{"create"}, "after": secret, "after_sensitive": true}},
		"prior_state":      object{"values": object{"outputs": object{name: object{"sensitive": true, "value": secret}}, "root_module": object{"resources": []any{resource}}}},
		"planned_values":   object{"root_module": object{"child_modules": []any{object{"address": "module.x", "resources": []any{resource}}}}},
		"variables":        object{name: object{"value": secret}},
		"configuration": object{
			"provider_config": object{name: object{"name": name, "expressions": object{inner: object{"constant_value": secret}}}},
			"root_module": object{
				"variables":    object{name: object{"sensitive": true, "default": secret}},
				"outputs":      object{name: object{"sensitive": true, "expression": object{"constant_value": secret}}},
				"module_calls": object{name: object{"expressions": object{inner: object{"constant_value": secret}}, "module": object{"variables": object{inner: object{"sensitive": true}}}}},
			},
		},
	}
}
