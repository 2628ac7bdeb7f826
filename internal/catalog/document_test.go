package catalog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
)

// The README beside each module is what the module says. -update writes it anew.
func TestKindsDocumentsAreCurrent(t *testing.T) {
	t.Parallel()
	const root = "../../templates"
	c, err := catalog.Installed("")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Problems() {
		t.Error(p)
	}
	for _, p := range c.Providers() {
		for _, k := range c.Kinds(p.Name) {
			path := filepath.Join(root, p.Name, k.Name, "README.md")
			if *update {
				if err := os.WriteFile(path, []byte(k.Markdown()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			have, err := os.ReadFile(path)
			if err != nil {
				t.Errorf("%v; run `make docs`", err)
				continue
			}
			if diff := cmp.Diff(k.Markdown(), string(have)); diff != "" {
				t.Errorf("%s is not current; run `make docs`:\n%s", path, diff)
			}
		}
	}
}

// What a module says cannot break its README.
func TestMarkdown(t *testing.T) {
	t.Parallel()
	c := MustLoadLab(t, map[string]string{
		"lab/provider.json": labProvider,
		"lab/net/main.tf":   "# Net\n\noutput \"net_id\" {\n  value = 1\n}\n",
		"lab/thing/main.tf": "# Thing\n# Does a | b.\n\nvariable \"size\" {\n  description = <<-EOT\n    How | large.\n    s: small\n    l: large\n  EOT\n  default = \"s\"\n  validation {\n    condition     = contains([\"s\", \"l\"], var.size)\n    error_message = \"s or l.\"\n  }\n}\n\n" +
			"variable \"note\" {\n  description = \"A note.\"\n  type = string\n}\n\nvariable \"net_id\" {\n  description = \"The net.\"\n  type = string\n}\n\noutput \"secret\" {\n  description = \"A secret.\"\n  value = 1\n  sensitive = true\n}\n",
	})
	k, ok := c.Kind("lab", "thing")
	if !ok {
		t.Fatal(problemLines(c))
	}
	text := k.Markdown()
	for _, part := range []string{
		"# Thing\n", "Does a | b.", `| **Size** | see below | s | How \| large. |`, "- `s`: small", "| **Note** | text | must be said | A note. |",
		"- `net_id` of the stack's net, which must be there: The net.", "| `secret` | A secret. Hidden. |",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("it lacks %q:\n%s", part, text)
		}
	}
}
