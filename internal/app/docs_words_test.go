package app_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/config"
)

// mentionPattern finds a command of the bot's in a text, with the options that
// follow it. A path has something before its slash.
var (
	mentionPattern = regexp.MustCompile(`(^|[^\w./-])/(cloud-[a-z-]*[a-z])((?: +[a-z_]+:(?:@|#)?[^\s:]*)*)`)
	optionPattern  = regexp.MustCompile(` +([a-z_]+):`)
	definePattern  = regexp.MustCompile(`define\("(cloud-[a-z-]+)"`)
)

// Documents and the bot's own words name commands and options that there are.
func TestMentionedCommandsExist(t *testing.T) {
	t.Parallel()
	known := newWorld(t).start().commands()
	texts := sourceTexts(t)
	for _, path := range documents(t) {
		for _, b := range blocks(t, path) {
			for _, m := range definePattern.FindAllStringSubmatch(b.text, -1) { // an example's own
				known[m[1]] = []string{"project"}
			}
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, sourceText{where: path, text: string(raw)})
	}
	mentions := 0
	for _, s := range texts {
		for _, m := range mentionPattern.FindAllStringSubmatch(s.text, -1) {
			mentions++
			options, ok := known[m[2]]
			if !ok {
				t.Errorf("%s names /%s, which is no command", s.where, m[2])
				continue
			}
			for _, o := range optionPattern.FindAllStringSubmatch(m[3], -1) {
				if !slices.Contains(options, o[1]) {
					t.Errorf("%s names the option %s of /%s, which has none of that name", s.where, o[1], m[2])
				}
			}
		}
	}
	if mentions < 20 {
		t.Errorf("only %d mentions were found", mentions)
	}
}

// Documents name the program's own commands, the Makefile's targets and settings
// as they are.
func TestMentionedNamesExist(t *testing.T) {
	t.Parallel()
	known := func(file, pattern string) []string {
		raw, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(raw), -1) {
			names = append(names, m[1])
		}
		return names
	}
	var settings []string
	for _, v := range config.Variables() {
		settings = append(settings, v.Name)
	}
	for what, c := range map[string]struct {
		mention *regexp.Regexp
		names   []string
	}{
		"command":  {regexp.MustCompile("(?:`|bin/|^)cloudengine ([a-z]+)"), known("cmd/cloudengine/run.go", `\{name: "([a-z]+)"`)},
		"target":   {regexp.MustCompile("`make ([a-z-]+)"), known("Makefile", `(?m)^([a-z-]+):`)},
		"variable": {regexp.MustCompile(`\b(CLOUDENGINE_[A-Z0-9_]+[A-Z0-9])`), settings},
	} {
		for _, path := range documents(t) {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range c.mention.FindAllStringSubmatch(string(raw), -1) {
				if !slices.Contains(c.names, strings.TrimSuffix(m[1], "_FILE")) {
					t.Errorf("%s names the %s %s, which there is not", path, what, m[1])
				}
			}
		}
	}
}

// commands are those that the bot has registered, with the names of their options.
func (w *world) commands() map[string][]string {
	w.t.Helper()
	known := map[string][]string{}
	for _, c := range w.ada.CommandList(w.ops) {
		known[c.Name] = []string{}
		for _, o := range c.Options {
			known[c.Name] = append(known[c.Name], o.Name)
		}
	}
	if len(known) == 0 {
		w.t.Fatal("the bot has registered no commands")
	}
	return known
}

// sourceText is a string in the program, and where it is.
type sourceText struct{ where, text string }

// sourceTexts are the strings of the program: its literals, joined where the code
// joins them, and the texts of the commands.
func sourceTexts(t *testing.T) []sourceText {
	t.Helper()
	var found []sourceText
	for _, dir := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if e, ok := n.(ast.Expr); ok {
					if s, ok := constant(e); ok {
						found = append(found, sourceText{path, s})
						return false
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(root, "internal", "discord", "texts.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]map[string]string
	if err := json.Unmarshal(raw, &texts); err != nil {
		t.Fatal(err)
	}
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		for _, text := range texts[key] {
			found = append(found, sourceText{path + " " + key, text})
		}
	}
	return found
}

// constant is the value of an expression of string literals. What is put between
// them is not known: it is an ellipsis.
func constant(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, err := strconv.Unquote(e.Value)
			return s, err == nil
		}
	case *ast.ParenExpr:
		return constant(e.X)
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		x, ok := constant(e.X)
		y, ok2 := constant(e.Y)
		switch {
		case ok && ok2:
			return x + y, true
		case ok:
			return x + "…", true
		case ok2:
			return "…" + y, true
		}
	}
	return "", false
}

// What a document quotes of the bot's words is what the program says: a quoted
// line is found in one of its texts, piece by piece between the ellipses.
func TestQuotesAreOfTheProgram(t *testing.T) {
	t.Parallel()
	const shortest = 10 // less than this can be found anywhere
	texts := sourceTexts(t)
	quoted := 0
	for _, path := range documents(t) {
		for _, q := range quotes(t, path) {
			quoted++
			pieces := slices.DeleteFunc(strings.Split(q, "…"), func(p string) bool { return strings.TrimSpace(p) == "" })
			longest := 0
			for _, p := range pieces {
				longest = max(longest, len(p))
			}
			if longest < shortest {
				t.Errorf("%s quotes too little to be found: %q", path, q)
			}
			if !slices.ContainsFunc(texts, func(s sourceText) bool { return hasInOrder(s.text, pieces) }) {
				t.Errorf("%s quotes what the program does not say: %q", path, q)
			}
		}
	}
	if quoted == 0 {
		t.Error("nothing is quoted")
	}
}

// quotes are the quoted paragraphs of a document, each in one line.
func quotes(t *testing.T, path string) []string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	going := false
	for line := range strings.Lines(string(raw)) {
		text, ok := strings.CutPrefix(strings.TrimSpace(line), ">")
		text = strings.TrimSpace(text)
		switch {
		case !ok || text == "":
			going = false
		case going:
			found[len(found)-1] += " " + text
		default:
			found, going = append(found, text), true
		}
	}
	return found
}

// hasInOrder reports whether a text has the pieces, one after the other. A line
// break is a space to who reads it.
func hasInOrder(text string, pieces []string) bool {
	text = strings.ReplaceAll(text, "\n", " ")
	for _, p := range pieces {
		_, after, ok := strings.Cut(text, strings.TrimSpace(p))
		if !ok {
			return false
		}
		text = after
	}
	return true
}
