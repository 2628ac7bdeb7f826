package discord

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/cloud-engine/cloudengine/internal/store"
)

func TestTexts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ got, want string }{
		"code":           {code("a`b\nc", 10), "`a'b c`"},
		"empty code":     {code(" ", 10), "(empty)"},
		"long code":      {code("0123456789abc", 5), "`0123…`"},
		"safe":           {safe("```x``` [a](b)\n# c\x1b[31m\u202e"), "'''x''' [a]" + joiner + "(b) # c[31m"},
		"safe keeps":     {safe("<@1> `x` <t:5:R>"), "<@1> `x` <t:5:R>"},
		"fence":          {fence("", "a\n```\nb"), "```\na\n`" + joiner + "`" + joiner + "`\nb\n```"},
		"clip surrogate": {clip("ab😀cd", 5), "ab😀…"},
		"no time":        {duration(300 * time.Millisecond), "less than a second"},
		"seconds":        {duration(41 * time.Second), "41 s"},
		"minutes":        {duration(72 * time.Second), "1 min 12 s"},
		"hours":          {duration(2*time.Hour + 5*time.Minute + 9*time.Second), "2 h 5 min"},
		"mentions":       {mentions([]string{"1", "2", "3"}, 2), "<@1>, <@2> and 1 more"},
		"bar":            {bar(1, 3) + bar(0, 0) + bar(9, 3), "▰▰▰▱▱▱▱▱▱▱" + "▱▱▱▱▱▱▱▱▱▱" + "▰▰▰▰▰▰▰▰▰▰"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
}

func TestLifetimes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Duration{"": 0, "30m": 30 * time.Minute, " 2H ": 2 * time.Hour, "3d": 72 * time.Hour, "1w": 168 * time.Hour, "366d": longestLife} {
		if got, err := parseLife(in); err != nil || got != want {
			t.Errorf("%q: %s, %v", in, got, err)
		}
	}
	for _, in := range []string{"0h", "-1h", "2", "h", "367d", "99999w", "1h30m", "1.5h", "${x}"} {
		if got, err := parseLife(in); err == nil {
			t.Errorf("%q: %s", in, got)
		}
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	for _, r := range []route{{"4kq2x7", verbApprove, 3, nil}, {"4kq2x7", verbForm, 0, []string{"", "compute_vm.web", "1"}}} {
		back, ok := parseRoute(r.String())
		if !ok || back.String() != r.String() || back.more(1) != r.more(1) {
			t.Errorf("%v came back as %v", r, back)
		}
	}
	for _, id := range []string{"", "s", "s/a/b", "s/a/b/x", "x/a/b/1"} {
		if r, ok := parseRoute(id); ok {
			t.Errorf("%q: %v", id, r)
		}
	}
}

// Whatever Terraform prints, every message fits, ends its block and says which
// lines it has; nothing is lost but what is said to be cut.
func TestLinesFit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("a`😀\n")), 0, 3000, -1)), 1, 10).Draw(t, "texts")
		batch := lineBatch{marker: "-# plan 3 · lines 1 to 10", skipped: rapid.IntRange(0, 5000).Draw(t, "skipped")}
		for _, text := range texts {
			batch.lines = append(batch.lines, store.Line{Kind: rapid.SampledFrom([]string{"info", "created", "error"}).Draw(t, "kind"), Text: text})
		}
		messages := batch.messages()
		var rows []string
		for i, m := range messages {
			if size(m) > maxContent || !utf8.ValidString(m) {
				t.Fatalf("message %d has %d units", i, size(m))
			}
			if strings.Count(m, "```") != 2 {
				t.Fatalf("message %d has another block in it: %q", i, m)
			}
			if !strings.HasPrefix(lastLine(m), batch.marker) {
				t.Fatalf("message %d ends in %q", i, lastLine(m))
			}
			_, body, _ := strings.Cut(m, "```ansi\n")
			body, _, _ = strings.Cut(body, "\n```")
			rows = append(rows, strings.Split(body, "\n")...)
		}
		if len(messages) > 0 && strings.Join(rows, "\n") != strings.TrimLeft(strings.Join(batch.rows(), "\n"), "\n") && strings.Join(rows, "\n") != strings.Join(batch.rows(), "\n") {
			t.Fatalf("rows differ:\n%q\n%q", rows, batch.rows())
		}
	})
}
