package rego_test

import (
	"encoding/json"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cloud-engine/cloudengine/internal/rego"
)

// leaky are rules that quote whatever they get hold of.
const leaky = `
deny contains json.marshal(rc) if some rc in input.plan.resource_changes

deny contains sprintf("%v", [rc.change.after.input]) if some rc in input.plan.resource_changes

deny contains json.marshal(input.plan[key]) if some key in ["output_changes", "prior_state", "planned_values", "configuration", "variables"]

deny contains {"msg": part, "resource": part} if {
	[_, part] := walk(input.plan)
	is_string(part)
}`

// The names of the secrets are all hunter2-something.
const secretive = `
terraform { required_version = ">= 1.9" }
variable "password" {
  type      = string
  sensitive = true
  default   = "hunter2-default"
}
variable "open" { default = "postgres" }
locals { list = sensitive(["hunter2-one", "hunter2-two"]) }
module "database-db" {
  source   = "./module"
  password = "hunter2-GENERATION-constant"
}
resource "terraform_data" "a" {
  input = {
    password = var.password
    list     = local.list
    nested   = { deep = [{ pin = sensitive("hunter2-pin"), size = "large" }] }
    number   = sensitive(48151623)
    lines    = sensitive("hunter2-first\nhunter2-second \"quoted\"")
    open     = var.open
  }
}
output "url" {
  value     = "db://${var.password}@host"
  sensitive = true
}
output "whole" {
  value     = { engine = "postgres", password = "hunter2-output" }
  sensitive = true
}
`

const secretiveModule = `
variable "password" {
  type      = string
  sensitive = true
  default   = "hunter2-unused"
}
resource "terraform_data" "this" { input = { kind = "database", password = var.password } }
`

func TestNoSecretOfARealPlan(t *testing.T) {
	t.Parallel()
	w := workspace{t.TempDir()}
	files := func(generation string) map[string][]byte {
		return map[string][]byte{
			"main.tf":        []byte(strings.ReplaceAll(secretive, "GENERATION", generation)),
			"module/main.tf": []byte(secretiveModule),
		}
	}
	plans := map[string]json.RawMessage{"create": w.MustPlan(t, files("one"), "-var=password=hunter2-given")}
	w.MustApply(t)
	plans["change"] = w.MustPlan(t, files("two"), "-var=password=hunter2-changed")
	plans["destroy"] = w.MustPlan(t, files("two"), "-destroy")
	p := MustLoad(t, map[string]string{"a.rego": policy("a", leaky)})
	for name, raw := range plans {
		if !strings.Contains(string(raw), "hunter2") {
			t.Fatalf("the plan to %s has no secret to begin with", name)
		}
		noSecret(t, name, p, raw)
		var parsed tfjson.Plan // as the engine hands it on
		parsed.UseJSONNumber(true)
		if err := json.Unmarshal(raw, &parsed); err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(&parsed)
		if err != nil {
			t.Fatal(err)
		}
		noSecret(t, name+" through terraform-json", p, again)
	}
}

func noSecret(t *testing.T, name string, p *rego.Policies, raw json.RawMessage) {
	t.Helper()
	in := rego.Input{Plan: raw}
	document, err := in.Document()
	if err != nil {
		t.Fatal(err)
	}
	found := MustEvaluate(t, p, in)
	if len(found) < 10 {
		t.Errorf("%s: only %d findings", name, len(found))
	}
	messages, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"hunter2", "48151623", "quoted"} {
		if i := strings.Index(document, secret); i >= 0 {
			t.Errorf("%s: %s is in the input: …%s…", name, secret, document[max(0, i-200):min(len(document), i+100)])
		}
		if i := strings.Index(string(messages), secret); i >= 0 {
			t.Errorf("%s: %s is in a finding: …%s…", name, secret, messages[max(0, i-200):min(len(messages), i+100)])
		}
	}
	for _, open := range []string{`"postgres"`, `"terraform_data"`, `"(sensitive)"`, "large"} {
		if !strings.Contains(document, open) {
			t.Errorf("%s: %s is not in the input", name, open)
		}
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		plan   string
		has    []string
		hasNot []string
	}{
		"a sensitive variable": {
			plan: `"variables": {"a": {"value": "topsecret"}, "b": {"value": "open"}}, "configuration": {"root_module": {"variables": {"a": {"sensitive": true}, "b": {}}}}`,
			has:  []string{`"open"`}, hasNot: []string{"topsecret"},
		},
		"an ephemeral variable": {
			plan:   `"variables": {"a": {"value": "topsecret"}}, "configuration": {"root_module": {"variables": {"a": {"ephemeral": true}}}}`,
			hasNot: []string{"topsecret"},
		},
		"what configures a provider": {
			plan:   `"configuration": {"provider_config": {"aws": {"name": "aws", "expressions": {"token": {"constant_value": "topsecret"}, "block": [{"key": {"constant_value": "alsosecret"}}]}}}}`,
			hasNot: []string{"topsecret", "alsosecret"},
		},
		"a constant that is a secret": {
			plan: `"resource_changes": [{"address": "a.b", "change": {"actions": ["create"], "after": {"pin": "x1"}, "after_sensitive": {"pin": true}}}],
				"configuration": {"root_module": {"resources": [{"address": "a.b", "expressions": {"pin": {"constant_value": "x1"}, "size": {"constant_value": "x10"}}}]}}`,
			has: []string{`"x10"`}, hasNot: []string{`"x1"`},
		},
		"drift, and changes put off": {
			plan: `"resource_drift": [{"address": "a.b", "change": {"actions": ["update"], "before": {"x": "one"}, "before_sensitive": {"x": true}, "after": {"x": "two"}, "after_sensitive": {"x": true}}}],
				"deferred_changes": [{"reason": "r", "resource_change": {"address": "a.c", "change": {"actions": ["create"], "after": "three", "after_sensitive": true}}}]`,
			hasNot: []string{`"one"`, `"two"`, `"three"`},
		},
		"what an action gets": {
			plan:   `"action_invocations": [{"address": "action.a.b", "config_values": {"x": "one", "y": "two"}, "config_sensitive": {"x": true}}]`,
			has:    []string{`"two"`},
			hasNot: []string{`"one"`},
		},
		"outputs with names of ours": {
			plan: `"output_changes": {"before": {"actions": ["create"], "after": "one", "after_sensitive": true}, "before_sensitive": {"actions": ["create"], "after": "two", "after_sensitive": true},
				"actions": {"actions": ["create"], "after": "three", "after_sensitive": true}, "sensitive": {"actions": ["create"], "after": "four", "after_sensitive": true}}`,
			hasNot: []string{`"one"`, `"two"`, `"three"`, `"four"`},
		},
		"values with names of ours": {
			plan: `"resource_changes": [{"address": "a.b", "change": {"actions": ["create"], "after": {"sensitive": true, "value": "open"}, "after_sensitive": {}}}]`,
			has:  []string{`"open"`},
		},
		"a copy in the same resource, and not elsewhere": {
			plan: `"resource_changes": [
				{"address": "a.b", "change": {"actions": ["update"], "before": {"input": "postgres", "copy": "postgres"}, "before_sensitive": {"input": true}}},
				{"address": "a.c", "type": "azurerm_postgresql", "change": {"actions": ["create"], "after": {"engine": "postgres"}, "after_sensitive": {}}}]`,
			has: []string{`"copy": "(sensitive)"`, `"engine": "postgres"`, "azurerm_postgresql"},
		},
		"nothing is no secret": {
			plan: `"resource_changes": [{"address": "a.b", "change": {"actions": ["create"], "after": {"x": null}, "after_sensitive": {"x": true}}}]`,
			has:  []string{`"x": null`},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document, err := rego.Input{Plan: json.RawMessage(`{"format_version": "1.2", ` + tc.plan + `}`)}.Document()
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range tc.has {
				if !strings.Contains(document, want) {
					t.Errorf("%s is missing: %s", want, document)
				}
			}
			for _, secret := range tc.hasNot {
				if strings.Contains(document, secret) {
					t.Errorf("%s is there: %s", secret, document)
				}
			}
		})
	}
}

// A secret that stands unmarked elsewhere is hidden in what people read.
func TestFindingsHideSecrets(t *testing.T) {
	t.Parallel()
	const plan = `{"format_version": "1.2", "resource_changes": [
		{"address": "module.database-db.a.this", "change": {"actions": ["create"], "after": {"password": "top \"secret\"", "key": "-----BEGIN\nabcdef\n-----END", "script": "0.0.0.0/0"},
			"after_sensitive": {"password": true, "key": true, "script": true}}},
		{"address": "a.c", "change": {"actions": ["create"], "after": {"note": "it is top \"secret\"", "lines": "x abcdef y", "cidr": "0.0.0.0/0"}, "after_sensitive": {}}}]}`
	p := MustLoad(t, map[string]string{"a.rego": policy("a", `
deny contains json.marshal(rc.change.after) if some rc in input.plan.resource_changes

warn contains rc.change.after.note if some rc in input.plan.resource_changes

warn contains {"msg": rc.change.after.lines, "resource": rc.change.after.note} if some rc in input.plan.resource_changes`)})
	texts := func(session rego.Session) string {
		raw, err := json.Marshal(MustEvaluate(t, p, rego.Input{Plan: json.RawMessage(plan), Session: session}))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	got := texts(rego.Session{})
	for _, secret := range []string{"secret", "abcdef", "0.0.0.0/0"} {
		if strings.Contains(strings.ReplaceAll(got, "(sensitive)", ""), secret) {
			t.Errorf("%s is shown: %s", secret, got)
		}
	}
	// Who types an address into a secret must not hide it elsewhere.
	typed := texts(rego.Session{Resources: []rego.Resource{{Kind: "database", Name: "db", Values: map[string]any{"script": "0.0.0.0/0"}}}})
	if !strings.Contains(typed, "0.0.0.0/0") {
		t.Errorf("what was typed is hidden: %s", typed)
	}
}

// The cause of a failed rule goes to the log, and OPA quotes values in it.
func TestErrorsHideSecrets(t *testing.T) {
	t.Parallel()
	const plan = `{"format_version": "1.2", "resource_changes": [
		{"address": "a.b", "change": {"actions": ["create"], "after": {"x": "topsecret"}, "after_sensitive": {"x": true}}},
		{"address": "a.c", "change": {"actions": ["create"], "after": {"y": "topsecret"}, "after_sensitive": {}}}]}`
	p := MustLoad(t, map[string]string{"a.rego": policy("a", `deny contains "x" if {
	some rc in input.plan.resource_changes
	to_number(rc.change.after.y) > 1
}`)})
	_, err := p.Evaluate(t.Context(), rego.Input{Plan: json.RawMessage(plan)})
	if err == nil || strings.Contains(err.Error(), "topsecret") || !strings.Contains(err.Error(), "(sensitive)") {
		t.Errorf("the error is %v", err)
	}
}
