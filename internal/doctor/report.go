package doctor

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/mitchellh/go-wordwrap"
)

// mark is how bad a finding is.
type mark int

const (
	fine    mark = iota
	warning      // the bot works, and somebody should know
	problem      // the bot does not work
	unknown      // not checked
)

// signs and colours of the marks (ANSI: green, yellow, red, grey).
var (
	signs   = [...]string{fine: "✓", warning: "!", problem: "✗", unknown: "-"}
	colours = [...]string{fine: "32", warning: "33", problem: "31", unknown: "90"}
)

// finding is what came of one check.
type finding struct {
	mark    mark
	subject string // what was looked at
	found   string
	advice  string // what to do about it
	cause   error  // for those who look deeper
}

// The report's columns.
const (
	subjectWidth = 13
	indent       = 2 + subjectWidth + 2
	lineWidth    = 100
)

// report prints findings as they come, and counts them.
type report struct {
	out    io.Writer
	colour bool
	counts [len(signs)]int
}

func (r *report) ok(subject, format string, args ...any) {
	r.add(finding{mark: fine, subject: subject, found: fmt.Sprintf(format, args...)})
}

func (r *report) skip(subject, why string) {
	r.add(finding{mark: unknown, subject: subject, found: "not checked: " + why})
}

func (r *report) warn(subject, found, advice string) {
	r.add(finding{mark: warning, subject: subject, found: found, advice: advice})
}

func (r *report) fail(subject, found, advice string, cause error) {
	r.add(finding{mark: problem, subject: subject, found: found, advice: advice, cause: cause})
}

// add prints a finding.
func (r *report) add(f finding) {
	r.counts[f.mark]++
	sign := signs[f.mark]
	if r.colour {
		sign = "\x1b[" + colours[f.mark] + "m" + sign + "\x1b[0m"
	}
	r.printf("%s %-*s  %s\n", sign, subjectWidth, f.subject, hang(f.found, 0))
	margin := strings.Repeat(" ", indent)
	if f.advice != "" {
		r.printf("%s→ %s\n", margin, hang(f.advice, 2))
	}
	if f.cause != nil {
		r.printf("%scause: %s\n", margin, hang(f.cause.Error(), 7))
	}
}

// hang wraps a text whose first line begins in the column of findings, or
// further in, and whose other lines stand below that. Nothing but line ends of
// its own is left of control characters: it may come from a server.
func hang(text string, further int) string {
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' {
			return ' '
		}
		return c
	}, strings.TrimSpace(text))
	column := indent + further
	return strings.ReplaceAll(wordwrap.WrapString(text, uint(lineWidth-column)), "\n", "\n"+strings.Repeat(" ", column))
}

// end prints the summary and reports whether there was no problem.
func (r *report) end() bool {
	var parts []string
	for _, c := range []struct {
		n         int
		one, many string
	}{
		{r.counts[problem], "problem", "problems"},
		{r.counts[warning], "warning", "warnings"},
		{r.counts[unknown], "not checked", "not checked"},
	} {
		switch {
		case c.n == 1:
			parts = append(parts, "1 "+c.one)
		case c.n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.many))
		}
	}
	if r.counts[problem] == 0 {
		parts = append([]string{"no problem"}, parts...)
	}
	r.printf("\n%s\n", strings.Join(parts, ", "))
	return r.counts[problem] == 0
}

// printf leaves out what cannot be printed: the exit code still tells.
func (r *report) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(r.out, format, args...)
}
