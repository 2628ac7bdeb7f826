package credentials

import (
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var (
	// plainName is a variable that says where, not who: hiding a region would make
	// every output unreadable.
	plainName = regexp.MustCompile(`(^|_)(REGION|ZONE|LOCATION|PROJECT)$`)
	// secretKey is a key in a file of credentials whose value is one.
	secretKey = regexp.MustCompile(`(?i)key|secret|token|passw|private|credential`)
)

// secrets are the values to hide: of every variable that does not say where, of
// every file as a whole, and of what stands in it under a telling key.
func secrets(env, files map[string]string) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		value := env[name]
		if plainName.MatchString(name) {
			continue
		}
		all = append(all, value)
		if u, err := url.Parse(value); err == nil && u.User != nil {
			if password, ok := u.User.Password(); ok {
				all = append(all, password)
			}
		}
		all = append(all, inside(value)...)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		all = append(all, files[name])
		all = append(all, inside(files[name])...)
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// inside finds the secrets in a document: JSON, or lines of key = value and
// key: value, as tools of clouds keep them.
func inside(document string) []string {
	var v any
	if json.Unmarshal([]byte(document), &v) == nil {
		return under(v, false)
	}
	var all []string
	for line := range strings.Lines(document) {
		at := strings.IndexAny(line, "=:")
		if at > 0 && secretKey.MatchString(line[:at]) {
			all = append(all, strings.Trim(strings.TrimSpace(line[at+1:]), `"'`))
		}
	}
	return all
}

// under are the texts in a JSON value that stand under a telling key.
func under(v any, telling bool) []string {
	var all []string
	switch v := v.(type) {
	case string:
		if telling {
			all = append(all, v)
		}
	case []any:
		for _, e := range v {
			all = append(all, under(e, telling)...)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, under(v[key], telling || secretKey.MatchString(key))...)
		}
	}
	return all
}
