package terraform_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

const webHook = `"resource":{"addr":"module.compute_vm-web.terraform_data.this","module":"module.compute_vm-web","resource":"terraform_data.this","implied_provider":"terraform","resource_type":"terraform_data","resource_name":"this","resource_key":null}`

func TestHuman(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		line string
		want string
		kind terraform.Kind
		ok   bool
	}{
		"version": {
			`{"@level":"info","@message":"Terraform 1.11.4","@module":"terraform.ui","@timestamp":"2026-11-22T20:31:05.945678Z","terraform":"1.11.4","type":"version","ui":"1.2"}`,
			"Terraform 1.11.4", terraform.KindInfo, true,
		},
		"planned": {
			`{"@level":"info","@message":"module.compute_vm-web.terraform_data.this: Plan to create","change":{` + webHook + `,"action":"create"},"type":"planned_change"}`,
			"compute_vm.web: Plan to create", terraform.KindCreated, true,
		},
		"start": {
			`{"@level":"info","@message":"module.compute_vm-web.terraform_data.this: Creating...","hook":{` + webHook + `,"action":"create"},"type":"apply_start"}`,
			"compute_vm.web: Creating...", terraform.KindCreated, true,
		},
		"progress": {
			`{"@level":"info","@message":"module.compute_vm-web.terraform_data.this: Still modifying... [id=x, 10s elapsed]","hook":{` + webHook + `,"action":"update","elapsed_seconds":10},"type":"apply_progress"}`,
			"compute_vm.web: Still modifying... [id=x, 10s elapsed]", terraform.KindChanged, true,
		},
		"complete": {
			`{"@level":"info","@message":"module.compute_vm-web.terraform_data.this: Destruction complete after 1s","hook":{` + webHook + `,"action":"delete","elapsed_seconds":1},"type":"apply_complete"}`,
			"compute_vm.web: Destruction complete after 1s", terraform.KindDestroyed, true,
		},
		"errored": {
			`{"@level":"info","@message":"module.compute_vm-web.terraform_data.this: Creation errored after 1s","hook":{` + webHook + `,"action":"create","elapsed_seconds":1},"type":"apply_errored"}`,
			"compute_vm.web: Creation errored after 1s", terraform.KindError, true,
		},
		"provisioner": {
			`{"@level":"info","@message":"module.compute_vm-web.terraform_data.this: (local-exec): \u001b[32mgreen\u001b[0m\rover","hook":{` + webHook + `,"provisioner":"local-exec","output":"x"},"type":"provision_progress"}`,
			"compute_vm.web: (local-exec): green\nover", terraform.KindInfo, true,
		},
		"summary": {
			`{"@level":"info","@message":"Apply complete! Resources: 3 added, 0 changed, 0 destroyed.","changes":{"add":3,"change":0,"import":0,"remove":0,"operation":"apply"},"type":"change_summary"}`,
			"Apply complete! Resources: 3 added, 0 changed, 0 destroyed.", terraform.KindInfo, true,
		},
		"outputs": {
			`{"@level":"info","@message":"Outputs: 4","outputs":{"b":{"sensitive":true,"type":"string","value":"hunter2"},"a":{"sensitive":false,"type":"string","value":"10.0.0.5"},"n":{"type":"number","value":3},"l":{"type":["list","string"],"value":["x", "y"]}},"type":"outputs"}`,
			"Outputs:\n  a = 10.0.0.5\n  b = (sensitive)\n  l = [\"x\",\"y\"]\n  n = 3", terraform.KindInfo, true,
		},
		"planned outputs": {
			`{"@level":"info","@message":"Outputs: 1","outputs":{"a":{"sensitive":false,"action":"create"}},"type":"outputs"}`,
			"Outputs:\n  a = (known after apply)", terraform.KindInfo, true,
		},
		"error": {
			`{"@level":"error","@message":"Error: local-exec provisioner error","diagnostic":{"severity":"error","summary":"local-exec provisioner error","detail":"module.compute_vm-web.terraform_data.this said:\n\nexit status 3","address":"module.compute_vm-web.terraform_data.this","range":{"filename":"main.tf","start":{"line":16,"column":30,"byte":392},"end":{"line":16,"column":31,"byte":393}},"snippet":{"code":"x"}},"type":"diagnostic"}`,
			"Error: local-exec provisioner error\n  with compute_vm.web\n  compute_vm.web said:\n  exit status 3", terraform.KindError, true,
		},
		"warning": {
			`{"@level":"warn","@message":"Warning: Old","diagnostic":{"severity":"warning","summary":"Old","detail":""},"type":"diagnostic"}`,
			"Warning: Old", terraform.KindWarning, true,
		},
		"of a later Terraform": {
			`{"@level":"info","@message":"Something new","type":"brand_new","hook":"of another type"}`,
			"Something new", terraform.KindInfo, false,
		},
		"text":         {"panic: runtime error", "panic: runtime error", terraform.KindInfo, false},
		"nothing":      {"", "", terraform.KindInfo, false},
		"torn JSON":    {`{"@level":"info","@message":"secret`, "", terraform.KindInfo, false},
		"foreign JSON": {`{"password":"hunter2"}`, "", terraform.KindInfo, false},
		"control":      {"a\x00b\x1b]0;title\x07c\x7f", "abc", terraform.KindInfo, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, ok := terraform.ParseLine([]byte(tc.line))
			if ok != tc.ok {
				t.Errorf("ok is %v", ok)
			}
			if got := e.Human(); got != tc.want {
				t.Errorf("people read %q, want %q", got, tc.want)
			}
			if got := e.Kind(); got != tc.kind {
				t.Errorf("kind is %s, want %s", got, tc.kind)
			}
		})
	}
}

// Terraform repeats the end of a failed command's output, cut anywhere: what is left
// of the first line is not shown.
func TestCutOutputIsLeftOut(t *testing.T) {
	t.Parallel()
	const begin = "Error running command 'sh x': exit status 3. Output: "
	whole := strings.Repeat("hunter2-secret\n", 1000)
	for name, tc := range map[string]struct{ detail, want string }{
		"short":    {begin + "hunter2-secret\nend", begin + "hunter2-secret\nend"},
		"cut":      {begin + whole[len(whole)-8192:], begin + "…\n" + strings.Repeat("hunter2-secret\n", 546)},
		"one line": {begin + strings.Repeat("x", 8192), begin + "…\n"},
		"other":    {whole, whole},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := json.Marshal(map[string]any{"@message": "Error", "type": "diagnostic", "diagnostic": map[string]any{"severity": "error", "detail": tc.detail}})
			if err != nil {
				t.Fatal(err)
			}
			if e, _ := terraform.ParseLine(raw); e.Diagnostic.Detail != tc.want {
				t.Errorf("%d bytes: %.120q", len(e.Diagnostic.Detail), e.Diagnostic.Detail)
			}
		})
	}
}

func TestLastPartIsOfWholeLines(t *testing.T) {
	t.Parallel()
	line := "it is hunter2-secret\n"
	if got, want := terraform.LastPart(strings.Repeat(line, 1000)), "…\n"+strings.Repeat(line, 190); got != want {
		t.Errorf("it begins with %.60q", got)
	}
	if got := terraform.LastPart(line); got != line {
		t.Errorf("got %q", got)
	}
}

func TestParseLineKeepsTheFields(t *testing.T) {
	t.Parallel()
	e, ok := terraform.ParseLine([]byte(`{"@level":"info","@message":"m","@timestamp":"2026-11-22T20:31:05.955871Z","hook":{` + webHook + `,"action":"create","id_key":"id","id_value":"i-1","elapsed_seconds":2},"type":"apply_complete"}`))
	if !ok || e.ID != "id=i-1" || e.Elapsed != 2*time.Second || e.Action != "create" ||
		e.Address != "module.compute_vm-web.terraform_data.this" || e.Time.Nanosecond() != 955871000 {
		t.Errorf("event is %+v", e)
	}
}

func event(kind, address, action string) terraform.Event {
	return terraform.Event{Type: kind, Address: address, Action: action}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	planned, start, done, errored := terraform.TypePlannedChange, terraform.TypeApplyStart, terraform.TypeApplyComplete, terraform.TypeApplyErrored
	for name, tc := range map[string]struct {
		events     []terraform.Event
		total      int
		done       int
		errored    int
		unfinished string
	}{
		"nothing": {},
		"all done": {
			events: []terraform.Event{event(planned, "a", "create"), event(planned, "b", "delete"), event(planned, "d", "read"),
				event(start, "a", "create"), event(start, "b", "delete"), event(done, "b", "delete"), event(done, "a", "create")},
			total: 2, done: 2,
		},
		"replaced": {
			events: []terraform.Event{event(planned, "a", "replace"), event(start, "a", "delete"), event(done, "a", "delete"), event(start, "a", "create")},
			total:  1, unfinished: "a",
		},
		"replaced, done": {
			events: []terraform.Event{event(planned, "a", "replace"), event(start, "a", "delete"), event(done, "a", "delete"), event(start, "a", "create"), event(done, "a", "create")},
			total:  1, done: 1,
		},
		"created first, the old one left": {
			events: []terraform.Event{event(planned, "a", "replace"), event(start, "a", "create"), event(done, "a", "create"), event(start, "a", "delete")},
			total:  1, done: 1, unfinished: "a",
		},
		"one failed, one under way": {
			events: []terraform.Event{event(planned, "a", "create"), event(planned, "b", "update"), event(start, "a", "create"), event(start, "b", "update"), event(errored, "a", "create")},
			total:  2, errored: 1, unfinished: "b",
		},
		"data source": {
			events: []terraform.Event{event(start, "data.x", "read")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p terraform.Progress
			history := []terraform.Progress{p}
			for _, e := range tc.events {
				p = p.After(e)
				history = append(history, p)
			}
			if p.Total != tc.total || p.Done != tc.done || p.Errored != tc.errored || strings.Join(p.Unfinished(), ",") != tc.unfinished {
				t.Errorf("progress is %+v", p)
			}
			var q terraform.Progress // it is a value: folding again from the start changes nothing that was handed out
			for i, e := range tc.events {
				if len(history[i].Working) != len(q.Working) {
					t.Errorf("progress %d was changed afterwards", i)
				}
				q = q.After(e)
			}
		})
	}
}
