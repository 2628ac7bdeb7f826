package discord

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Whatever somebody typed, Discord shows it as text: it ends no block, opens
// none, hides no link, makes no heading, and has the size that it may have.
func FuzzTexts(f *testing.F) {
	for _, s := range []string{
		"", "plain", "```", "``````", "`\x00``", "`\u202e``", "[a](https://x)", "]\x00(", "# big", "-# small", "\x00# big", "> said", ">>> all", "*# x",
		"@everyone <@1> <@&2>", "a\nb\tc", "\xff", "😀", "\u2060``", strings.Repeat("`", 99), strings.Repeat("😀", 99),
	} {
		f.Add(s, uint8(5))
	}
	f.Fuzz(func(t *testing.T, s string, most uint8) {
		checkSafe(t, s)
		checkCode(t, s, max(1, int(most)))
		checkFence(t, s)
		checkClip(t, s, max(1, int(most)))
		if got := storable(s); strings.Contains(got, "\x00") || len(got)+strings.Count(s, "\x00") != len(s) {
			t.Errorf("%q is stored as %q", s, got)
		}
	})
}

// checkShown: lines are text, with no marks that change how it is read.
func checkShown(t *testing.T, s string, lines bool) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%q is not text", s)
	}
	for _, r := range s {
		if unicode.IsControl(r) && !(lines && (r == '\n' || r == '\t')) || unicode.Is(unicode.Bidi_Control, r) {
			t.Errorf("%U is in %q", r, s)
		}
	}
}

func checkSafe(t *testing.T, s string) {
	t.Helper()
	got := safe(s)
	checkShown(t, got, false)
	for _, markup := range []string{"```", "]("} {
		if strings.Contains(got, markup) {
			t.Errorf("%s is in %q", markup, got)
		}
	}
	for _, markup := range []string{"# ", "## ", "### ", "-# ", "> ", ">>> "} {
		if strings.HasPrefix(got, markup) {
			t.Errorf("%q begins with %q", got, markup)
		}
	}
	if again := safe(got); again != got {
		t.Errorf("%q becomes %q", got, again)
	}
}

func checkCode(t *testing.T, s string, most int) {
	t.Helper()
	got := code(s, most)
	checkShown(t, got, false)
	if got == "(empty)" {
		if strings.TrimSpace(printable(s)) != "" {
			t.Errorf("%q is said to be empty", s)
		}
		return
	}
	if strings.Count(got, "`") != 2 || got[0] != '`' || got[len(got)-1] != '`' || size(got) > most+2 {
		t.Errorf("%q became %q, of at most %d", s, got, most)
	}
}

func checkFence(t *testing.T, s string) {
	t.Helper()
	got := fence("diff", s)
	checkShown(t, got, true)
	body, begins := strings.CutPrefix(got, "```diff\n")
	body, ends := strings.CutSuffix(body, "\n```")
	if !begins || !ends || strings.Contains(body, "``") {
		t.Errorf("a block has another end: %q", got)
	}
	if strings.ReplaceAll(body, joiner, "") != strings.ReplaceAll(printable(s), joiner, "") {
		t.Errorf("%q is shown as %q", s, body)
	}
}

func checkClip(t *testing.T, s string, most int) {
	t.Helper()
	got := clip(s, most)
	if size(got) > most {
		t.Errorf("%q has %d units, at most %d", got, size(got), most)
	}
	if begin, cut := strings.CutSuffix(got, "…"); got != s && (!cut || !strings.HasPrefix(s, begin)) {
		t.Errorf("%q is cut to %q", s, got)
	}
	if utf8.ValidString(s) && !utf8.ValidString(got) {
		t.Errorf("%q is cut within a character: %q", s, got)
	}
}

// Whatever Terraform prints, every message fits, and says which lines it has.
func FuzzLines(f *testing.F) {
	f.Add("Creating...\n\x1b[31m```\n", "error", uint16(0))
	f.Add(strings.Repeat("`😀", 2000), "created", uint16(5000))
	f.Add("\n\n", "info", uint16(1))
	f.Fuzz(func(t *testing.T, text, kind string, skipped uint16) {
		batch := lineBatch{marker: "-# plan 3 · lines 1 to 10", skipped: int(skipped), lines: []store.Line{{Kind: kind, Text: text}, {Kind: kind, Text: "the end"}}}
		messages := batch.messages()
		for _, m := range messages {
			if size(m) > maxContent || !utf8.ValidString(m) || strings.Count(m, "```") != 2 || !strings.HasPrefix(lastLine(m), batch.marker) {
				t.Errorf("a message of %d units: %q", size(m), m)
			}
		}
		if len(messages) == 0 || !strings.Contains(messages[len(messages)-1], "the end") {
			t.Errorf("the last line is lost: %q", messages)
		}
	})
}

// A duration is refused, or is a life that a grant may have and is written as
// somebody would type it.
func FuzzLife(f *testing.F) {
	for _, s := range []string{"", "30m", " 2H ", "3d", "366d", "53w", "99999w", "0h", "-1h", "1h30m", "٣d", "1\x00h", "```\n@everyone"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		life, err := parseLife(s)
		if err != nil {
			said, ok := usererr.Of(err)
			if !ok || said.Code != usererr.Invalid || life != 0 {
				t.Fatalf("%q: %v, %s", s, err, life)
			}
			checkShown(t, said.Public, false)
			if strings.Contains(said.Public, "```") || size(said.Public) > 250 {
				t.Errorf("%q is refused with %q", s, said.Public)
			}
			return
		}
		if life < 0 || life > longestLife || life%time.Minute != 0 || (life == 0) != (strings.TrimSpace(s) == "") {
			t.Errorf("%q is %s", s, life)
		}
		if again, err := parseLife(writeLife(life)); err != nil || again != life {
			t.Errorf("%q is written %q, which is %s: %v", s, writeLife(life), again, err)
		}
	})
}

// A CSV file comes back as it was written, and no cell of it is a formula.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"", "=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", `a"b`, "a,b", "a\r\nb", "'=1", "\xff", `\.`, " =1"} {
		f.Add(s, "x")
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		records, err := csv.NewReader(strings.NewReader(string(csvRecord(first, second, "end")))).ReadAll()
		if err != nil || len(records) != 1 || len(records[0]) != 3 {
			t.Fatalf("%q, %q: %q %v", first, second, records, err)
		}
		newlines := strings.NewReplacer("\r\n", "\n", "\r", "") // as a reader of CSV makes them
		for i, typed := range []string{first, second} {
			got := newlines.Replace(records[0][i])
			if want := newlines.Replace(typed); got != want && got != "'"+want {
				t.Errorf("%q came back as %q", typed, got)
			}
			if r, _ := utf8.DecodeRuneInString(records[0][i]); slices.Contains([]rune("=+-@\t\r\n＝＋－＠"), r) {
				t.Errorf("%q is a formula: %q", typed, records[0][i])
			}
		}
	})
}
