package worker

import (
	"slices"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// A driver that attaches knows the state that was kept before: what is in it is not
// missing, though no newer state comes and the file cannot be read at the end.
func TestUnsavedAfterAttaching(t *testing.T) {
	t.Parallel()
	const state = `{"version":4,"resources":[{"module":"module.vpc-main","mode":"managed","type":"a","name":"this","instances":[{}]}]}`
	d := (&Worker{}).newDriver(terraform.Dir{}, orchestrator.ApplyTask{Attach: true, State: []byte(state)})
	for _, address := range []string{"module.vpc-main.a.this", "module.bucket-b.a.this"} {
		d.line([]byte(`{"@message":"x","type":"apply_complete","hook":{"resource":{"addr":"` + address + `"},"action":"create"}}`))
	}
	if got := d.unsaved(); !slices.Equal(got, []string{"module.bucket-b.a.this"}) {
		t.Errorf("unsaved are %q", got)
	}
}

// Where it is not known what is secret, nothing that Terraform says is kept; how far
// it came is.
func TestSealedSaysNothing(t *testing.T) {
	t.Parallel()
	d := (&Worker{}).newDriver(terraform.Dir{}, orchestrator.ApplyTask{Attach: true, Sealed: true})
	d.learnSecrets([]byte(`{"outputs":{"pw":{"value":"made-in-cloud","sensitive":true}}}`))
	for _, raw := range []string{
		`{"@message":"a.b: Creating...","type":"apply_start","hook":{"resource":{"addr":"a.b[\"hunter2\"]"},"action":"create"}}`,
		`{"@message":"a.b: hunter2","type":"provision_progress","hook":{"resource":{"addr":"a.b"},"output":"hunter2"}}`,
		`{"@level":"error","@message":"Error: hunter2","type":"diagnostic","diagnostic":{"severity":"error","summary":"hunter2","address":"a.b"}}`,
	} {
		if got := d.line([]byte(raw)).Text; got != "(sensitive)" {
			t.Errorf("it says %q", got)
		}
	}
	f := d.failure(false)
	if f.Resource != "" || f.Detail != "" || !slices.Equal(f.Unfinished, []string{"a.b(sensitive)"}) {
		t.Errorf("failure is %+v", f)
	}
}
