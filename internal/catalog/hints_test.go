package catalog_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
)

// What forms are told about the variables of the probe, and what people are
// told when they get one wrong.
func TestHints(t *testing.T) {
	t.Parallel()
	c, err := catalog.Load(catalog.Source{Name: "rules", FS: os.DirFS("testdata/rules")})
	if err != nil {
		t.Fatal(err)
	}
	k, _ := c.Kind("lab", "probe")
	for name, tc := range map[string]struct{ hints, wrong, fault string }{
		"option":        {"options a,b,ü", "c", "c is not one of a, b, ü."},
		"number_option": {"options 1,2,4", "3", "3 is not one of 1, 2, 4."},
		"between":       {"from 1 to 64 whole", "65", "65 is not a whole number from 1 to 64."},
		"mirrored":      {"from -1.5 to 2.5", "3", "3 is not a number from -1.5 to 2.5."},
		"open_bound":    {"", "0", "0 is not accepted. More than zero."},
		"pattern":       {"pattern ^[a-z]+(-[a-z]+)*$", "A", "A is not accepted. Small letters and single dashes."},
		"short":         {"length 2-5", "a", "a is not 2 to 5 characters."},
		"optional":      {"", "ab", "ab is not accepted. Nothing, or more than 2 characters."},
		"prefix":        {"", "x", "x is not accepted. Starts with arn:, ends with no colon, has no star."},
		"range":         {"", "10.0.0.0/27", "10.0.0.0/27 is not accepted. IPv4, at most /26, not 10.0.0.0/27."},
		"tags":          {"length 0-3", "A", "A is not accepted. At most 3 tags of small letters."},
		"ports":         {"", "x", "x is not a list of numbers, one a line or with commas between them."},
		"pairs":         {"", "z=1", "z=1 is not accepted. Only x and y."},
		"names":         {"length 2-0", "a", "a is not a list of at least 2 items, one a line or with commas between them."},
		"table":         {"", "a", "a is not name=value pairs, one a line or with commas between them."},
		"flag":          {"", "2", "2 is not yes or no."},
	} {
		v, ok := k.Variable(name)
		if !ok {
			t.Errorf("no variable %s", name)
			continue
		}
		if diff := cmp.Diff(tc.hints, hints(v)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		_, faults := k.Check(map[string]string{"name": "x", name: tc.wrong})
		if len(faults) != 1 || faults[0].Text() != tc.fault {
			t.Errorf("%s: %v, want %s", name, faults, tc.fault)
		}
	}
}

// hints writes what forms are told in one line.
func hints(v catalog.Variable) string {
	var all []string
	if len(v.Options) > 0 {
		var values []string
		for _, o := range v.Options {
			values = append(values, o.Value)
		}
		all = append(all, "options "+strings.Join(values, ","))
	}
	if v.Min != nil && v.Max != nil {
		all = append(all, fmt.Sprintf("from %v to %v", *v.Min, *v.Max))
	}
	if v.Whole {
		all = append(all, "whole")
	}
	if v.Pattern != "" {
		all = append(all, "pattern "+v.Pattern)
	}
	if v.MinLength+v.MaxLength > 0 {
		all = append(all, fmt.Sprintf("length %d-%d", v.MinLength, v.MaxLength))
	}
	return strings.Join(all, " ")
}
