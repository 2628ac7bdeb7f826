package catalog

import (
	"fmt"
	"path"

	"github.com/hashicorp/hcl/v2"
)

// Problem is something wrong with a module, for whoever wrote it.
type Problem struct {
	File   string // with the name of its source in front
	Line   int    // 0 where no line is to blame
	Reason string
	Notice bool // the kind is offered all the same
}

// String is one line for a log or a terminal: file:line: reason.
func (p Problem) String() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s", p.File, p.Reason)
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Reason)
}

// problems collects them for one folder.
type problems struct {
	source string
	list   []Problem
}

func (p *problems) at(rng hcl.Range, format string, args ...any) {
	p.list = append(p.list, Problem{
		File: path.Join(p.source, rng.Filename), Line: rng.Start.Line, Reason: fmt.Sprintf(format, args...),
	})
}

func (p *problems) notice(rng hcl.Range, format string, args ...any) {
	p.at(rng, format, args...)
	p.list[len(p.list)-1].Notice = true
}

func (p *problems) file(name, format string, args ...any) {
	p.at(hcl.Range{Filename: name}, format, args...)
}

// diagnostics takes over the errors of the HCL library; reports whether there
// were any.
func (p *problems) diagnostics(diags hcl.Diagnostics) bool {
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		rng := hcl.Range{}
		if d.Subject != nil {
			rng = *d.Subject
		}
		p.at(rng, "%s: %s", d.Summary, d.Detail)
	}
	return diags.HasErrors()
}

// fatal reports whether one of them makes the kind unusable.
func (p *problems) fatal() bool {
	for _, one := range p.list {
		if !one.Notice {
			return true
		}
	}
	return false
}
