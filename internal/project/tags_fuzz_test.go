package project_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// Tags are refused with the part that is to blame, or are what every provider
// takes and come back as they were when they are typed again.
func FuzzParseTags(f *testing.F) {
	for _, s := range []string{"", "cost-center=42, team=web", "a=", "a==b", "a=1,a=2", "stack=x", "A=1", "=", ",", "a", "a=\x00", "a=\xff", "a=\u202e", "a=" + strings.Repeat("é", 100)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tags, err := project.ParseTags(s)
		if err != nil {
			var refused *project.TagError
			if !errors.As(err, &refused) || tags != nil || !strings.Contains(s, refused.Part) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if len(tags) > 20 {
			t.Errorf("%d tags", len(tags))
		}
		var again []string
		for key, value := range tags {
			if !project.ValidTagKey(key) || slices.Contains([]string{"managed-by", "guild", "project", "stack", "expiry"}, key) {
				t.Errorf("%q is a key", key)
			}
			if !utf8.ValidString(value) || utf8.RuneCountInString(value) > 100 || strings.ContainsFunc(value, unicode.IsControl) || strings.Contains(value, ",") {
				t.Errorf("%q is a value", value)
			}
			again = append(again, key+"="+value)
		}
		if got, err := project.ParseTags(strings.Join(again, ", ")); err != nil || !maps.Equal(got, tags) {
			t.Errorf("%q came back as %v: %v", s, got, err)
		}
		for key, value := range project.MergeTags(map[string]string{"kept": "1"}, tags) {
			if value == "" {
				t.Errorf("%q is not taken away", key)
			}
		}
	})
}
