package cost

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// managedResource is where a module says that it makes something, and of which type.
var managedResource = regexp.MustCompile(`(?m)^resource "([a-z0-9_]+)" "`)

// Every type of resource that our own modules make has a mapping, or is free.
func TestTypesOfTemplatesAreKnown(t *testing.T) {
	t.Parallel()
	m, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../templates/*/*/*.tf")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range managedResource.FindAllSubmatch(raw, -1) {
			kind := string(found[1])
			if !m.known(kind) && !seen[kind] {
				t.Errorf("%s of %s has neither a mapping nor a place among what is free", kind, name)
			}
			seen[kind] = true
		}
	}
	for _, kind := range []string{"aws_instance", "google_compute_instance", "azurerm_linux_virtual_machine", "hcloud_server", "terraform_data"} {
		if !seen[kind] {
			t.Errorf("no %s was found: are these the modules?", kind)
		}
	}
}
