package terraform_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// Whatever a program prints, people read text: never a control character, never
// half a JSON line, never a sensitive output. The lines of an output fold into
// progress that only grows.
func FuzzParseLine(f *testing.F) {
	f.Add([]byte(`{"@message":"x","type":"outputs","outputs":{"a":{"value":{}},"b":{"sensitive":true,"value":"hunter2"}}}`))
	f.Add([]byte(`{"@message":"x","hook":{"resource":{"addr":"module.a-"}}}`))
	f.Add([]byte("{\x00"))
	f.Add([]byte(`{"@message":"\u001b[31mred\u0007","type":"diagnostic","diagnostic":{"summary":"a\rb","detail":"\u009bc","snippet":{"code":"\u0000"}}}`))
	f.Add([]byte(`{"type":"planned_change","change":{"resource":{"addr":"a.b"},"action":"replace"}}` + "\n" +
		`{"type":"apply_start","hook":{"resource":{"addr":"a.b"},"action":"delete"}}` + "\n" +
		`{"type":"apply_complete","hook":{"resource":{"addr":"a.b"},"action":"delete","elapsed_seconds":1e300}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		progress := terraform.Progress{}
		for line := range bytes.SplitSeq(raw, []byte("\n")) {
			e, ok := terraform.ParseLine(line)
			checkReadable(t, line, e, ok)
			checkOutputsHidden(t, e)
			before := progress
			progress = progress.After(e)
			if progress.Total < before.Total || progress.Done < before.Done || progress.Errored < before.Errored {
				t.Errorf("%s takes progress back from %+v to %+v", line, before, progress)
			}
			if moved := len(progress.Working) - len(before.Working); moved > 1 || moved < -1 {
				t.Errorf("%s moves %d resources", line, moved)
			}
			if len(progress.Unfinished()) > len(progress.Working) {
				t.Errorf("more is unfinished than was begun: %v", progress.Unfinished())
			}
		}
	})
}

func checkReadable(t *testing.T, line []byte, e terraform.Event, ok bool) {
	t.Helper()
	text := e.Human()
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t'
	}) {
		t.Errorf("control characters reach people: %q", text)
	}
	line = bytes.TrimSpace(line)
	isObject := len(line) > 0 && line[0] == '{'
	switch {
	case ok && !json.Valid(line):
		t.Errorf("%s passes for an event", line)
	case !ok && e.Type != terraform.TypeText:
		t.Errorf("%s is no event and has the type %q", line, e.Type)
	case isObject && !json.Valid(line) && text != "":
		t.Errorf("of the torn line %s people read %q", line, text)
	}
	switch e.Kind() {
	case terraform.KindInfo, terraform.KindCreated, terraform.KindChanged, terraform.KindDestroyed, terraform.KindWarning, terraform.KindError:
	default:
		t.Errorf("there is no kind %q", e.Kind())
	}
}

// checkOutputsHidden: with every output marked sensitive, none of the values
// makes a difference to what is read.
func checkOutputsHidden(t *testing.T, e terraform.Event) {
	t.Helper()
	hidden := func(value string) string {
		outputs := map[string]terraform.Output{}
		for name := range e.Outputs {
			o := e.Outputs[name]
			o.Sensitive = true
			if value != "" {
				o.Value = json.RawMessage(value)
			}
			outputs[name] = o
		}
		marked := e
		marked.Outputs = outputs
		return marked.Human()
	}
	if got, want := hidden(""), hidden(`"`+plan.SensitiveText+`"`); got != want {
		t.Errorf("a sensitive output is shown: %q, not %q", got, want)
	}
	for name, o := range e.Outputs {
		if o.Sensitive && o.Human() != plan.SensitiveText {
			t.Errorf("the sensitive output %s is shown as %q", name, o.Human())
		}
	}
}
