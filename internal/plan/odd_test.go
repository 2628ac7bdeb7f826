package plan_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cloud-engine/cloudengine/internal/plan"
)

// TestOddPlans gives plans that lack what a plan has, or hold what it should not.
func TestOddPlans(t *testing.T) {
	t.Parallel()
	change := func(c *tfjson.Change) *tfjson.Plan {
		return &tfjson.Plan{ResourceChanges: []*tfjson.ResourceChange{{Address: "a.b", Change: c}}}
	}
	create := tfjson.Actions{tfjson.ActionCreate}
	no := false
	deep := any("deep")
	for range 10_000 {
		deep = map[string]any{"x": []any{deep}}
	}
	for name, tc := range map[string]struct {
		plan *tfjson.Plan
		want string
	}{
		"nil":            {nil, "0 to add, 0 to change, 0 to destroy"},
		"empty":          {&tfjson.Plan{}, "0 to add, 0 to change, 0 to destroy"},
		"nil change":     {change(nil), "0 to add, 0 to change, 0 to destroy"},
		"no actions":     {change(&tfjson.Change{}), "0 to add, 0 to change, 0 to destroy"},
		"unknown action": {change(&tfjson.Change{Actions: tfjson.Actions{"dance"}}), "0 to add, 0 to change, 0 to destroy"},
		"nil parts": {&tfjson.Plan{
			ResourceChanges: []*tfjson.ResourceChange{nil}, ResourceDrift: []*tfjson.ResourceChange{nil, {}},
			OutputChanges: map[string]*tfjson.Change{"a": nil}, PlannedValues: &tfjson.StateValues{Outputs: map[string]*tfjson.StateOutput{"a": nil}},
			PriorState: &tfjson.State{}, Config: &tfjson.Config{}, Variables: map[string]*tfjson.PlanVariable{"a": nil}, Complete: &no,
		}, "0 to add, 0 to change, 0 to destroy"},
		"values of odd types": {change(&tfjson.Change{
			Actions: create, Before: []any{1}, After: "text", AfterUnknown: []any{true}, AfterSensitive: "odd",
			ReplacePaths: []any{nil, "x", []any{1.5, "a"}, []any{}},
		}), "1 to add, 0 to change, 0 to destroy"},
		"overlay larger than the value": {change(&tfjson.Change{
			Actions: create, After: map[string]any{"a": []any{"x"}}, AfterSensitive: map[string]any{"a": []any{false, true}, "b": map[string]any{"c": true}},
		}), "1 to add, 0 to change, 0 to destroy"},
		"very deep":           {change(&tfjson.Change{Actions: create, After: map[string]any{"a": deep}, AfterSensitive: deep}), "1 to add, 0 to change, 0 to destroy"},
		"forgotten and anew":  {change(&tfjson.Change{Actions: tfjson.Actions{tfjson.ActionCreate, tfjson.ActionForget}}), "1 to add, 0 to change, 0 to destroy"},
		"imported":            {change(&tfjson.Change{Actions: tfjson.Actions{tfjson.ActionNoop}, Importing: &tfjson.Importing{ID: "x"}}), "1 to import, 0 to add, 0 to change, 0 to destroy"},
		"created before dest": {change(&tfjson.Change{Actions: tfjson.Actions{tfjson.ActionCreate, tfjson.ActionDelete}}), "1 to add, 0 to change, 1 to destroy"},
		"read":                {change(&tfjson.Change{Actions: tfjson.Actions{tfjson.ActionRead}}), "0 to add, 0 to change, 0 to destroy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := plan.New(tc.plan)
			if got := d.Summary(); got != tc.want {
				t.Errorf("summary is %q, want %q", got, tc.want)
			}
			if _, err := json.Marshal(d); err != nil {
				t.Error(err)
			}
			plan.SensitiveValues(tc.plan)
		})
	}
}

func TestDigestIsBounded(t *testing.T) {
	t.Parallel()
	var p tfjson.Plan
	values := map[string]any{}
	for i := range 200 {
		values[fmt.Sprintf("attribute_%03d_%s", i, strings.Repeat("n", 500))] = strings.Repeat("é", 5000)
	}
	for i := range 2000 {
		p.ResourceChanges = append(p.ResourceChanges, &tfjson.ResourceChange{
			Address: fmt.Sprintf("a.b[%d]", i), Change: &tfjson.Change{Actions: tfjson.Actions{tfjson.ActionCreate}, After: values},
		})
	}
	d := plan.New(&p)
	if d.Add != 2000 || len(d.Changes) != plan.MaxChanges || d.Omitted != 2000-plan.MaxChanges {
		t.Errorf("%d to add, %d kept, %d omitted", d.Add, len(d.Changes), d.Omitted)
	}
	c := d.Changes[0]
	if len(c.Attributes) != plan.MaxAttributes || c.Omitted != 200-plan.MaxAttributes {
		t.Errorf("%d attributes kept, %d omitted", len(c.Attributes), c.Omitted)
	}
	for _, a := range c.Attributes {
		if utf8.RuneCountInString(a.Name) > plan.MaxValue || utf8.RuneCountInString(a.After) > plan.MaxValue || !strings.HasSuffix(a.After, "…") {
			t.Fatalf("attribute %q is not bounded", a.Name)
		}
	}
}

// TestDigestIsFitForTheDatabase: a jsonb column refuses NUL.
func TestDigestIsFitForTheDatabase(t *testing.T) {
	t.Parallel()
	d := plan.New(&tfjson.Plan{ResourceChanges: []*tfjson.ResourceChange{{
		Address: "a\x00b", Change: &tfjson.Change{Actions: tfjson.Actions{tfjson.ActionCreate}, After: map[string]any{"k\x00": "v\x00\xff", "m": map[string]any{"a": []any{"\x00"}}}},
	}}})
	c := d.Changes[0]
	texts := []string{c.Address, c.Label}
	for _, a := range c.Attributes {
		texts = append(texts, a.Name, a.After)
	}
	for _, text := range texts {
		if strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
			t.Errorf("%q does not fit", text)
		}
	}
	if len(texts) != 6 {
		t.Errorf("attributes are %+v", c.Attributes)
	}
}

// TestDigestHidesSecretsInNames: a secret may be a key of instances or of a map,
// and credentials that the plan does not know are hidden too.
func TestDigestHidesSecretsInNames(t *testing.T) {
	t.Parallel()
	create := tfjson.Actions{tfjson.ActionCreate}
	p := &tfjson.Plan{
		ResourceChanges: []*tfjson.ResourceChange{{
			Address: `module.vpc-main["hunter2"].a.this["x"]`, PreviousAddress: `module.vpc-main["old-hunter2"].a.this["x"]`, ActionReason: "because_of_hunter2",
			Change: &tfjson.Change{Actions: create,
				After:          map[string]any{"pw": "hunter2", "tags": map[string]any{"k-hunter2": "v"}, "url": "https://u:unknown@host", "token": "aws-token", "n": json.Number("31337")},
				AfterSensitive: map[string]any{"pw": true}},
		}},
		ResourceDrift: []*tfjson.ResourceChange{{Address: `a.b["aHVudGVyMg=="]`}},
	}
	d := plan.New(p, "aws-token", "31337")
	c := d.Changes[0]
	got := append([]string{c.Address, c.PreviousAddress, c.Label, c.Reason}, d.Drift...)
	for _, a := range c.Attributes {
		got = append(got, a.Name+"="+a.After)
	}
	want := []string{
		`module.vpc-main["(sensitive)"].a.this["x"]`, `module.vpc-main["old-(sensitive)"].a.this["x"]`, `vpc.main["(sensitive)"]["x"]`, "because of (sensitive)", `a.b["(sensitive)"]`,
		"n=(sensitive)", "pw=(sensitive)", "tags.k-(sensitive)=v", "token=(sensitive)", "url=(sensitive)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSensitiveValues(t *testing.T) {
	t.Parallel()
	p := &tfjson.Plan{
		ResourceChanges: []*tfjson.ResourceChange{{Change: &tfjson.Change{
			Before: map[string]any{"old": "before-secret", "open": "visible"}, BeforeSensitive: map[string]any{"old": true},
			After:          map[string]any{"list": []any{"visible", map[string]any{"x": "nested-secret"}}, "n": json.Number("123456"), "short": "abc", "flag": "true"},
			AfterSensitive: map[string]any{"list": []any{false, true}, "n": true, "short": true, "flag": true},
		}}},
		OutputChanges: map[string]*tfjson.Change{"o": {After: "output-secret", AfterSensitive: true}},
		Variables:     map[string]*tfjson.PlanVariable{"v": {Value: "variable-secret"}, "w": {Value: "visible"}},
		Config: &tfjson.Config{RootModule: &tfjson.ConfigModule{
			Variables: map[string]*tfjson.ConfigVariable{"v": {Sensitive: true}, "w": {}},
			ModuleCalls: map[string]*tfjson.ModuleCall{"m": {
				Expressions: map[string]*tfjson.Expression{
					"given": {ExpressionData: &tfjson.ExpressionData{ConstantValue: "given-secret"}}, "open": {ExpressionData: &tfjson.ExpressionData{ConstantValue: "visible"}}, "none": nil,
				},
				Module: &tfjson.ConfigModule{Variables: map[string]*tfjson.ConfigVariable{
					"given": {Sensitive: true, Default: "default-secret"}, "open": {Default: "visible"}, "none": {Sensitive: true},
				}, ModuleCalls: map[string]*tfjson.ModuleCall{"nil": nil, "empty": {}, "deep": {Module: &tfjson.ConfigModule{
					Variables: map[string]*tfjson.ConfigVariable{"n": {Sensitive: true, Default: map[string]any{"pin": 424242}}}}}}},
			}}}},
		PriorState: &tfjson.State{Values: &tfjson.StateValues{
			Outputs: map[string]*tfjson.StateOutput{"o": {Sensitive: true, Value: "state-output"}},
			RootModule: &tfjson.StateModule{ChildModules: []*tfjson.StateModule{{Resources: []*tfjson.StateResource{{
				AttributeValues: map[string]any{"a": "state-secret"}, SensitiveValues: json.RawMessage(`{"a":true}`),
			}}}}},
		}},
	}
	want := []string{"123456", "424242", "before-secret", "default-secret", "given-secret", "nested-secret", "output-secret", "state-output", "state-secret", "variable-secret"}
	if got := plan.SensitiveValues(p); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSensitiveStateValues(t *testing.T) {
	t.Parallel()
	const state = `{"version":4,"outputs":{"pw":{"value":"output-secret","sensitive":true},"open":{"value":"visible"}},
		"resources":[{"instances":[{"attributes":{
			"input":{"value":{"pw":"dynamic-secret","l":["visible","listed-secret"]},"type":["object",{}]},
			"plain":{"k":"map-secret"}},
			"sensitive_attributes":[
				[{"type":"get_attr","value":"input"},{"type":"get_attr","value":"pw"}],
				[{"type":"get_attr","value":"input"},{"type":"get_attr","value":"l"},{"type":"index","value":{"value":1,"type":"number"}}],
				[{"type":"get_attr","value":"plain"},{"type":"index","value":{"value":"k","type":"string"}}],
				[{"type":"get_attr","value":"gone"},{"type":"get_attr","value":"too"}]
			]}]}]}`
	got, err := plan.SensitiveStateValues([]byte(state))
	want := []string{"dynamic-secret", "listed-secret", "map-secret", "output-secret"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q %v, want %q", got, err, want)
	}
	if _, err := plan.SensitiveStateValues([]byte(`{"torn`)); err == nil {
		t.Error("a torn state was read")
	}
}
