package terraform

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/cloud-engine/cloudengine/internal/mask"
)

// Types of the events that matter here. Terraform has more, and may get more:
// they are read by their message.
const (
	TypeText            = "text" // a line that is not JSON
	TypeVersion         = "version"
	TypeDiagnostic      = "diagnostic"
	TypePlannedChange   = "planned_change"
	TypeResourceDrift   = "resource_drift"
	TypeChangeSummary   = "change_summary"
	TypeOutputs         = "outputs"
	TypeApplyStart      = "apply_start"
	TypeApplyProgress   = "apply_progress"
	TypeApplyComplete   = "apply_complete"
	TypeApplyErrored    = "apply_errored"
	TypeProvisionOutput = "provision_progress"
	TypeRefreshStart    = "refresh_start"
	TypeRefreshComplete = "refresh_complete"
)

// Event is one line of Terraform's JSON output.
// See https://developer.hashicorp.com/terraform/internals/machine-readable-ui.
type Event struct {
	Type    string
	Level   string // "info", "warn", "error", ...
	Message string // Terraform's own words, with full addresses
	Time    time.Time

	Address     string        // of the resource that the event is about
	Action      string        // "create", "update", "delete", "replace", "read", ...
	Reason      string        // of a planned change
	ID          string        // "id=i-123", where Terraform names the object
	Elapsed     time.Duration // of progress, completion and failure
	Provisioner string
	Output      string // what a provisioner printed

	Diagnostic *Diagnostic
	Changes    *Changes
	Outputs    map[string]Output
}

// Changes are the counts of a change summary.
type Changes struct {
	Add       int    `json:"add"`
	Change    int    `json:"change"`
	Import    int    `json:"import"`
	Remove    int    `json:"remove"`
	Operation string `json:"operation"` // "plan", "apply" or "destroy"
}

// Output is an output value of the root module.
type Output struct {
	Sensitive bool            `json:"sensitive"`
	Type      json.RawMessage `json:"type,omitempty"`
	Value     json.RawMessage `json:"value,omitempty"`
	Action    string          `json:"action,omitempty"`
}

// line is the format of Terraform's JSON output, as far as it is read here.
type line struct {
	Level      string            `json:"@level"`
	Message    string            `json:"@message"`
	Timestamp  time.Time         `json:"@timestamp"`
	Type       string            `json:"type"`
	Hook       *hook             `json:"hook"`
	Change     *hook             `json:"change"`
	Changes    *Changes          `json:"changes"`
	Outputs    map[string]Output `json:"outputs"`
	Diagnostic *struct {
		Severity string `json:"severity"`
		Summary  string `json:"summary"`
		Detail   string `json:"detail"`
		Address  string `json:"address"`
		Range    *struct {
			Filename string `json:"filename"`
			Start    struct {
				Line int `json:"line"`
			} `json:"start"`
		} `json:"range"`
		Snippet *struct {
			Code string `json:"code"`
		} `json:"snippet"`
	} `json:"diagnostic"`
}

type hook struct {
	Resource struct {
		Address string `json:"addr"`
	} `json:"resource"`
	Action      string  `json:"action"`
	Reason      string  `json:"reason"`
	IDKey       string  `json:"id_key"`
	IDValue     string  `json:"id_value"`
	Elapsed     float64 `json:"elapsed_seconds"`
	Provisioner string  `json:"provisioner"`
	Output      string  `json:"output"`
}

// ParseLine reads one line of output. ok is false for a line that is not
// Terraform's JSON: the event then carries the line as text, except for a line
// that looks like JSON and is not, which carries nothing. Human shows either.
func ParseLine(raw []byte) (Event, bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '{' {
		return Event{Type: TypeText, Message: string(raw)}, false
	}
	var l line
	if err := json.Unmarshal(raw, &l); err != nil || l.Message == "" && l.Type == "" {
		// A field of an odd type does not take the message away.
		var bare struct {
			Message string `json:"@message"`
		}
		_ = json.Unmarshal(raw, &bare)
		return Event{Type: TypeText, Message: bare.Message}, false
	}
	e := Event{
		Type: l.Type, Level: l.Level, Message: l.Message, Time: l.Timestamp,
		Changes: l.Changes, Outputs: l.Outputs,
	}
	for _, h := range []*hook{l.Hook, l.Change} {
		if h != nil {
			e.hook(h)
		}
	}
	if d := l.Diagnostic; d != nil {
		e.Diagnostic = &Diagnostic{Severity: d.Severity, Summary: d.Summary, Detail: withoutCut(d.Detail), Address: d.Address}
		e.Address = d.Address
		if d.Range != nil {
			e.Diagnostic.File, e.Diagnostic.Line = d.Range.Filename, d.Range.Start.Line
		}
		if d.Snippet != nil {
			e.Diagnostic.Snippet = d.Snippet.Code
		}
	}
	return e, true
}

func (e *Event) hook(h *hook) {
	e.Address, e.Action, e.Reason = h.Resource.Address, h.Action, h.Reason
	e.Elapsed = time.Duration(h.Elapsed * float64(time.Second))
	e.Provisioner, e.Output = h.Provisioner, h.Output
	if h.IDKey != "" && h.IDValue != "" {
		e.ID = h.IDKey + "=" + h.IDValue
	}
}

// Masked is the event with the secrets hidden in all its texts. Mask what Human
// makes of it too: without control characters a text may hold what it did not.
func (e Event) Masked(m mask.Masker) Event {
	e.Message, e.Address, e.ID, e.Output = m.Mask(e.Message), m.Address(e.Address), m.Mask(e.ID), m.Mask(e.Output)
	if e.Diagnostic != nil {
		masked := e.Diagnostic.Masked(m)
		e.Diagnostic = &masked
	}
	if len(e.Outputs) > 0 {
		masked := make(map[string]Output, len(e.Outputs))
		for name, o := range e.Outputs {
			masked[name] = o.masked(m)
		}
		e.Outputs = masked
	}
	return e
}

// masked is the output with the secrets hidden in its value: one that is not a
// string becomes one, as what is hidden may be a number.
func (o Output) masked(m mask.Masker) Output {
	text := o.Human()
	if hidden := m.Mask(text); !o.Sensitive && hidden != text {
		o.Value, _ = json.Marshal(hidden) // a string always can be
	}
	return o
}
