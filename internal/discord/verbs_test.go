package discord

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Whatever people see to press, and every form that opens, leads to a verb of the
// table: nothing is drawn that nothing answers.
func TestWhatIsDrawnLeadsSomewhere(t *testing.T) {
	t.Parallel()
	b := mustBot(t)
	drawn := regexp.MustCompile(`(?m)^(# |\[).* -> (\S+)$`) // menus in a form are indented
	n := 0
	err := filepath.WalkDir("testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range drawn.FindAllStringSubmatch(string(text), -1) {
			n++
			v := b.verb(found[2])
			if form := found[1] == "# "; form && v.send == nil || !form && v.press == nil {
				t.Errorf("%s: %q leads nowhere", path, found[0])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 100 {
		t.Errorf("%d custom ids in the golden files", n)
	}
}

// Every verb that the code can write into a custom id is in the table, once, with
// whom it is for.
func TestEveryVerbIsInTheTable(t *testing.T) {
	t.Parallel()
	var names []string
	for _, v := range verbTable() {
		if v.press == nil && v.send == nil || v.label == "" || v.access == "" || slices.Contains(names, v.name) {
			t.Errorf("%s lacks something, or is there twice", v.name)
		}
		if verbOf(v.name+"/1/2") != v.name && verbOf(strings.Replace(v.name, "/", "/1/", 1)) != v.name {
			t.Errorf("no custom id leads to %s", v.name)
		}
		names = append(names, v.name)
	}
	constant := regexp.MustCompile(`(?m)^(?:const )?\s*(?:verb|list)[A-Z]\w+\s+= "(\w+)"`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range constant.FindAllStringSubmatch(string(source), -1) {
			n++
			if !slices.ContainsFunc(names, func(name string) bool { return strings.HasSuffix(name, "/"+found[1]) }) {
				t.Errorf("%s: %q is not in the table of verbs", file, found[1])
			}
		}
	}
	if n < 15 {
		t.Errorf("%d verbs in the code", n)
	}
	for _, forged := range []string{"", "/", "s", "s//", "s/a", "s/a/nothing/1", "q/1", "q/1/view", "g/1/approve", "l", "l/none/0////", "x/1/2", "approve", "ss/a/approve/1"} {
		if v := (&Bot{verbs: verbTable()}).verb(forged); v.press != nil || v.send != nil {
			t.Errorf("%q leads to %s", forged, v.name)
		}
	}
}

// The matrix lets people try every command, every button and every form.
func TestTheMatrixTriesEverything(t *testing.T) {
	t.Parallel()
	tried := func(of string, sent bool) bool {
		return slices.ContainsFunc(deeds(), func(d deed) bool { return d.of == of && d.sent == sent && d.access == "" })
	}
	b := mustBot(t)
	for _, c := range b.commands {
		if !tried(c.definition.Name, false) {
			t.Errorf("nobody tries /%s", c.definition.Name)
		}
	}
	for _, v := range b.verbs {
		if v.press != nil && !tried(v.name, false) {
			t.Errorf("nobody presses %s", v.name)
		}
		if v.send != nil && !tried(v.name, true) {
			t.Errorf("nobody sends the form of %s", v.name)
		}
	}
}
