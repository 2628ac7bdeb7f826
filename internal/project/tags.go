package project

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tags are bounded by what every provider takes, which AWS and Azure leave room for.
const (
	mostTags     = 20
	mostTagValue = 100
)

var tagKey = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)

// ValidTagKey reports whether s can be the key of a tag.
func ValidTagKey(s string) bool { return tagKey.MatchString(s) && !reservedTags[s] }

// reservedTags are those that the engine sets on everything.
var reservedTags = map[string]bool{"managed-by": true, "guild": true, "project": true, "stack": true, "expiry": true}

// TagRule says in words what ParseTags accepts.
const TagRule = "pairs such as `cost-center=42, team=web`: the key a small letter, then small letters, digits, `-` or `_`, at most 63; the value at most 100 characters, empty to take the tag away; not `managed-by`, `guild`, `project`, `stack` or `expiry`, which are set already; at most 20"

// TagError says which part of some tags cannot be read.
type TagError struct{ Part string }

func (e *TagError) Error() string { return fmt.Sprintf("tags: %q is not key=value", e.Part) }

// ParseTags reads "cost-center=42, team=web". An empty value stands for a tag that
// is to be taken away. What cannot be read is a *TagError.
func ParseTags(s string) (map[string]string, error) {
	tags := map[string]string{}
	for part := range strings.SplitSeq(s, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		key, value, found := strings.Cut(part, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		_, twice := tags[key]
		if !found || twice || !ValidTagKey(key) || !validTagValue(value) || len(tags) == mostTags {
			return nil, &TagError{Part: strings.TrimSpace(part)}
		}
		tags[key] = value
	}
	return tags, nil
}

func validTagValue(s string) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= mostTagValue && !strings.ContainsFunc(s, unicode.IsControl)
}

// MergeTags is what was there with what was given: an empty value takes one away.
func MergeTags(were, given map[string]string) map[string]string {
	merged := map[string]string{}
	maps.Copy(merged, were)
	maps.Copy(merged, given)
	maps.DeleteFunc(merged, func(_, value string) bool { return value == "" })
	return merged
}
