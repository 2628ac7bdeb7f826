package app_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the checkout, as tests of this package see it.
const root = "../.."

// documents are what people read, whose commands are run: every Markdown file of
// docs, and the README.
func documents(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	return append(files, filepath.Join(root, "README.md"))
}

// block is a fenced block of a document.
type block struct {
	file string // its name alone
	line int    // of the fence
	lang string
	mark string // of the comment above it: "not run: why"
	text string
}

func (b block) String() string { return fmt.Sprintf("%s:%d", b.file, b.line) }

// marked returns what a mark of that name says.
func (b block) marked(name string) (string, bool) {
	value, ok := strings.CutPrefix(b.mark, name)
	value, colon := strings.CutPrefix(value, ":")
	return strings.TrimSpace(value), ok && (colon || value == "")
}

// The marks that a comment above a block may have.
const (
	markNotRun  = "not run"       // of sh: the reason
	markStopped = "until stopped" // of sh: it goes on while the rest of the document is read
	markSeen    = "seen"          // of text: what the block of sh before it prints
	markFile    = "file"          // of whatever: it is a file of that name
	markInsert  = "insert"        // of whatever: it is put into that file of the checkout
	markTested  = "tested"        // of whatever: the package whose tests run it
	markAll     = "all tested"    // of all blocks below it: likewise
)

var (
	fencePattern   = regexp.MustCompile("^(\\s*)(`{3,})(.*)$")
	commentPattern = regexp.MustCompile(`^<!--\s*(.*?)\s*-->$`)
)

// blocks reads the fenced blocks of a document.
func blocks(t *testing.T, path string) []block {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var found []block
	var open *block
	var fence, indent, above, elsewhere string
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		m := fencePattern.FindStringSubmatch(line)
		switch {
		case open == nil && m != nil:
			open = &block{file: filepath.Base(path), line: n, lang: strings.TrimSpace(m[3])}
			if c := commentPattern.FindStringSubmatch(strings.TrimSpace(above)); c != nil {
				open.mark = c[1]
			}
			if elsewhere != "" {
				open.mark = markTested + ": " + elsewhere
			}
			indent, fence = m[1], m[2]
		case open != nil && m != nil && m[2] == fence && m[3] == "":
			found = append(found, *open)
			open = nil
		case open != nil:
			open.text += strings.TrimPrefix(line, indent) + "\n"
		}
		if c := commentPattern.FindStringSubmatch(line); c != nil && open == nil {
			if where, ok := strings.CutPrefix(c[1], markAll+": "); ok {
				elsewhere = where
			}
		}
		above = line
	}
	if err := lines.Err(); err != nil || open != nil {
		t.Fatalf("%s: %v, or a fence is not closed", path, err)
	}
	return found
}

// Every block says what it is, so that none escapes the tests that run them; one
// of a shell that is not run says why.
func TestBlocksOfDocumentsAreKnown(t *testing.T) {
	t.Parallel()
	languages := []string{"sh", "discord", "text", "mermaid"}
	inFiles := []string{"hcl", "rego", "go", "json", "python"}
	for _, path := range documents(t) {
		for _, b := range blocks(t, path) {
			file, isFile := b.marked(markFile)
			place, isInsert := b.marked(markInsert)
			where, isTested := b.marked(markTested)
			switch {
			case isTested:
				if !readsDocument(t, where, b.file) {
					t.Errorf("%v: no test of %s reads it", b, where)
				}
			case slices.Contains(inFiles, b.lang):
				if file == "" && place == "" {
					t.Errorf("%v: what becomes of it? <!-- %s: … --> says so", b, markFile)
				}
			case b.lang == "sql":
				t.Errorf("%v: <!-- %s: … --> names the package whose tests run it", b, markTested)
			case !slices.Contains(languages, b.lang):
				t.Errorf("%v: its language is %q, which no test knows", b, b.lang)
			case isFile || isInsert:
				t.Errorf("%v: no test makes a file of a block of %s", b, b.lang)
			}
			why, notRun := b.marked(markNotRun)
			switch {
			case notRun && b.lang != "sh":
				t.Errorf("%v: only what is for a shell may be left out", b)
			case notRun && len(why) < len("needs root"):
				t.Errorf("%v: why is it not run?", b)
			case notRun:
				t.Logf("%v is not run: %s", b, why)
			}
		}
	}
}

// readsDocument reports whether the tests of a package read a document.
func readsDocument(t *testing.T, dir, document string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(f string) bool {
		raw, err := os.ReadFile(f)
		return err == nil && strings.Contains(string(raw), document)
	})
}

// Links between documents lead somewhere.
func TestLinksOfDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#\s]*)(#[^)\s]*)?\)`)
	for _, path := range documents(t) {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(raw), -1) {
			target := path
			if m[1] != "" {
				if strings.Contains(m[1], "://") {
					continue
				}
				target = filepath.Join(filepath.Dir(path), m[1])
			}
			there, err := os.ReadFile(target)
			if err != nil {
				t.Errorf("%s links to %s: %v", path, m[1], err)
				continue
			}
			if m[2] != "" && !slices.Contains(anchors(string(there)), m[2][1:]) {
				t.Errorf("%s links to %s%s, and there is no such heading", path, m[1], m[2])
			}
		}
	}
}

// anchors are the names of a document's headings, as links have them.
func anchors(text string) []string {
	strip := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	var names []string
	for line := range strings.Lines(text) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			names = append(names, strings.ReplaceAll(strip.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), ""), " ", "-"))
		}
	}
	return names
}
