package plan_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cloud-engine/cloudengine/internal/plan"
)

// Whatever the plan, its digest is bounded, the same each time, fit for the
// database, agrees with itself, and holds none of the plan's sensitive values.
func FuzzDigest(f *testing.F) {
	files, err := filepath.Glob("testdata/*.plan.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no plans to start from")
	}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(`{"format_version":"1.2","resource_changes":[{"address":"a.b","change":{"actions":["delete","create"],"replace_paths":[["a"]],
		"before":{"a":"hunter2","b":["x",{"c":"hunter2"}]},"before_sensitive":{"a":true},"after":{"a":"two","n":1234567,"b":[{"hunter2":1}]},"after_sensitive":{"n":true},"after_unknown":{"u":true}}}],
		"output_changes":{"o":{"actions":["create"],"after":{"deep":["hunter2"]},"after_sensitive":false}},"complete":false}`))
	f.Add([]byte(`{"format_version":"1.2","resource_drift":[{"address":"a.b[\"hunter2\"]","change":{"actions":["update"]}}],"resource_changes":[{"address":"a.b[\"hunter2\"]","previous_address":"a.c[\"hunter2\"]",
		"change":{"actions":["create"],"after":{"a":"hunter2","m":{"hunter2":1}},"after_sensitive":{"a":true}}}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var p tfjson.Plan
		p.UseJSONNumber(true)
		if json.Unmarshal(raw, &p) != nil {
			return
		}
		d := plan.New(&p)
		checkCounts(t, d)
		checkBounds(t, d)
		secrets := plan.SensitiveValues(&p)
		for _, c := range d.Changes {
			for _, a := range c.Attributes {
				checkSecretless(t, secrets, a.Before, a.After)
				if len(a.Name) < plan.MaxValue { // else what is left may only begin like a secret
					checkSecretless(t, secrets, a.Name)
				}
			}
			checkSecretless(t, secrets, keys(c.Address), keys(c.PreviousAddress))
		}
		for _, address := range d.Drift {
			checkSecretless(t, secrets, keys(address))
		}
		for _, o := range d.Outputs {
			checkSecretless(t, secrets, o.Before, o.After)
		}
		var stored plan.Digest
		if encoded, err := json.Marshal(d); err != nil || json.Unmarshal(encoded, &stored) != nil {
			t.Fatalf("%v: %s", err, encoded)
		}
		if diff := cmp.Diff(d, stored, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("the database returns something else: %s", diff)
		}
		if diff := cmp.Diff(d, plan.New(&p)); diff != "" {
			t.Errorf("the same plan has two digests: %s", diff)
		}
	})
}

// checkCounts: the counts are those of the changes, as far as these are kept.
func checkCounts(t *testing.T, d plan.Digest) {
	t.Helper()
	counts := map[plan.Action]int{}
	for _, c := range d.Changes {
		counts[c.Action]++
	}
	if counts[plan.NoOp] > 0 {
		t.Error("what stays as it is is listed as a change")
	}
	add, destroy := counts[plan.Create]+counts[plan.Replace], counts[plan.Delete]+counts[plan.Replace]
	less := d.Add < add || d.Destroy < destroy || d.Change < counts[plan.Update] || d.Replace < counts[plan.Replace] || d.Forget < counts[plan.Forget]
	if less || d.Omitted == 0 && (d.Add != add || d.Destroy != destroy || d.Change != counts[plan.Update] || d.Replace != counts[plan.Replace]) {
		t.Errorf("counts are %s, changes %v", d.Summary(), counts)
	}
	if d.Replace > d.Add || d.Replace > d.Destroy || d.Resources() < 0 || d.Empty() && (d.Destructive() || d.Resources() > 0) || d.OutputsChanged < len(d.Outputs) {
		t.Errorf("the counts disagree: %+v", d)
	}
	if !slices.IsSortedFunc(d.Changes, func(a, b plan.Change) int { return strings.Compare(a.Address, b.Address) }) {
		t.Error("the changes are not sorted")
	}
}

// checkBounds: it fits, and Postgres takes it.
func checkBounds(t *testing.T, d plan.Digest) {
	t.Helper()
	if len(d.Changes) > plan.MaxChanges || len(d.Outputs) > plan.MaxChanges || len(d.Drift) > plan.MaxChanges || d.Omitted > 0 && len(d.Changes) < plan.MaxChanges {
		t.Errorf("%d changes, %d omitted, %d outputs, %d drifted", len(d.Changes), d.Omitted, len(d.Outputs), len(d.Drift))
	}
	texts := append([]string{d.TerraformVersion}, d.Drift...)
	for _, c := range d.Changes {
		texts = append(texts, c.Address, c.PreviousAddress, c.Label, c.Module, c.Type, c.Name, c.Reason)
		if len(c.Attributes) > plan.MaxAttributes || c.Omitted > 0 && len(c.Attributes) < plan.MaxAttributes {
			t.Errorf("%d attributes, %d omitted", len(c.Attributes), c.Omitted)
		}
		for _, a := range c.Attributes {
			texts = append(texts, a.Name, a.Before, a.After)
			if a.Unknown && a.After != plan.UnknownText && a.After != plan.SensitiveText {
				t.Errorf("an unknown value is shown: %q", a.After)
			}
		}
	}
	for _, o := range d.Outputs {
		texts = append(texts, o.Name, o.Before, o.After)
	}
	for _, s := range texts {
		if utf8.RuneCountInString(s) > plan.MaxValue || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			t.Errorf("%q does not fit", s)
		}
	}
}

// keys are the part of an address that can hold a secret.
func keys(address string) string {
	_, keys, _ := strings.Cut(address, "[")
	return keys
}

func checkSecretless(t *testing.T, secrets []string, shown ...string) {
	t.Helper()
	for _, s := range shown {
		if s == plan.SensitiveText || s == plan.UnknownText {
			continue
		}
		for part := range strings.SplitSeq(s, plan.SensitiveText) {
			for _, secret := range secrets {
				if strings.Contains(part, secret) && !strings.Contains(plan.SensitiveText, secret) {
					t.Errorf("%q shows the secret %q", s, secret)
				}
			}
		}
	}
}

// A label is never longer than what it stands for, but for the brackets around
// what is inside of a module, and a text is relabelled as a whole.
func FuzzLabel(f *testing.F) {
	for _, address := range []string{`module.a-b["x\`, `module.a-b[].this`, `module.compute_vm-web.terraform_data.disk`, `module.vpc-main["a.b"].aws_vpc.this["c.d"]`, "module.a-b.data.c.this", "a.b"} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		label := plan.Label(address)
		if len(label) > len(address)+len(" ()") || (label == "") != (address == "") {
			t.Errorf("%q is called %q", address, label)
		}
		if label != address && !strings.HasPrefix(address, "module.") {
			t.Errorf("%q, which is in no module, is called %q", address, label)
		}
		if got := plan.Relabel(address, address); got != label {
			t.Errorf("%q alone becomes %q, not %q", address, got, label)
		}
	})
}
