package terraform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/plan"
)

// Kind is what an event means to its reader; it chooses the colour.
type Kind string

// The kinds.
const (
	KindInfo      Kind = "info"
	KindCreated   Kind = "created"
	KindChanged   Kind = "changed"
	KindDestroyed Kind = "destroyed"
	KindWarning   Kind = "warning"
	KindError     Kind = "error"
)

// Kind tells what the event means: the verbs of a resource's work (planned,
// under way or done) by its action, failures as errors.
func (e Event) Kind() Kind {
	switch {
	case e.Type == TypeApplyErrored || e.Type == "provision_errored" || e.Level == "error":
		return KindError
	case e.Diagnostic != nil && e.Diagnostic.Severity == SeverityWarning || e.Level == "warn":
		return KindWarning
	case strings.HasPrefix(e.Type, "refresh_") || e.Provisioner != "":
		return KindInfo
	}
	switch e.Action {
	case "create":
		return KindCreated
	case "update", "replace":
		return KindChanged
	case "delete":
		return KindDestroyed
	}
	return KindInfo
}

// quietCommand is what Terraform prints of a provisioner that asks it not to
// print its command.
const quietCommand = "Executing: Suppressed by quiet=true"

// Human is the event as people read it: Terraform's words, resources by their
// labels, sensitive outputs hidden, no JSON and no control characters. It may
// have several lines, and is empty where there is nothing to say.
func (e Event) Human() string {
	switch {
	case e.Diagnostic != nil:
		return e.Diagnostic.Text()
	case e.Type == TypeOutputs:
		return humanOutputs(e.Outputs)
	case e.Type == TypeProvisionOutput && strings.HasSuffix(e.Output, quietCommand):
		return ""
	default:
		return plain(plan.Relabel(e.Message, e.Address))
	}
}

func humanOutputs(outputs map[string]Output) string {
	if len(outputs) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("Outputs:")
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		fmt.Fprintf(&b, "\n  %s = %s", plain(name), outputs[name].Human())
	}
	return b.String()
}

// Human is the value as people read it: a string without quotes, anything else
// as compact JSON, nothing of a sensitive one.
func (o Output) Human() string {
	switch {
	case o.Sensitive:
		return plan.SensitiveText
	case len(o.Value) == 0:
		return plan.UnknownText
	}
	var s string
	if json.Unmarshal(o.Value, &s) == nil {
		return plain(s)
	}
	var compact bytes.Buffer
	if json.Compact(&compact, o.Value) != nil {
		return ""
	}
	return plain(compact.String())
}

// escapes are terminal sequences, as programs print them for colour.
var escapes = regexp.MustCompile(`\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\-_])`)

// plain takes terminal sequences and control characters out of a text. Newlines
// and tabs stay; a carriage return, which draws over a line, becomes a newline.
func plain(s string) string {
	s = escapes.ReplaceAllString(strings.ToValidUTF8(s, "\uFFFD"), "")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return '\n'
		case r < 0x20 || r >= 0x7f && r < 0xa0:
			return -1
		}
		return r
	}, s)
}
