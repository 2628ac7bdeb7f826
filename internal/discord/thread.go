package discord

import (
	"fmt"
	"strconv"
	"strings"

	xlanguage "golang.org/x/text/language"
	xmessage "golang.org/x/text/message"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// Markers are the last line of what the engine posts: they tell readers which
// plan and which lines they look at, and the engine whether it has posted it.

func runMarker(run store.Run) string { return fmt.Sprintf("-# plan %d", run.Generation) }

func linesMarker(run store.Run, from, to int) string {
	return fmt.Sprintf("%s · lines %d to %d", runMarker(run), from, to)
}

func logMarker(run store.Run, part int) string {
	return fmt.Sprintf("%s · log part %d", runMarker(run), part)
}

// endMarker tells the end of a lost run, as far as it is known, from the one that its
// host reports later.
func endMarker(run store.Run) string {
	if run.Status == store.RunLost {
		return runMarker(run) + " · host lost"
	}
	return runMarker(run) + " · end"
}

func lastLine(s string) string { return s[strings.LastIndexByte(s, '\n')+1:] }

// progressPicture is the first message of a run in its thread.
func (l lobby) progressPicture() picture {
	run, p := *l.Run, l.done()
	head := fmt.Sprintf("%s **%d of %s**", bar(p.Done, p.Total), p.Done, count(p.Total, "resource"))
	switch {
	case run.StartedAt != nil && run.EndedAt != nil:
		head += " · took " + duration(run.EndedAt.Sub(*run.StartedAt))
	case run.StartedAt != nil:
		head += " · started " + relative(*run.StartedAt)
	}
	lines := append([]string{head}, l.stopping()...)
	if run.EndedAt == nil {
		lines = append(lines, workingLines(p)...)
	}
	return text(strings.Join(append(lines, runMarker(run)), "\n"))
}

// each names people, then roles.
func each(users []string, user func(string) string, roles []string, role func(string) string) []string {
	var names []string
	for _, id := range users {
		names = append(names, user(id))
	}
	for _, id := range roles {
		names = append(names, role(id))
	}
	return names
}

// ANSI colours, as Discord shows them in an ansi block.
var colours = map[string]string{"created": "\x1b[32m", "changed": "\x1b[33m", "destroyed": "\x1b[31m", "error": "\x1b[31m", "warning": "\x1b[33m"}

const (
	noColour = "\x1b[0m"
	// longestRow is where a row is cut: the log has the whole.
	longestRow = 1500
	cutRow     = " … (cut; the log has all of it)"
)

// lineBatch is some lines of a run's output, to be posted.
type lineBatch struct {
	marker  string
	lines   []store.Line
	skipped int // lines before these that are not posted
}

// messages draws the lines in as few messages as they fit in, each with its
// marker.
func (b lineBatch) messages() []string {
	const around = len("```ansi\n\n```\n")
	intro := ""
	if b.skipped > 0 {
		intro = fmt.Sprintf("… %s went by; all of them are in the log at the end.\n", grouped(b.skipped, "line"))
	}
	room := maxContent - around - size(b.marker) - len(" · part 100 of 100") - size(intro)
	var blocks []string
	var block strings.Builder
	for _, row := range b.rows() {
		if block.Len() > 0 && size(block.String())+1+size(row) > room {
			blocks = append(blocks, block.String())
			block.Reset()
		}
		if block.Len() > 0 {
			block.WriteByte('\n')
		}
		block.WriteString(row)
	}
	if block.Len() > 0 {
		blocks = append(blocks, block.String())
	}
	for i, text := range blocks {
		marker := b.marker
		if len(blocks) > 1 {
			marker += fmt.Sprintf(" · part %d of %d", i+1, len(blocks))
		}
		blocks[i] = "```ansi\n" + text + "\n```\n" + marker
		if i == 0 {
			blocks[i] = intro + blocks[i]
		}
	}
	return blocks
}

// grouped is count for what may be thousands: "1,240 lines".
func grouped(n int, thing string) string {
	digits := strconv.Itoa(n)
	return strings.Replace(count(n, thing), digits, xmessage.NewPrinter(xlanguage.English).Sprint(n), 1)
}

// rows are the lines' own lines, each in its colour.
func (b lineBatch) rows() []string {
	var rows []string
	for _, l := range b.lines {
		for text := range strings.SplitSeq(strings.TrimRight(unfenced(l.Text), "\n"), "\n") {
			if size(text) > longestRow {
				text = clip(text, longestRow-len(cutRow)) + cutRow
			}
			if colour := colours[l.Kind]; colour != "" && text != "" {
				text = colour + text + noColour
			}
			rows = append(rows, text)
		}
	}
	return rows
}
