package app_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// places are where a document puts something into a file of the checkout: behind
// the first of these.
var places = map[string]string{
	"internal/discord/command.go": "return []*command{",
	"internal/discord/texts.json": "{\n",
}

// The example of a command works: laid over the checkout, it compiles, its own
// test passes, and so do those that look at every command.
func TestExampleCommandWorks(t *testing.T) {
	t.Parallel()
	checkout, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	lay := func(name, text string) {
		path := filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay.Replace[filepath.Join(checkout, filepath.FromSlash(name))] = path
	}
	for _, b := range blocks(t, filepath.Join(root, "docs", "extending.md")) {
		if name, ok := b.marked(markFile); ok && b.lang == "go" {
			lay(name, b.text)
		}
		if name, ok := b.marked(markInsert); ok {
			raw, err := os.ReadFile(filepath.Join(checkout, name))
			if err != nil {
				t.Fatal(err)
			}
			before, after, found := strings.Cut(string(raw), places[name])
			if !found || places[name] == "" {
				t.Fatalf("%v: there is no place for it in %s", b, name)
			}
			lay(name, before+places[name]+"\n"+b.text+after)
		}
	}
	if len(overlay.Replace) < 4 {
		t.Fatalf("the example has %d files only", len(overlay.Replace))
	}
	raw, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "test", "-vet=off", "-count=1", "-timeout=5m", "-overlay="+file,
		"-run=^(TestRegions|TestNoTextIsMissingOrUnused|TestCommandsKeepDiscordsLimits|TestCommandsSayWhomTheyAreFor|TestCompletedOptionsAreCompleted)$", "-v", "./internal/discord")
	cmd.Dir = checkout
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Count(string(out), "--- PASS: ") != 5 {
		t.Fatalf("%v\n%s", err, out)
	}
}
