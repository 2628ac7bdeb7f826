package standin

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// toy is a provider with one of everything.
const toy = `{"provider_schemas": {"example.com/test/toy": {
	"provider": {"block": {"attributes": {"region": {"type": "string", "optional": true}}}},
	"resource_schemas": {"toy_box": {"block": {
		"attributes": {
			"id": {"type": "string", "computed": true},
			"name": {"type": "string", "required": true},
			"size": {"type": "number", "optional": true},
			"kind": {"type": "string", "optional": true, "computed": true},
			"key": {"type": "string", "optional": true, "write_only": true},
			"safe": {"type": "bool", "optional": true},
			"tags": {"type": ["map", "string"], "optional": true},
			"tags_all": {"type": ["map", "string"], "computed": true},
			"address": {"type": "string", "computed": true},
			"doors": {"type": ["list", ["object", {"name": "string", "width": "number"}]], "computed": true}
		},
		"block_types": {
			"disk": {"nesting_mode": "list", "block": {"attributes": {"type": {"type": "string", "optional": true}, "serial": {"type": "string", "computed": true}}}},
			"fan": {"nesting_mode": "set", "max_items": 1, "block": {"attributes": {"speed": {"type": "number", "required": true}}}}
		}
	}}},
	"data_source_schemas": {"toy_shop": {"block": {"attributes": {
		"name": {"type": "string", "required": true}, "id": {"type": "string", "computed": true}, "shelves": {"type": ["list", "string"], "computed": true}
	}}}}
}}}`

const toyRules = `{
	"fixed": {"region": "here", "account": "42"},
	"mirrors": {"tags_all": "tags"},
	"computed": {
		"toy_box": {"id": "box-{name}-{account}", "address": "{id}.{region}.example.com", "kind": "{disk.type}", "doors": [{"name": "front", "width": 2}, {"name": "{name}"}]},
		"data.toy_shop": {"shelves": ["{region}a", "{region}b"]}
	},
	"replace": {"*": ["name", "kind"], "toy_box": ["!kind", "disk.type"]},
	"protected": {"toy_box": {"attribute": "safe", "unset": true}},
	"patterns": {"toy_box": {"name": "^[a-z]+$"}},
	"conditions": {"toy_box": [
		{"when": {"kind": ["big"]}, "need": ["size"]},
		{"when": {"fan": [null], "size": ["*"]}, "deny": ["tags"]}
	]},
	"conflicts": {"toy_box": [["size", "fan"]]},
	"exactly_one": {"toy_box": [["kind", "disk"]]},
	"faults": {"quota": "creating {resource}: LimitExceeded: no {name} for account {account}\n\nAsk for more."}
}`

// mustToy is a server of toys.
func mustToy(t *testing.T, environment map[string]string) *server {
	t.Helper()
	s := mustServer(t, []byte(toy), environment)
	if err := json.Unmarshal([]byte(toyRules), &s.rules); err != nil {
		t.Fatal(err)
	}
	s.fixed = s.rules.Fixed
	return s
}

var boxType = func() tftypes.Object {
	p, err := readProvider([]byte(toy))
	if err != nil {
		panic(err)
	}
	return p.Resources["toy_box"].ty.(tftypes.Object)
}()

// mustValue makes an object of a type from JSON; what is not named is null, and "?" is
// not known.
func mustValue(t *testing.T, ty tftypes.Type, raw string) tftypes.Value {
	t.Helper()
	if raw == "" {
		return tftypes.NewValue(ty, nil)
	}
	given := map[string]any{}
	if err := json.Unmarshal([]byte(raw), &given); err != nil {
		t.Fatal(err)
	}
	return valueOf(t, ty, given)
}

func valueOf(t *testing.T, ty tftypes.Type, given any) tftypes.Value {
	t.Helper()
	if given == "?" {
		return tftypes.NewValue(ty, tftypes.UnknownValue)
	}
	if o, ok := ty.(tftypes.Object); ok && given != nil {
		out := map[string]tftypes.Value{}
		for name, inner := range o.AttributeTypes {
			element, isBlock := inner.(tftypes.List)
			value := given.(map[string]any)[name]
			if value == nil && isBlock && name == "disk" {
				out[name] = tftypes.NewValue(element, []tftypes.Value{})
				continue
			}
			out[name] = valueOf(t, inner, value)
		}
		return tftypes.NewValue(ty, out)
	}
	if l, ok := ty.(tftypes.List); ok && given != nil {
		out := []tftypes.Value{}
		for _, e := range given.([]any) {
			out = append(out, valueOf(t, l.ElementType, e))
		}
		return tftypes.NewValue(ty, out)
	}
	raw, err := json.Marshal(given)
	if err != nil {
		t.Fatal(err)
	}
	v, err := tftypes.ValueFromJSON(raw, ty) //nolint:staticcheck // deprecated for callers that are no providers
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func mustDynamic(t *testing.T, v tftypes.Value) *tfprotov5.DynamicValue {
	t.Helper()
	d, err := tfprotov5.NewDynamicValue(v.Type(), v)
	if err != nil {
		t.Fatal(err)
	}
	return &d
}

// box is what a configuration, a plan or a state says of one.
func (s *server) mustPlan(t *testing.T, prior, proposed tftypes.Value) (planned tftypes.Value, replaced []string) {
	t.Helper()
	r, err := s.PlanResourceChange(t.Context(), &tfprotov5.PlanResourceChangeRequest{
		TypeName: "toy_box", PriorState: mustDynamic(t, prior), ProposedNewState: mustDynamic(t, proposed),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.RequiresReplace {
		replaced = append(replaced, pathName(p))
	}
	v, err := r.PlannedState.Unmarshal(boxType)
	if err != nil {
		t.Fatal(err)
	}
	return v, replaced
}

func (s *server) mustApply(t *testing.T, prior, planned tftypes.Value) (tftypes.Value, []*tfprotov5.Diagnostic) {
	t.Helper()
	r, err := s.ApplyResourceChange(t.Context(), &tfprotov5.ApplyResourceChangeRequest{
		TypeName: "toy_box", PriorState: mustDynamic(t, prior), PlannedState: mustDynamic(t, planned),
	})
	if err != nil {
		t.Fatal(err)
	}
	v, err := r.NewState.Unmarshal(boxType)
	if err != nil {
		t.Fatal(err)
	}
	return v, r.Diagnostics
}

// A resource is planned with what is not known yet, made, left as it is, changed and
// destroyed, and each is counted.
func TestLife(t *testing.T) {
	t.Parallel()
	ledger := filepath.Join(t.TempDir(), "ledger")
	s := mustToy(t, map[string]string{LedgerVariable: ledger})
	none := mustValue(t, boxType, "")
	planned, _ := s.mustPlan(t, none, mustValue(t, boxType, `{"name": "a", "key": "secret", "safe": true, "tags": {"k": "v"}, "disk": [{"type": "ssd"}]}`))
	for name, known := range map[string]bool{"id": false, "address": false, "kind": false, "doors": false, "tags_all": true, "size": true} {
		if object(planned)[name].IsKnown() != known {
			t.Errorf("%s is planned as %v", name, object(planned)[name])
		}
	}
	if !object(planned)["key"].IsNull() {
		t.Error("what is written only is in the plan")
	}
	made, failed := s.mustApply(t, none, planned)
	if failed != nil || !made.IsFullyKnown() {
		t.Fatalf("made %v, %v", made, failed)
	}
	for name, want := range map[string]string{"id": "box-a-42", "kind": "ssd", "disk.serial": "fake-disk-serial-", "doors.name": "front"} {
		if got := text(at(made, name)[0]); !strings.HasPrefix(got, want) {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if doors := at(made, "doors.name"); len(doors) != 2 || text(doors[1]) != "a" {
		t.Errorf("doors are %v", doors)
	}
	again, replaced := s.mustPlan(t, made, made)
	if !again.Equal(made) || replaced != nil {
		t.Errorf("what is as it should be is planned as %v", again)
	}
	if _, failed := s.mustApply(t, made, none); failed == nil {
		t.Error("what is protected was destroyed")
	}
	open := object(made)
	open["safe"] = tftypes.NewValue(tftypes.Bool, false)
	changed, replaced := s.mustPlan(t, made, tftypes.NewValue(boxType, open))
	if replaced != nil {
		t.Errorf("replaced for %v", replaced)
	}
	if changed, failed = s.mustApply(t, made, changed); failed != nil {
		t.Fatal(failed[0].Summary)
	}
	if _, failed := s.mustApply(t, changed, none); failed != nil {
		t.Fatal(failed[0].Summary)
	}
	raw, err := os.ReadFile(ledger)
	if want := "created toy_box box-a-42\nupdated toy_box box-a-42\ndestroyed toy_box box-a-42\n"; err != nil || string(raw) != want {
		t.Errorf("the ledger is %q, %v", raw, err)
	}
}

// Some things cannot change in place.
func TestReplace(t *testing.T) {
	t.Parallel()
	const before = `{"id": "x", "name": "a", "kind": "k", "disk": [{"type": "ssd", "serial": "1"}]}`
	for name, tc := range map[string]struct{ after, want string }{
		"nothing":      {before, ""},
		"in place":     {`{"id": "x", "name": "a", "kind": "other", "size": 3, "disk": [{"type": "ssd", "serial": "1"}]}`, ""},
		"name":         {`{"id": "x", "name": "b", "kind": "k", "disk": [{"type": "ssd", "serial": "1"}]}`, "name"},
		"not known":    {`{"id": "x", "name": "?", "kind": "k", "disk": [{"type": "ssd", "serial": "1"}]}`, "name"},
		"in a block":   {`{"id": "x", "name": "a", "kind": "k", "disk": [{"type": "hdd", "serial": "1"}]}`, "disk"},
		"another disk": {`{"id": "x", "name": "a", "kind": "k", "disk": [{"type": "ssd", "serial": "1"}, {"type": "ssd"}]}`, "disk"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, replaced := mustToy(t, nil).mustPlan(t, mustValue(t, boxType, before), mustValue(t, boxType, tc.after))
			if got := strings.Join(replaced, " "); got != tc.want {
				t.Errorf("replaced for %q, want %q", got, tc.want)
			}
		})
	}
}

// What does not go together is refused while it is validated.
func TestValidate(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ config, want string }{
		"right":             {`{"name": "a", "kind": "k"}`, ""},
		"pattern":           {`{"name": "A 1", "kind": "k"}`, "does not match"},
		"pattern, unknown":  {`{"name": "?", "kind": "k"}`, ""},
		"none of two":       {`{"name": "a"}`, "Exactly one of kind, disk"},
		"both of two":       {`{"name": "a", "kind": "k", "disk": [{"type": "ssd"}]}`, "Exactly one of kind, disk"},
		"one of two open":   {`{"name": "a", "kind": "?"}`, ""},
		"conflict":          {`{"name": "a", "kind": "k", "size": 1, "fan": [{"speed": 1}]}`, "cannot be set together"},
		"conflict, unknown": {`{"name": "a", "kind": "k", "size": "?", "fan": [{"speed": 1}]}`, ""},
		"needed":            {`{"name": "a", "kind": "big"}`, "size must be set"},
		"needed and there":  {`{"name": "a", "kind": "big", "size": 3}`, ""},
		"needed, unknown":   {`{"name": "a", "kind": "big", "size": "?"}`, ""},
		"denied":            {`{"name": "a", "kind": "k", "size": 3, "tags": {"a": "b"}}`, "tags cannot be set"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustToy(t, nil)
			r, err := s.ValidateResourceTypeConfig(t.Context(), &tfprotov5.ValidateResourceTypeConfigRequest{TypeName: "toy_box", Config: mustDynamic(t, mustValue(t, boxType, tc.config))})
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			for _, d := range r.Diagnostics {
				said = append(said, d.Detail)
			}
			if len(said) > 1 || (tc.want == "") != (len(said) == 0) || !strings.Contains(strings.Join(said, ""), tc.want) {
				t.Errorf("said %q, want %q", said, tc.want)
			}
		})
	}
}

// Data sources answer the same for the same arguments, with the provider's region.
func TestData(t *testing.T) {
	t.Parallel()
	s := mustToy(t, nil)
	config := mustValue(t, s.provider.Provider.ty, `{"region": "there"}`)
	if r, err := s.ConfigureProvider(t.Context(), &tfprotov5.ConfigureProviderRequest{Config: mustDynamic(t, config)}); err != nil || r.Diagnostics != nil {
		t.Fatal(err, r)
	}
	ty := s.provider.Data["toy_shop"].ty
	read := func(name string) tftypes.Value {
		r, err := s.ReadDataSource(t.Context(), &tfprotov5.ReadDataSourceRequest{TypeName: "toy_shop", Config: mustDynamic(t, mustValue(t, ty, `{"name": "`+name+`"}`))})
		if err != nil {
			t.Fatal(err)
		}
		v, err := r.State.Unmarshal(ty)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	one, same, other := read("a"), read("a"), read("b")
	if !one.Equal(same) || object(one)["id"].Equal(object(other)["id"]) {
		t.Errorf("read %v, %v and %v", one, same, other)
	}
	if shelves := elements(object(one)["shelves"]); len(shelves) != 2 || text(shelves[0]) != "therea" {
		t.Errorf("shelves are %v", shelves)
	}
}

// Faults come where they were ordered, in the words of the cloud.
func TestFaults(t *testing.T) {
	t.Parallel()
	none := mustValue(t, boxType, "")
	box := mustValue(t, boxType, `{"name": "a", "kind": "k", "id": "x", "safe": false}`)
	for name, tc := range map[string]struct{ faults, create, destroy string }{
		"none":        {``, "", ""},
		"another":     {`{"toy_other": "quota"}`, "", ""},
		"the cloud's": {`{"toy_box": "quota"}`, "creating toy_box: LimitExceeded: no a for account 42", ""},
		"own text":    {`{"toy_box": "the {name} broke"}`, "the a broke", ""},
		"destroy":     {`{"toy_box destroy": "{id} is in use"}`, "", "x is in use"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ledger := filepath.Join(t.TempDir(), "ledger")
			s := mustToy(t, map[string]string{FaultsVariable: tc.faults, LedgerVariable: ledger})
			made, failed := s.mustApply(t, none, box)
			if said(failed) != tc.create || made.IsNull() != (tc.create != "") {
				t.Errorf("creating: said %q, left %v", said(failed), made)
			}
			left, failed := s.mustApply(t, box, none)
			if said(failed) != tc.destroy || left.IsNull() != (tc.destroy == "") {
				t.Errorf("destroying: said %q, left %v", said(failed), left)
			}
			raw, _ := os.ReadFile(ledger)
			if strings.Contains(string(raw), "created") != (tc.create == "") || strings.Contains(string(raw), "destroyed") != (tc.destroy == "") {
				t.Errorf("the ledger is %q", raw)
			}
		})
	}
	if _, err := newServer([]byte(toy), func(string) string { return "[1]" }); err == nil {
		t.Error("faults that cannot be read were taken")
	}
}

func said(d []*tfprotov5.Diagnostic) string {
	if len(d) == 0 {
		return ""
	}
	return d[0].Summary
}

// A schema that cannot be served is refused with a reason.
func TestBadSchema(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{`{`, `{}`, `{"provider_schemas": {"a": {"provider": {"block": {"attributes": {"x": {"type": "what"}}}}}}}`} {
		if _, err := readProvider([]byte(raw)); err == nil {
			t.Errorf("%s was taken", raw)
		}
	}
}
