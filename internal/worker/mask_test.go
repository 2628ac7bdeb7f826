package worker

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// Secrets may be spelt like parts of Terraform's own format: its lines are read
// before anything in them is hidden.
func TestSecretsDoNotBreakTheOutput(t *testing.T) {
	t.Parallel()
	d := (&Worker{}).newDriver(terraform.Dir{}, orchestrator.ApplyTask{Secrets: []string{
		"12345", "create", "type", "hunter2", "@message", "apply_complete", "line one\nof several",
	}})
	const hook = `"hook":{"resource":{"addr":"module.vpc-main.a.this[\"hunter2\"]"},"action":"create","elapsed_seconds":12345,"id_key":"id","id_value":"hunter2"}`
	var said []string
	for _, raw := range []string{
		`{"@level":"info","@message":"plan","type":"planned_change","change":{"resource":{"addr":"module.vpc-main.a.this[\"hunter2\"]"},"action":"create"}}`,
		`{"@level":"info","@message":"module.vpc-main.a.this[\"hunter2\"]: Creating...","type":"apply_start",` + hook + `}`,
		`{"@level":"info","@message":"module.vpc-main.a.this[\"hunter2\"] (local-exec): h\u001b[1munter2 http://a:b@c","type":"provision_progress",` + hook + `}`,
		`{"@level":"info","@message":"done after 12345s [id=hunter2]","type":"apply_complete",` + hook + `}`,
		`{"@level":"error","@message":"Error: x","type":"diagnostic","diagnostic":{"severity":"error","summary":"bad hunter2","detail":"it said:\n  line one\nof several","address":"module.vpc-main.a.this[\"hunter2\"]"}}`,
		`{"@level":"info","@message":"Outputs: 2","type":"outputs","outputs":{"n":{"type":"number","value":12345},"l":{"type":["list","number"],"value":[12345,1]},"s":{"type":"string","value":"hunter2"}}}`,
	} {
		if line := d.line([]byte(raw)); line.Text != "" {
			said = append(said, line.Text)
		}
	}
	want := []string{
		"plan",
		`vpc.main["(sensitive)"]: Creating...`,
		`vpc.main["(sensitive)"] (local-exec): (sensitive) http://a:(sensitive)@c`,
		"done after (sensitive)s [id=(sensitive)]",
		"Error: bad (sensitive)\n  with vpc.main[\"(sensitive)\"]\n  it said:\n    (sensitive)",
		"Outputs:\n  l = [(sensitive),1]\n  n = (sensitive)\n  s = (sensitive)",
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Error(diff)
	}
	p := d.snapshot()
	if p.Done != 1 || p.Total != 1 || strings.Join(p.Created, " ") != `module.vpc-main.a.this["(sensitive)"]` {
		t.Errorf("progress is %+v", p)
	}
	f := d.failure(false)
	if f.Resource != `vpc.main["(sensitive)"]` || f.Summary != "bad (sensitive)" || !strings.HasSuffix(f.Detail, "(sensitive)") {
		t.Errorf("failure is %+v", f)
	}
}

// Terraform cuts the lines of a program that pauses within them, of one resource
// while another speaks too.
func TestSecretsAcrossLines(t *testing.T) {
	t.Parallel()
	d := (&Worker{}).newDriver(terraform.Dir{}, orchestrator.ApplyTask{Secrets: []string{"hunter2-secret"}})
	var said []string
	for _, part := range []struct{ address, output string }{
		{"a.a", "it is hunter2-"}, {"a.b", "hunt"}, {"a.a", "secret, see"}, {"a.b", "ing season"}, {"a.b", "hunt"}, {"a.b", "er2-secret"}, {"a.a", "the end"},
	} {
		line := d.line([]byte(`{"@message":"` + part.address + `: ` + part.output + `","type":"provision_progress","hook":{"resource":{"addr":"` + part.address + `"},"provisioner":"local-exec","output":"` + part.output + `"}}`))
		said = append(said, line.Text)
	}
	want := []string{"a.a: it is (sensitive)", "a.b: (sensitive)", "a.a: (sensitive), see", "a.b: ing season", "a.b: (sensitive)", "a.b: (sensitive)", "a.a: the end"}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Error(diff)
	}
}

// A program may print what is in the state already, and not yet handed on.
func TestSecretsOfTheStateFile(t *testing.T) {
	t.Parallel()
	dir, err := terraform.NewDir(t.TempDir(), "apply-7")
	if err != nil {
		t.Fatal(err)
	}
	d := (&Worker{}).newDriver(dir, orchestrator.ApplyTask{})
	output := []byte(`{"@message":"a.b: first-made second-made","type":"provision_progress","hook":{"resource":{"addr":"a.b"},"output":"first-made second-made"}}`)
	for _, tc := range []struct{ state, want string }{
		{"", "a.b: first-made second-made"},
		{`{"version":4,"lineage":"l","outputs":{"a":{"value":"first-made","sensitive":true}}}`, "a.b: (sensitive) second-made"},
		{`{"version":4,"lineage":"l","outputs":{"a":{"value":"first-ma`, "a.b: (sensitive) second-made"},
		{`{"version":4,"lineage":"l","outputs":{"a":{"value":"second-made","sensitive":true}}}`, "a.b: (sensitive) (sensitive)"},
	} {
		if err := os.WriteFile(dir.File(terraform.StateFile), []byte(tc.state), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := d.line(output).Text; got != tc.want {
			t.Errorf("with the state %q got %q, want %q", tc.state, got, tc.want)
		}
	}
}

// What becomes known to be a secret later is hidden in what was read before.
func TestSecretsAreLearnt(t *testing.T) {
	t.Parallel()
	d := (&Worker{}).newDriver(terraform.Dir{}, orchestrator.ApplyTask{Secrets: []string{"hunter2"}})
	d.line([]byte(`{"@message":"x","type":"apply_start","hook":{"resource":{"addr":"a.b[\"made-in-cloud\"]"},"action":"create"}}`))
	d.line([]byte(`{"@level":"error","@message":"Error: x","type":"diagnostic","diagnostic":{"severity":"error","summary":"made-in-cloud or hunter2","address":"a.b[\"made-in-cloud\"]"}}`))
	d.learnSecrets([]byte(`{"outputs":{"pw":{"value":"made-in-cloud","sensitive":true}}}`))
	d.learnSecrets([]byte(`{"torn`))
	d.learnSecrets([]byte(`{"outputs":{}}`)) // what was a secret stays one
	const hidden = `a.b["(sensitive)"]`
	if f := d.failure(true); strings.Join(f.Unfinished, " ") != hidden {
		t.Errorf("unfinished are %q", f.Unfinished)
	}
	if f := d.failure(false); f.Resource != hidden || f.Summary != "(sensitive) or (sensitive)" {
		t.Errorf("failure is %+v", f)
	}
	if w := d.snapshot().Working; len(w) != 1 || w[0].Address != hidden || w[0].Label != hidden {
		t.Errorf("working is %+v", w)
	}
}

func BenchmarkLine(b *testing.B) {
	secrets := make([]string, 50)
	for i := range secrets {
		secrets[i] = fmt.Sprintf("secret-value-%04d-of-a-usual-length", i)
	}
	d := (&Worker{}).newDriver(terraform.Dir{}, orchestrator.ApplyTask{Secrets: secrets})
	raw := []byte(`{"@level":"info","@message":"module.compute_vm-web.terraform_data.this: Still creating... [10s elapsed]","@module":"terraform.ui","@timestamp":"2026-11-22T20:25:13.343761Z","hook":{"resource":{"addr":"module.compute_vm-web.terraform_data.this"},"action":"create","elapsed_seconds":10},"type":"apply_progress"}`)
	for b.Loop() {
		d.line(raw)
	}
}
