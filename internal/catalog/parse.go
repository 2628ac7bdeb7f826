package catalog

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
)

// numberPattern is stricter than Terraform: no exponent, no sign but minus. At
// most 15 digits, so that a number survives every JSON reader on its way.
var numberPattern = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

const maxDigits = 15

// parse reads what somebody typed for v. The text has no space around it and is
// not empty. What it returns obeys the type; the rules come after.
func (v *Variable) parse(text string) (cty.Value, bool) {
	text, ok := plain(text)
	if !ok {
		return cty.NilVal, false
	}
	if !v.several() {
		return parsePrimitive(text, v.ty)
	}
	value, ok := v.parseItems(text)
	if !ok {
		return cty.NilVal, false
	}
	converted, err := toCty(value, v.ty)
	return converted, err == nil
}

// plain makes line ends alike and refuses what is not text: Terraform, Postgres
// and a process's environment each choke on some of it.
func plain(text string) (string, bool) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if !utf8.ValidString(text) {
		return "", false
	}
	return text, !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t'
	})
}

func parsePrimitive(text string, ty cty.Type) (cty.Value, bool) {
	switch ty {
	case cty.Number:
		digits := len(strings.Trim(text, "-")) - strings.Count(text, ".")
		if !numberPattern.MatchString(text) || digits > maxDigits {
			return cty.NilVal, false
		}
		n, err := cty.ParseNumberVal(text)
		return n, err == nil
	case cty.Bool:
		switch strings.ToLower(text) {
		case "true", "yes":
			return cty.True, true
		case "false", "no":
			return cty.False, true
		}
		return cty.NilVal, false
	}
	return cty.StringVal(text), true
}

// parseItems reads a list (one item a line, or with commas between them) or a
// map (the same, each name=value).
func (v *Variable) parseItems(text string) (any, bool) {
	list := []any{}
	table := map[string]any{}
	for item := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == ',' }) {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		name := ""
		if v.ty.IsMapType() {
			var ok bool
			if name, item, ok = strings.Cut(item, "="); !ok || strings.TrimSpace(name) == "" {
				return nil, false
			}
			name, item = strings.TrimSpace(name), strings.TrimSpace(item)
			if _, twice := table[name]; twice {
				return nil, false
			}
		}
		one, ok := parsePrimitive(item, v.ty.ElementType())
		if !ok {
			return nil, false
		}
		list, table[name] = append(list, fromCty(one)), fromCty(one)
	}
	if v.ty.IsMapType() {
		return table, len(table) > 0
	}
	return list, len(list) > 0 // a form has no way to show an empty one
}
