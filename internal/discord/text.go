package discord

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// size is the length of a text as Discord may count it: in UTF-16 units, never
// less than its characters.
func size(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// clip shortens a text to most units and shows that it did.
func clip(s string, most int) string {
	if size(s) <= most {
		return s
	}
	n := 0
	for i, r := range s {
		if n += max(1, utf16.RuneLen(r)); n > most-1 {
			return strings.TrimRightFunc(s[:i], unicode.IsSpace) + "…"
		}
	}
	return s
}

// joiner is a character that nobody sees; it breaks up what Discord would read
// as markup.
const joiner = "\u2060"

// storable drops the one character that Postgres keeps in no text. Nobody types it.
func storable(s string) string { return strings.ReplaceAll(s, "\x00", "") }

// printable takes control characters out, but for newlines and tabs, and the
// marks that turn the direction of writing, with which a text can show what it
// is not.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r == utf8.RuneError, unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// safe is a text with markup of ours in it that may also hold what somebody
// typed: it keeps mentions, times and `code`, and defuses what could open a
// block, hide a link or start a heading or a quote.
func safe(s string) string {
	s = strings.NewReplacer("```", "'''", "](", "]"+joiner+"(", "\n", " ", "\t", " ").Replace(printable(s))
	if s = strings.TrimSpace(s); strings.HasPrefix(s, "#") || strings.HasPrefix(s, "-#") || strings.HasPrefix(s, ">") {
		return joiner + s
	}
	return s
}

// code shows a value as it is, on one line.
func code(s string, most int) string {
	s = strings.NewReplacer("`", "'", "\n", " ", "\t", " ").Replace(printable(s))
	if s = strings.TrimSpace(s); s == "" {
		return "(empty)"
	}
	return "`" + clip(s, most) + "`"
}

// fence shows lines as they are, in a block of a language.
func fence(language, text string) string {
	return "```" + language + "\n" + unfenced(text) + "\n```"
}

// unfenced is a text that cannot end the block it stands in.
func unfenced(text string) string {
	return strings.ReplaceAll(printable(text), "``", "`"+joiner+"`"+joiner)
}

// relative shows a time as Discord does: "in 5 minutes", for each reader.
func relative(t time.Time) string { return fmt.Sprintf("<t:%d:R>", t.Unix()) }

// moment shows a time with its date, for each reader.
func moment(t time.Time) string { return fmt.Sprintf("<t:%d:f>", t.Unix()) }

// mention names somebody: a member, or who works at the engine's own machine.
func mention(userID string) string {
	if name, ok := strings.CutPrefix(userID, store.OperatorPrefix); ok {
		return "operator " + code(name, 40)
	}
	return "<@" + userID + ">"
}

func mentionRole(roleID string) string { return "<@&" + roleID + ">" }

// mentions names at most a few people.
func mentions(userIDs []string, most int) string {
	var names []string
	for _, id := range userIDs[:min(len(userIDs), most)] {
		names = append(names, mention(id))
	}
	text := strings.Join(names, ", ")
	if more := len(userIDs) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// codes lists labels, at most a few of them.
func codes(labels []string, most int) string {
	var out []string
	for _, l := range labels[:min(len(labels), most)] {
		out = append(out, code(l, 80))
	}
	text := strings.Join(out, ", ")
	if more := len(labels) - len(out); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// duration is a span in the units that people count in: "41 s", "1 min 12 s".
func duration(d time.Duration) string {
	switch d = d.Round(time.Second); {
	case d < time.Second:
		return "less than a second"
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
}

// count is a number of things: "1 resource", "3 resources".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
