package rego

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/cloud-engine/cloudengine/internal/plan"
)

// redact puts "(sensitive)" in the place of everything in the plan that is
// marked sensitive, in place, and returns what it was. Three things that
// Terraform leaves unmarked are hidden too: the variables that the
// configuration declares sensitive, a copy of a marked value in the same
// resource (terraform_data's output has its input again), and the constants of
// the configuration that are a sensitive value or configure a provider.
//
// A value elsewhere that happens to equal a sensitive one stays: "postgres"
// inside of a sensitive output must not blot out the word "postgres", by which
// a policy knows a database. In findings every sensitive text is hidden.
func redact(document map[string]any) *secrets {
	r := redactor{all: map[string]bool{}}
	config, _ := document["configuration"].(map[string]any)
	module, _ := config["root_module"].(map[string]any)
	variables, _ := document["variables"].(map[string]any)
	for name, declared := range object(module["variables"]) {
		if v, ok := variables[name].(map[string]any); ok && isSecret(declared) {
			r.hide(v, "value", r.all)
		}
	}
	for _, provider := range object(config["provider_config"]) {
		if p, ok := provider.(map[string]any); ok {
			r.constants(p["expressions"], r.all)
		}
	}
	r.configuration(module)
	for _, v := range document {
		r.walk(v)
	}
	r.equalConstants(config)
	return &secrets{values: r.all}
}

type redactor struct{ all map[string]bool }

// overlays are the values that have a sister which says what of them is
// sensitive.
var overlays = [][2]string{
	{"before", "before_sensitive"}, {"after", "after_sensitive"},
	{"values", "sensitive_values"}, {"config_values", "config_sensitive"},
}

// walk finds what is marked, wherever Terraform puts it: changes, drift, the
// prior state and the planned values all have the same forms.
func (r redactor) walk(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			r.walk(e)
		}
	case map[string]any:
		if isSecret(v) { // an output or a variable's declaration
			r.hide(v, "value", r.all)
			r.hide(v, "default", r.all)
			r.constants(v["expression"], r.all)
		}
		_, isChange := v["actions"].([]any) // and not an output of this name
		_, isResource := v["address"].(string)
		if isChange || isResource {
			r.marked(v)
		}
		for key, e := range v {
			if !(isChange || isResource) || !isOverlay(key) {
				r.walk(e)
			}
		}
	}
}

func isOverlay(key string) bool {
	return slices.ContainsFunc(overlays, func(o [2]string) bool { return key == o[0] || key == o[1] })
}

// marked hides what is marked in one resource, and what is the same in it.
func (r redactor) marked(m map[string]any) {
	own := map[string]bool{}
	for _, o := range overlays {
		if value, ok := m[o[0]]; ok {
			m[o[0]] = cover(value, m[o[1]], own)
		}
	}
	for _, o := range overlays {
		if value, ok := m[o[0]]; ok && len(own) > 0 {
			m[o[0]] = replace(value, func(s string) bool { return len(s) >= plan.MinSecret && own[s] })
		}
	}
	maps.Copy(r.all, own)
}

// configuration hides the constants that calls give to sensitive variables.
func (r redactor) configuration(module map[string]any) {
	for _, call := range object(module["module_calls"]) {
		called := object(object(call)["module"])
		for name, declared := range object(called["variables"]) {
			if isSecret(declared) {
				r.constants(object(object(call)["expressions"])[name], r.all)
			}
		}
		r.configuration(called)
	}
}

// constants hides every constant of an expression.
func (r redactor) constants(expression any, found map[string]bool) {
	r.eachConstant(expression, func(m map[string]any) { r.hide(m, "constant_value", found) })
}

// equalConstants hides the configuration's constants that are a secret, of
// whatever length: it may be where a sensitive attribute has it from.
func (r redactor) equalConstants(config any) {
	r.eachConstant(config, func(m map[string]any) {
		m["constant_value"] = replace(m["constant_value"], func(s string) bool { return s != "" && r.all[s] })
	})
}

func (r redactor) eachConstant(v any, do func(map[string]any)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			r.eachConstant(e, do)
		}
	case map[string]any:
		if _, ok := v["constant_value"]; ok {
			do(v)
		}
		for _, e := range v {
			r.eachConstant(e, do)
		}
	}
}

// hide hides one value of m whole.
func (r redactor) hide(m map[string]any, key string, found map[string]bool) {
	if value, ok := m[key]; ok {
		m[key] = cover(value, true, found)
	}
}

// cover returns value with "(sensitive)" for the parts that are marked, and
// keeps what they were. Null stays: that there is nothing is no secret.
func cover(value, marks any, found map[string]bool) any {
	switch m := marks.(type) {
	case bool:
		if m && value != nil {
			keep(value, found)
			return plan.SensitiveText
		}
	case map[string]any:
		if v, ok := value.(map[string]any); ok {
			for key, e := range v {
				v[key] = cover(e, m[key], found)
			}
		}
	case []any:
		if v, ok := value.([]any); ok {
			for i, e := range v {
				if i < len(m) {
					v[i] = cover(e, m[i], found)
				}
			}
		}
	}
	return value
}

// replace returns value with "(sensitive)" for the texts and numbers that match.
func replace(value any, matches func(string) bool) any {
	switch v := value.(type) {
	case string:
		if matches(v) {
			return plan.SensitiveText
		}
	case json.Number:
		if matches(v.String()) {
			return plan.SensitiveText
		}
	case []any:
		for i, e := range v {
			v[i] = replace(e, matches)
		}
	case map[string]any:
		for key, e := range v {
			v[key] = replace(e, matches)
		}
	}
	return value
}

func isSecret(declared any) bool {
	m := object(declared)
	return m["sensitive"] == true || m["ephemeral"] == true
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}
