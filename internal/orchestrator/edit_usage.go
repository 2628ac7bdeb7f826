package orchestrator

import (
	"strings"
	"unicode/utf8"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

// MostUsage is how long a project's usage may be as JSON on one line, in characters:
// what a form of Discord takes.
const MostUsage = 4000

// usage sets what usage-based components use, all of it at once.
func (e *editing) usage() error {
	if e.edit.Usage == nil {
		return nil
	}
	text := strings.TrimSpace(*e.edit.Usage)
	if text == "" {
		e.p.Usage = nil
		return nil
	}
	used, err := cost.ParseUsage([]byte(text))
	if err != nil { // its words are for who wrote the file, and about what was typed alone
		return invalid("usage", "%s.", withoutMarkdown(err.Error()))
	}
	if n := utf8.RuneCountInString(used.JSON("")); n > MostUsage {
		return invalid("usage", "it has %d characters, of at most %d. Name resource types in place of single resources.", n, MostUsage)
	}
	e.p.Usage = used
	if len(used) == 0 {
		e.p.Usage = nil
	}
	return nil
}

// withoutMarkdown is a text of an error that repeats what was typed, as people may
// read it: at most so much of it, and nothing that Discord would draw.
func withoutMarkdown(text string) string {
	const most = 600
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "…"
	}
	return strings.NewReplacer("`", "'", "*", "∗", "|", "¦", "~", "∼", "<", "‹", "\n", " ").Replace(text)
}
