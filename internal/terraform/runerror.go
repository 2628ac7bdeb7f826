package terraform

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/mask"
	"github.com/cloud-engine/cloudengine/internal/plan"
)

// maxDiagnostics bounds what is kept of a run that fails everywhere.
const maxDiagnostics = 50

// RunError is a Terraform command that failed, with what Terraform said.
type RunError struct {
	Command     string       `json:"command"`   // "init", "plan", "show"
	ExitCode    int          `json:"exit_code"` // -1 when it did not end by itself
	Diagnostics []Diagnostic `json:"diagnostics"`
	cause       error
}

// Error is for logs.
func (e *RunError) Error() string {
	if len(e.Diagnostics) == 0 {
		return fmt.Sprintf("terraform %s: exit code %d: %v", e.Command, e.ExitCode, e.cause)
	}
	return fmt.Sprintf("terraform %s: exit code %d: %s", e.Command, e.ExitCode, e.Text())
}

func (e *RunError) Unwrap() error { return e.cause }

// Text is what Terraform said, for people: each error with the resource that it
// is about. It is masked by nobody yet.
func (e *RunError) Text() string {
	texts := make([]string, 0, len(e.Diagnostics))
	for _, d := range e.Diagnostics {
		if d.Severity == SeverityError {
			texts = append(texts, d.Text())
		}
	}
	return strings.Join(texts, "\n")
}

// Severities of a diagnostic.
const (
	SeverityError   = "error"
	SeverityWarning = "warning"
)

// Diagnostic is an error or a warning of Terraform's.
type Diagnostic struct {
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail,omitempty"`
	Address  string `json:"address,omitempty"` // of the resource it is about
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Snippet  string `json:"snippet,omitempty"` // the configuration it points at
}

// Title is the error in a line, without what only a cloud's support can read.
func (d Diagnostic) Title() string { return quiet(plain(d.Summary)) }

// Cause is what the detail begins with, which some clouds' plugins leave out of the
// title, without what only a cloud's support can read; empty where there is none.
func (d Diagnostic) Cause() string {
	line, _, _ := strings.Cut(quiet(plain(d.Detail)), "\n")
	return strings.TrimSpace(line)
}

// Text says the diagnostic on one or more lines, naming the resource by its label.
func (d Diagnostic) Text() string {
	var b strings.Builder
	if d.Severity == SeverityWarning {
		b.WriteString("Warning: ")
	} else {
		b.WriteString("Error: ")
	}
	b.WriteString(d.Title())
	if d.Address != "" {
		b.WriteString("\n  with " + plan.Label(d.Address))
	}
	for line := range strings.Lines(plan.Relabel(quiet(plain(d.Detail)), d.Address)) {
		if line = strings.TrimRight(line, " \n"); line != "" {
			b.WriteString("\n  " + line)
		}
	}
	return b.String()
}

// provisionerTail is how many bytes of a failed command's output Terraform repeats
// in the error: the last, and where there were more, the first line of them is cut.
const provisionerTail = 8 << 10

// withoutCut leaves out what Terraform cut: a secret in it would be seen in part.
func withoutCut(detail string) string {
	const before = ". Output: "
	at := strings.Index(detail, before)
	if at < 0 || len(detail)-at-len(before) < provisionerTail {
		return detail
	}
	_, whole, _ := strings.Cut(detail[at:], "\n")
	return detail[:at] + before + "…\n" + whole
}

// Masked is the diagnostic with the secrets hidden in all its texts.
func (d Diagnostic) Masked(m mask.Masker) Diagnostic {
	d.Summary, d.Detail, d.Address, d.Snippet = m.Mask(d.Summary), m.Mask(d.Detail), m.Address(d.Address), m.Mask(d.Snippet)
	return d
}

// collector gathers diagnostics from lines of JSON output.
type collector struct{ diagnostics []Diagnostic }

func (c *collector) line(raw []byte) {
	e, ok := ParseLine(shortened(raw))
	// init says some things twice
	if ok && e.Diagnostic != nil && len(c.diagnostics) < maxDiagnostics && !slices.Contains(c.diagnostics, *e.Diagnostic) {
		c.diagnostics = append(c.diagnostics, *e.Diagnostic)
	}
}

// failed makes the RunError of a command that terraform-exec says has failed.
// What Terraform wrote to standard error stands in where the JSON output holds
// no error.
func (c *collector) failed(command string, err error) error {
	e := &RunError{Command: command, ExitCode: -1, Diagnostics: c.diagnostics, cause: err}
	var ee *exec.ExitError
	if errors.As(err, &ee) {
		e.ExitCode = ee.ExitCode()
	}
	if len(e.Diagnostics) > 1 {
		e.Diagnostics = slices.DeleteFunc(e.Diagnostics, preamble)
	}
	for _, d := range e.Diagnostics {
		if d.Severity == SeverityError {
			return e
		}
	}
	if d, ok := fromStderr(err.Error()); ok {
		e.Diagnostics = append(e.Diagnostics, d)
	}
	return e
}

// preamble recognises what init says besides every fault of the configuration:
// that there is one.
func preamble(d Diagnostic) bool {
	return strings.HasPrefix(d.Summary, "Terraform encountered problems during initiali")
}

var boxDrawing = regexp.MustCompile(`(?m)^[╷│╵ ]+`)

// fromStderr reads the framed text that Terraform prints where it has no JSON
// output: the first "Error: …" and what follows it.
func fromStderr(text string) (Diagnostic, bool) {
	text = boxDrawing.ReplaceAllString(plain(text), "")
	_, text, found := strings.Cut(text, "Error: ")
	if !found {
		return Diagnostic{}, false
	}
	summary, detail, _ := strings.Cut(text, "\n")
	detail, _, _ = strings.Cut(detail, "Error: ")
	return Diagnostic{Severity: SeverityError, Summary: strings.TrimSpace(summary), Detail: lastPart(strings.TrimSpace(detail))}, true
}
