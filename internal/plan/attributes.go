package plan

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cloud-engine/cloudengine/internal/mask"
)

// maxDepth bounds how deep objects are opened; deeper ones are shown as JSON.
const maxDepth = 8

// attributes lists the leaves of a change that differ, sorted by path, and how
// many were left out.
func attributes(c *tfjson.Change, action Action, secrets mask.Masker) ([]AttributeChange, int) {
	if action == Read || action == Move || action == Forget {
		return nil, 0
	}
	w := walker{secrets: secrets, forces: replacePaths(c.ReplacePaths)}
	w.walk("", node{c.Before, nil, c.BeforeSensitive}, node{c.After, c.AfterUnknown, c.AfterSensitive}, 0)
	if len(w.out) > MaxAttributes {
		return w.out[:MaxAttributes], len(w.out) - MaxAttributes
	}
	return w.out, 0
}

// node is a value with the two shapes that Terraform lays over it: which parts
// are unknown, which are sensitive.
type node struct{ value, unknown, sensitive any }

func (n node) child(key string) node {
	return node{field(n.value, key), shape(n.unknown, key), shape(n.sensitive, key)}
}

type walker struct {
	secrets mask.Masker
	forces  map[string]bool
	out     []AttributeChange
}

func (w *walker) walk(path string, before, after node, depth int) {
	keys := objectKeys(before.value, after.value, after.unknown)
	whole := depth >= maxDepth || before.sensitive == true || after.sensitive == true || after.unknown == true
	if len(keys) > 0 && !whole && opens(before.value) && opens(after.value) {
		for _, k := range keys {
			w.walk(join(path, k), before.child(k), after.child(k), depth+1)
		}
		return
	}
	w.leaf(path, before, after)
}

func (w *walker) leaf(path string, before, after node) {
	b, _, hidBefore := render(before.value, nil, before.sensitive, w.secrets)
	a, unknown, hidAfter := render(after.value, after.unknown, after.sensitive, w.secrets)
	if !unknown && (before.value == nil && after.value == nil || reflect.DeepEqual(before.value, after.value)) {
		return
	}
	if path == "" {
		return // a whole resource is not an attribute
	}
	w.out = append(w.out, AttributeChange{
		Name: cut(w.secrets.Mask(path)), Before: b, After: a,
		Sensitive: hidBefore || hidAfter, Unknown: unknown, ForcesReplace: w.forced(path),
	})
}

// forced reports whether path, or what holds it, is among the replace paths.
func (w *walker) forced(path string) bool {
	for {
		if w.forces[path] {
			return true
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return false
		}
		path = path[:i]
	}
}

// render shows a value on one line, with what is unknown or sensitive in its
// place. A value that is partly sensitive is hidden as a whole.
func render(value, unknown, sensitive any, secrets mask.Masker) (text string, isUnknown, isSensitive bool) {
	isUnknown, isSensitive = anyTrue(unknown, 0), anyTrue(sensitive, 0)
	switch {
	case isSensitive && (value != nil || isUnknown):
		return SensitiveText, isUnknown, true
	case isUnknown:
		return UnknownText, true, false
	case value == nil:
		return "", false, false
	}
	if s, ok := value.(string); ok {
		text = s
	} else if raw, err := json.Marshal(value); err == nil {
		text = string(raw)
	} else {
		text = fmt.Sprint(value)
	}
	if secrets.Mask(text) != text { // as a key, or as a part of it
		return SensitiveText, false, true
	}
	return cut(text), false, false
}

// opens reports whether an object may be shown key by key: nil counts, as a
// create has nothing before.
func opens(v any) bool {
	if v == nil {
		return true
	}
	_, ok := v.(map[string]any)
	return ok
}

func objectKeys(values ...any) []string {
	seen := map[string]bool{}
	for _, v := range values {
		m, ok := v.(map[string]any)
		if !ok {
			continue
		}
		for k := range m {
			seen[k] = true
		}
	}
	keys := make([]string, 0, len(seen))
	for k := range seen {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func field(v any, key string) any {
	m, _ := v.(map[string]any)
	return m[key]
}

// shape is field for the overlays, where true stands for "all of it".
func shape(v any, key string) any {
	if v == true {
		return true
	}
	return field(v, key)
}

// anyTrue reports whether any leaf of an overlay is true.
func anyTrue(v any, depth int) bool {
	if depth > 64 {
		return true
	}
	switch v := v.(type) {
	case bool:
		return v
	case map[string]any:
		for _, e := range v {
			if anyTrue(e, depth+1) {
				return true
			}
		}
	case []any:
		for _, e := range v {
			if anyTrue(e, depth+1) {
				return true
			}
		}
	}
	return false
}

func replacePaths(paths []any) map[string]bool {
	out := map[string]bool{}
	for _, p := range paths {
		steps, ok := p.([]any)
		if !ok {
			continue
		}
		path := ""
		for _, s := range steps {
			name, ok := s.(string)
			if !ok {
				break // a list index: the list as a whole is shown
			}
			path = join(path, name)
		}
		if path != "" {
			out[path] = true
		}
	}
	return out
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// cut bounds a text to MaxValue runes and makes it valid UTF-8 without NUL,
// which a jsonb column refuses. What is left out of a long one is not looked at.
func cut(s string) string {
	runes, last := 0, 0 // last is where the rune begins that may have to make room
	for i := range s {
		if runes++; runes == MaxValue {
			last = i
		} else if runes > MaxValue {
			return fit(s[:last]) + "…"
		}
	}
	return fit(s)
}

func fit(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
