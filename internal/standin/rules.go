package standin

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

//go:embed rules
var ruleFiles embed.FS

// rules are what the schema of a cloud's provider does not tell. Types are those of
// resources, and "data.<type>" of data sources; "*" is every resource. Attributes of
// nested blocks are written block.attribute.
type rules struct {
	// Fixed is what templates may use beside attributes: "{account}".
	Fixed map[string]string `json:"fixed"`
	// Computed is what the cloud fills in: type, attribute, JSON value, whose texts
	// are templates (see filler). What is not here gets a placeholder.
	Computed map[string]map[string]any `json:"computed"`
	// Mirrors are computed attributes that repeat another, already when planned.
	Mirrors map[string]string `json:"mirrors"`
	// Replace lists attributes that cannot change in place; with "!" before it, one
	// that can, though "*" has it.
	Replace map[string][]string `json:"replace"`
	// Protected names the attribute that must be false before a resource can be
	// destroyed; Unset is what it means where it is not set.
	Protected map[string]struct {
		Attribute string `json:"attribute"`
		Unset     bool   `json:"unset"`
	} `json:"protected"`
	// Patterns are regular expressions that values must match.
	Patterns map[string]map[string]pattern `json:"patterns"`
	// Conditions, Conflicts and ExactlyOne are what goes together.
	Conditions map[string][]condition `json:"conditions"`
	Conflicts  map[string][][]string  `json:"conflicts"`
	ExactlyOne map[string][][]string  `json:"exactly_one"`
	// Faults are what the cloud says when it refuses; their texts are templates.
	Faults map[string]string `json:"faults"`
}

// condition is a rule that holds where each attribute in When has one of its values,
// where null means that it is not set and "*" that it is.
type condition struct {
	When map[string][]any `json:"when"`
	Need []string         `json:"need"` // must be set then
	Deny []string         `json:"deny"` // must not
}

// pattern is a regular expression that is read from JSON.
type pattern struct{ *regexp.Regexp }

func (p *pattern) UnmarshalText(text []byte) (err error) {
	p.Regexp, err = regexp.Compile(string(text))
	return err
}

// readRules reads the rules of a provider by its address. One without rules has none.
func readRules(address string) (rules, error) {
	file := "rules/" + path.Base(address) + ".json"
	raw, err := ruleFiles.ReadFile(file)
	if err != nil {
		return rules{}, nil
	}
	var r rules
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return rules{}, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}

// replacing lists the attributes of a type that cannot change in place.
func (r rules) replacing(typ string) []string {
	own := r.Replace[typ]
	out := slices.DeleteFunc(slices.Clone(own), func(a string) bool { return strings.HasPrefix(a, "!") })
	for _, a := range r.Replace["*"] {
		if !slices.Contains(own, "!"+a) && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}
