package demo

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// screen prints what people see, as it happens.
type screen struct {
	mu     sync.Mutex
	out    io.Writer
	colour bool
	shown  map[string][]string          // lines of each message as last printed
	names  func(kind, id string) string // of what a message mentions
	next   string                       // title of the part that begins with the next action
	stops  []func()
	done   sync.WaitGroup
}

func newScreen(out io.Writer, colour bool) *screen {
	return &screen{out: out, colour: colour, shown: map[string][]string{}, names: func(_, id string) string { return id }}
}

// The colours, as ANSI codes.
const (
	bold   = "1"
	faint  = "2"
	green  = "32"
	yellow = "33"
	blue   = "34"
)

func (s *screen) paint(code, text string) string {
	if !s.colour {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s *screen) print(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.out, format, args...)
}

func (s *screen) title(text string) { s.print("%s\n\n", s.paint(bold, text)) }

// chapter begins a part of the play: its title is printed when somebody does the
// first thing in it, after what the part before still had to show.
func (s *screen) chapter(title string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = title
}

// begin prints the title of a part that begins now.
func (s *screen) begin() {
	s.mu.Lock()
	title := s.next
	s.next = ""
	s.mu.Unlock()
	if title != "" {
		s.print("\n%s\n", s.paint(bold, "== "+title))
	}
}

func (s *screen) step(what, text string) {
	s.print("%s %s\n", s.paint(green, fmt.Sprintf("%-10s", what)), text)
}

func (s *screen) note(format string, args ...any) {
	s.print("\n%s\n", s.paint(green, fmt.Sprintf(format, args...)))
}

// faint is where the output of other programs goes.
func (s *screen) faint() io.Writer { return faintWriter{s} }

type faintWriter struct{ *screen }

func (w faintWriter) Write(p []byte) (int, error) {
	w.print("%s", w.paint(faint, string(p)))
	return len(p), nil
}

// watch prints what a person does and what only they see; of what everybody
// sees, each thing once.
func (s *screen) watch(sim *discordsim.Sim, m *discordsim.Member, name string) {
	events, stop := sim.Watch(m)
	s.stops = append(s.stops, stop)
	s.done.Go(func() {
		for e := range events {
			s.show(name, e)
		}
	})
}

// close waits until everything that happened is printed.
func (s *screen) close() {
	for _, stop := range s.stops {
		stop()
	}
	s.done.Wait()
	s.stops = nil
}

func (s *screen) show(name string, e discordsim.Event) {
	switch e.Kind {
	case discordsim.EventAction:
		s.begin()
		s.print("\n%s %s\n", s.paint(blue, name), e.Text)
	case discordsim.EventModal:
		s.modal(name, e.Modal)
	case discordsim.EventFailed:
		s.print("\n%s %s\n", s.paint(yellow, name), e.Text)
	case discordsim.EventMessage, discordsim.EventEdit:
		s.message(name, e)
	}
}

func (s *screen) modal(name string, m *discordsim.Modal) {
	var fields []string
	for _, in := range m.Inputs() {
		fields = append(fields, in.Name)
	}
	s.print("  %s a form opens for %s: %s (%s)\n", s.paint(faint, "│"), name, m.Title, strings.Join(fields, ", "))
}

// message prints a message, or of an edit the lines that are new.
func (s *screen) message(name string, e discordsim.Event) {
	if e.Message.Loading() {
		return
	}
	lines := s.readable(e.Message)
	s.mu.Lock()
	before, known := s.shown[e.Message.ID]
	fresh := lines
	if known {
		fresh = newLines(before, lines)
	}
	s.shown[e.Message.ID] = lines
	s.mu.Unlock()
	if len(fresh) == 0 {
		return
	}
	where := "#" + e.Channel.Name()
	if e.Channel.Name() == "" {
		where = "a direct message to " + name
	}
	if e.Message.Ephemeral() {
		where += ", only " + name + " sees this"
	}
	if known {
		where += ", edited"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n  %s %s\n", s.paint(bold, e.Message.Author.Username), s.paint(faint, "in "+where))
	for _, l := range fresh {
		fmt.Fprintf(&b, "  %s %s\n", s.paint(faint, "│"), s.line(l))
	}
	s.print("%s", b.String())
}

// line colours what Terraform and a diff colour.
func (s *screen) line(l string) string {
	switch {
	case strings.HasPrefix(l, "+ "):
		return s.paint(green, l)
	case strings.HasPrefix(l, "~ "), strings.HasPrefix(l, "- "):
		return s.paint(yellow, l)
	}
	return l
}

// readable is a message as lines: text, then what can be pressed.
func (s *screen) readable(m discordsim.Message) []string {
	var lines []string
	for l := range strings.Lines(m.Text()) {
		l = strings.TrimRight(l, "\n ")
		if l != "" && !strings.HasPrefix(l, "```") {
			lines = append(lines, s.plain(l))
		}
	}
	var buttons []string
	for _, b := range m.Buttons() {
		label := "[" + b.Label + "]"
		if b.Disabled {
			label = "(" + b.Label + ")"
		}
		buttons = append(buttons, label)
	}
	for _, sel := range m.Selects() {
		buttons = append(buttons, "["+sel.Placeholder+" ▾]")
	}
	if len(buttons) > 0 {
		lines = append(lines, strings.Join(buttons, " "))
	}
	return lines
}

// Discord's own markup, which its clients draw.
var (
	escapes   = regexp.MustCompile("\x1b\\[[0-9;]*m")
	times     = regexp.MustCompile("<t:([0-9]+):([Rf])>")
	mentions  = regexp.MustCompile("<(@|#)([0-9]+)>")
	emphasis  = strings.NewReplacer("**", "", "`", "")
	smallText = "-# "
)

// plain is a line as a client of Discord draws it.
func (s *screen) plain(l string) string {
	l = escapes.ReplaceAllString(l, "")
	l = times.ReplaceAllStringFunc(l, func(m string) string {
		found := times.FindStringSubmatch(m)
		unix, err := strconv.ParseInt(found[1], 10, 64)
		switch t := time.Unix(unix, 0); {
		case err != nil:
			return m
		case found[2] == "f":
			return t.Format("2 January 2006 15:04")
		default:
			return relative(time.Until(t))
		}
	})
	l = mentions.ReplaceAllStringFunc(l, func(m string) string {
		parts := mentions.FindStringSubmatch(m)
		return parts[1] + s.names(parts[1], parts[2])
	})
	return emphasis.Replace(strings.TrimPrefix(l, smallText))
}

// relative says a distance in time in Discord's words.
func relative(d time.Duration) string {
	seconds := int(d.Abs().Round(time.Second) / time.Second)
	n, unit := seconds, "second"
	for _, u := range []struct {
		size int
		name string
	}{{60, "minute"}, {3600, "hour"}, {86400, "day"}} {
		if seconds >= u.size {
			n, unit = (seconds+u.size/2)/u.size, u.name
		}
	}
	if n != 1 {
		unit += "s"
	}
	if d < 0 {
		return fmt.Sprintf("%d %s ago", n, unit)
	}
	return fmt.Sprintf("in %d %s", n, unit)
}

// newLines are those of after that before did not have.
func newLines(before, after []string) []string {
	return slices.DeleteFunc(slices.Clone(after), func(l string) bool { return slices.Contains(before, l) })
}
