package templates_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
)

// describe writes what a plan does in a module, such that a diff of two can be read:
// an address and action a line, below it what is set, by name.
func describe(p *tfjson.Plan, module string) string {
	var b strings.Builder
	changes := slices.SortedFunc(slices.Values(p.ResourceChanges), func(a, b *tfjson.ResourceChange) int {
		return strings.Compare(a.Address, b.Address)
	})
	for _, c := range changes {
		address, ok := strings.CutPrefix(c.Address, "module."+module+".")
		if !ok || c.Change.Actions.NoOp() {
			continue
		}
		fmt.Fprintf(&b, "%s: %v\n", address, c.Change.Actions)
		set := lines("", c.Change.After, c.Change.AfterSensitive)
		set = append(set, unknown(configured(p, module, c), c.Change.AfterUnknown)...)
		slices.Sort(set)
		for _, line := range set {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	return b.String()
}

// configured finds a resource in the configuration.
func configured(p *tfjson.Plan, module string, c *tfjson.ResourceChange) map[string]*tfjson.Expression {
	call := p.Config.RootModule.ModuleCalls[module]
	if call == nil || call.Module == nil {
		return nil // to be destroyed
	}
	for _, r := range call.Module.Resources {
		if r.Mode == c.Mode && r.Type == c.Type && r.Name == c.Name {
			return r.Expressions
		}
	}
	return nil
}

// unknown writes where the configuration takes what is known after the apply from.
func unknown(config map[string]*tfjson.Expression, after any) []string {
	var out []string
	for name, e := range config {
		if open(field(after, name)) && len(e.References) > 0 {
			out = append(out, fmt.Sprintf("%s <- %s", name, e.References[0]))
		}
	}
	return out
}

// open reports whether something in a value is not known.
func open(after any) bool {
	switch v := after.(type) {
	case bool:
		return v
	case []any:
		return slices.ContainsFunc(v, open)
	case map[string]any:
		for _, inner := range v {
			if open(inner) {
				return true
			}
		}
	}
	return false
}

// repeated are attributes by which providers repeat others.
var repeated = []string{"tags_all", "effective_labels", "terraform_labels"}

// lines writes a value, one line for each leaf that is set.
func lines(path string, value, sensitive any) []string {
	if value == nil {
		return nil
	}
	if sensitive == true {
		return []string{path + " = (sensitive)"}
	}
	switch v := value.(type) {
	case map[string]any:
		var out []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if path == "" && slices.Contains(repeated, key) {
				continue
			}
			out = append(out, lines(join(path, key), v[key], field(sensitive, key))...)
		}
		return out
	case []any:
		var out []string
		for i, e := range v {
			out = append(out, lines(fmt.Sprintf("%s[%d]", path, i), e, index(sensitive, i))...)
		}
		return out
	}
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err) // it came from JSON
	}
	return []string{path + " = " + string(raw)}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func field(v any, key string) any {
	m, _ := v.(map[string]any)
	return m[key]
}

func index(v any, i int) any {
	if l, _ := v.([]any); i < len(l) {
		return l[i]
	}
	return nil
}

// golden compares with a file; -update writes it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(got), 0o644)); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is no %s: look at the plan that -update writes", file)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got; -update writes it anew):\n%s", file, diff)
	}
}
