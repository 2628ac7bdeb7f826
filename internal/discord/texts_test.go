package discord

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/session"
)

func mustTexts(t *testing.T) texts {
	t.Helper()
	known, err := parseTexts(catalogue)
	if err != nil {
		t.Fatal(err)
	}
	return known
}

// Every text is one that somebody reads, and every one that is said is there.
func TestNoTextIsMissingOrUnused(t *testing.T) {
	t.Parallel()
	known := mustTexts(t)
	used := map[string]bool{}
	for _, c := range mustBot(t).table() {
		for _, s := range slots(c.definition) {
			key, ok := known.key(s)
			if !ok {
				t.Errorf("there is no text %q", s.keys)
			}
			used[key] = true
		}
	}
	literals, said := written(t)
	for _, key := range said {
		if known[key] == nil {
			t.Errorf("text %q is said, and is not there", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(known)) {
		if !used[key] && !slices.ContainsFunc(literals, func(l string) bool {
			return l == key || strings.HasSuffix(l, ".") && strings.HasPrefix(key, l) // "help.level." + level
		}) {
			t.Errorf("text %q is not used", key)
		}
	}
}

// written are the strings in the package's own code, and which of them are keys
// of texts that are said.
func written(t *testing.T) (literals, said []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	literal := func(n ast.Node) (string, bool) {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(lit.Value)
		return s, err == nil
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := literal(n); ok {
				literals = append(literals, s)
			}
			if call, ok := n.(*ast.CallExpr); ok && len(call.Args) > 1 {
				if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "say" {
					if s, ok := literal(call.Args[1]); ok {
						said = append(said, s)
					}
				}
			}
			return true
		})
	}
	return literals, said
}

func TestCatalogueIsReadStrictly(t *testing.T) {
	t.Parallel()
	const whole = `"de": "b", "es": "c"`
	for name, c := range map[string]struct{ raw, want string }{
		"language missing":   {`{"k": {"en": "a", "de": "b"}}`, `text "k": language "es" is missing`},
		"text empty":         {`{"k": {"en": "", ` + whole + `}}`, `text "k": language "en" is missing`},
		"language unknown":   {`{"k": {"en": "a", "fr": "d", ` + whole + `}}`, `unknown language "fr"`},
		"case of a language": {`{"k": {"EN": "a", ` + whole + `}}`, `unknown language "EN"`},
		"language twice":     {`{"k": {"en": "a", "en": "d", ` + whole + `}}`, `language "en" is there twice`},
		"text twice":         {`{"k": {"en": "a", ` + whole + `}, "k": {"en": "a", ` + whole + `}}`, `text "k" is there twice`},
		"not a text":         {`{"k": {"en": 1, ` + whole + `}}`, `language "en": json`},
		"not an object":      {`{"k": "a"}`, `text "k": expected an object`},
		"a list":             {`[]`, "expected an object"},
		"more values":        {`{"k": {"en": "%s", "de": "%s %d", "es": "%s"}}`, `language "de" takes other values`},
		"values swapped":     {`{"k": {"en": "%s %d", "de": "%s %d", "es": "%d %s"}}`, `language "es" takes other values`},
		"cut off":            {`{"k": {"en": "a", `, "EOF"},
		"something follows":  {`{} {}`, "something follows"},
		"empty":              {``, "EOF"},
	} {
		if _, err := parseTexts([]byte(c.raw)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestSay(t *testing.T) {
	t.Parallel()
	known, err := parseTexts([]byte(`{
		"hello": {"en": "Hello", "de": "Hallo", "es": "Hola"},
		"share": {"en": "100% of it"    , "de": "100% davon", "es": "el 100%"},
		"has":   {"en": "%s has %d%%", "de": "%[2]d%% hat %[1]s", "es": "%s tiene el %d%%"}}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		locale discordgo.Locale
		key    string
		args   []any
		want   string
	}{
		"German":                {discordgo.German, "hello", nil, "Hallo"},
		"Spanish":               {discordgo.SpanishES, "hello", nil, "Hola"},
		"American Spanish":      {discordgo.SpanishLATAM, "hello", nil, "Hola"},
		"English":               {discordgo.EnglishGB, "hello", nil, "Hello"},
		"none of ours":          {discordgo.Thai, "hello", nil, "Hello"},
		"no locale":             {"", "hello", nil, "Hello"},
		"without values":        {"", "share", nil, "100% of it"},
		"with values":           {"", "has", []any{"ada", 5}, "ada has 5%"},
		"values in other order": {discordgo.German, "has", []any{"ada", 5}, "5% hat ada"},
		"no such text":          {discordgo.German, "bye", nil, "bye"},
	} {
		if got := known.say(c.locale, c.key, c.args...); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A state is called the same where it is chosen and where it is shown.
func TestStatesHaveOneName(t *testing.T) {
	t.Parallel()
	known := mustTexts(t)
	for _, s := range session.States() {
		if got := known.say(discordgo.EnglishUS, "*.state."+string(s)); got != stateNames[s] {
			t.Errorf("%s: %q and %q", s, got, stateNames[s])
		}
	}
}
