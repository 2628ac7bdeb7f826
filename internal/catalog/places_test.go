package catalog_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
)

const askedProvider = `{"title": "Lab", "default_region": "a-1", "regions": [
		{"name": "a-1", "title": "First", "zones": ["x", "y"]},
		{"name": "b-2", "title": "Second", "zones": ["x"], "without": ["vm.size=large", "vm.spread=true"]},
		{"name": "c-3", "title": "Third", "zones": ["x"]},
		{"name": "d-4", "zones": ["x"]}, {"name": "e-5", "zones": ["x"]}],
	"plugins": {"acme": {"source": "example/acme", "version": "1.2.3", "configuration": {"region": "{region}"}}},
	"places": {
		"data": {"acme_regions": {"all": {"everything": true}}},
		"regions": "${data.acme_regions.all.names}", "usable": "${data.acme_regions.all.mine}",
		"each": {
			"data": {"acme_zones": {"this": {"in": ["{region}"]}}},
			"zones": "${[for z in data.acme_zones.this.names : trimprefix(z, \"{region}\")]}",
			"sold": {"vm.size": "${data.acme_zones.this.sizes}"}}}}`

func mustLoadAsked(t *testing.T) *catalog.Catalog {
	t.Helper()
	c := MustLoadLab(t, map[string]string{"lab/provider.json": askedProvider, "lab/vm/main.tf": placedVM})
	if lines := problemLines(c); len(lines) > 0 {
		t.Fatalf("problems: %q", lines)
	}
	return c
}

// The questions read data sources where the region is, and have nothing else in them.
func TestQuestions(t *testing.T) {
	t.Parallel()
	p, _ := mustLoadAsked(t).Provider("lab")
	all, err := p.AskRegions()
	if err != nil {
		t.Fatal(err)
	}
	each, err := p.AskPlace("b-2")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		question           catalog.Composed
		region             string
		data, out, nothing any
	}{
		{all, "a-1", map[string]any{"acme_regions": map[string]any{"all": map[string]any{"everything": true}}},
			map[string]any{"regions": map[string]any{"value": "${data.acme_regions.all.names}"}, "usable": map[string]any{"value": "${data.acme_regions.all.mine}"}}, nil},
		{each, "b-2", map[string]any{"acme_zones": map[string]any{"this": map[string]any{"in": []any{"b-2"}}}},
			map[string]any{
				"zones": map[string]any{"value": `${[for z in data.acme_zones.this.names : trimprefix(z, "b-2")]}`},
				"sold":  map[string]any{"value": map[string]any{"vm.size": "${data.acme_zones.this.sizes}"}},
			}, nil},
	} {
		var root map[string]any
		if err := json.Unmarshal(tc.question.Files[catalog.RootFile], &root); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]any{tc.data, tc.out, tc.nothing, tc.nothing}, []any{root["data"], root["output"], root["module"], root["resource"]}); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]any{"acme": map[string]any{"region": tc.region}}, root["provider"]); diff != "" {
			t.Error(diff)
		}
		if len(tc.question.Plugins.All) != 1 {
			t.Errorf("plugins are %v", tc.question.Plugins)
		}
	}
}

func TestRegionsSaid(t *testing.T) {
	t.Parallel()
	p, _ := mustLoadAsked(t).Provider("lab")
	list := func(names ...string) []any {
		out := []any{}
		for _, n := range names {
			out = append(out, n)
		}
		return out
	}
	for name, tc := range map[string]struct {
		said        map[string]any
		all, usable []string
		wrong       string
	}{
		"some":            {map[string]any{"regions": list("b-2", "a-1", "b-2"), "usable": list("b-2", "z-9")}, []string{"a-1", "b-2"}, []string{"b-2"}, ""},
		"none":            {map[string]any{"regions": list(), "usable": list()}, nil, nil, "no regions in the answer"},
		"no answer":       {map[string]any{}, nil, nil, "the regions: a list was expected"},
		"half an answer":  {map[string]any{"regions": list("a-1")}, nil, nil, "that can be used: a list was expected"},
		"not known":       {map[string]any{"regions": nil, "usable": list()}, nil, nil, "a list was expected"},
		"no text":         {map[string]any{"regions": []any{7.0}, "usable": list()}, nil, nil, "7 is no name"},
		"a name in code":  {map[string]any{"regions": list("${file(\"x\")}"), "usable": list()}, nil, nil, "is no name"},
		"far too many":    {map[string]any{"regions": manyNames(501), "usable": list()}, nil, nil, "501 regions"},
		"as many as well": {map[string]any{"regions": list(names(500)...), "usable": list()}, names(500), nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, usable, err := p.RegionsSaid(tc.said)
			if tc.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tc.wrong) {
					t.Errorf("%v, want %s", err, tc.wrong)
				}
				return
			}
			if err != nil || len(all) != len(tc.all) || strings.Join(usable, " ") != strings.Join(tc.usable, " ") {
				t.Errorf("%v, %v, %v", all, usable, err)
			}
		})
	}
}

func names(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = "r" + strings.Repeat("a", i%26) + string(rune('a'+i/26))
	}
	return out
}

func manyNames(n int) []any {
	out := make([]any, n)
	for i, name := range names(n) {
		out[i] = name
	}
	return out
}

func TestPlaceSaid(t *testing.T) {
	t.Parallel()
	c := mustLoadAsked(t)
	sold := func(sizes ...any) map[string]any { return map[string]any{"vm.size": sizes} }
	for name, tc := range map[string]struct {
		said  map[string]any
		want  catalog.Place
		wrong string
	}{
		"all": {map[string]any{"zones": []any{"y", "x"}, "sold": sold("small", "large", "medium", "huge")}, catalog.Place{Region: "b-2", Answered: true, Zones: []string{"x", "y"}}, ""},
		"a size is missing": {map[string]any{"zones": []any{}, "sold": sold("small", "medium")},
			catalog.Place{Region: "b-2", Answered: true, Zones: []string{}, Without: []string{"vm.size=large"}}, ""},
		"no zones":        {map[string]any{"sold": sold()}, catalog.Place{}, "the zones of b-2: a list was expected"},
		"a zone in words": {map[string]any{"zones": []any{"Zone 1"}, "sold": sold()}, catalog.Place{}, "Zone 1 is no name"},
		"nothing sold":    {map[string]any{"zones": []any{}}, catalog.Place{}, "vm.size in b-2: a list was expected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := c.PlaceSaid("lab", "b-2", tc.said)
			if tc.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tc.wrong) {
					t.Errorf("%v, want %s", err, tc.wrong)
				}
				return
			}
			if diff := cmp.Diff(tc.want, got); err != nil || diff != "" {
				t.Errorf("%s, %v", diff, err)
			}
		})
	}
}

// What was said takes the place of what the modules come with, where it was asked.
func TestWith(t *testing.T) {
	t.Parallel()
	modules := mustLoadAsked(t)
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	c := modules.With(map[string][]catalog.Place{
		"lab": {
			{Region: "z-9", Answered: true, Zones: []string{"q"}, Without: []string{"vm.size=small"}, Fetched: at},
			{Region: "b-2", Answered: true, Without: []string{"vm.size=medium"}, Fetched: at},
			{Region: "a-1", Zones: []string{"not", "asked"}, Fetched: at},
		},
		"gone": {{Region: "x", Fetched: at}},
	})
	p, _ := c.Provider("lab")
	want := []catalog.Region{
		{Name: "a-1", Title: "First", Zones: []string{"x", "y"}, Fetched: at},
		{Name: "b-2", Title: "Second", Zones: []string{"x"}, Without: []string{"vm.spread=true", "vm.size=medium"}, Fetched: at},
		{Name: "z-9", Title: "z-9", Zones: []string{"q"}, Without: []string{"vm.size=small"}, Fetched: at},
	}
	if diff := cmp.Diff(want, p.Regions); diff != "" {
		t.Error(diff)
	}
	k, _ := c.Kind("lab", "vm")
	large := project.Resource{Kind: "vm", Name: "one", Values: map[string]any{"size": "large", "spread": false}}
	if faults := k.Lacks(large, "b-2"); len(faults) > 0 {
		t.Errorf("what is sold now is refused: %v", faults)
	}
	if faults := c.Validate("lab", "c-3", []project.Resource{large}); len(faults) != 1 || faults[0].Label != "Region" {
		t.Errorf("a region that is gone: %v", faults)
	}
	if before, _ := modules.Provider("lab"); len(before.Regions) != 5 || !before.Regions[1].Fetched.IsZero() {
		t.Errorf("the modules' own are changed: %v", before.Regions)
	}
	before, _ := modules.Kind("lab", "vm")
	if faults := before.Lacks(large, "b-2"); len(faults) != 1 {
		t.Errorf("the modules' own kind is changed: %v", faults)
	}
}

// An answer that lacks much of what is in use is looked at by somebody first.
func TestDoubts(t *testing.T) {
	t.Parallel()
	modules := mustLoadAsked(t)
	whole := func(region string) catalog.Place {
		return catalog.Place{Region: region, Answered: true, Zones: []string{"x", "y"}, Without: []string{}}
	}
	sound := []catalog.Place{whole("a-1"), whole("b-2"), whole("c-3"), whole("d-4"), whole("e-5")}
	with := func(i int, p catalog.Place) []catalog.Place {
		out := append([]catalog.Place{}, sound...)
		out[i] = p
		return out
	}
	for name, tc := range map[string]struct {
		answer []catalog.Place
		want   []string
	}{
		"nothing changed":    {sound, nil},
		"a region more":      {append([]catalog.Place{whole("f-6")}, sound...), nil},
		"a fifth is gone":    {sound[:4], nil},
		"more than a fifth":  {sound[:3], []string{"2 of 5 regions are gone: d-4, e-5"}},
		"the default region": {sound[1:], []string{"the default region a-1 is gone"}},
		"some sizes":         {with(1, catalog.Place{Region: "b-2", Answered: true, Zones: []string{"x", "y"}, Without: []string{"vm.size=large"}}), nil},
		"all sizes of one": {with(1, catalog.Place{Region: "b-2", Answered: true, Zones: []string{"x", "y"}, Without: []string{"vm.size=small", "vm.size=medium", "vm.size=large"}}),
			[]string{"no vm.size is sold in b-2"}},
		"zones of one":   {with(1, catalog.Place{Region: "b-2", Answered: true, Zones: []string{}}), nil},
		"zones not said": {with(1, catalog.Place{Region: "b-2", Answered: true}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			was := modules.With(map[string][]catalog.Place{"lab": sound})
			if diff := cmp.Diff(tc.want, was.Doubts("lab", modules.With(map[string][]catalog.Place{"lab": tc.answer}))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBadPlaces(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ places, want string }{
		"no regions":          {`{"each": {"zones": "x"}}`, "not said what the regions are"},
		"nothing about each":  {`{"regions": "x"}`, "nothing is asked about each region"},
		"no kind":             {`{"regions": "x", "each": {"sold": {"size": "x"}}}`, `"size" is not written kind.variable`},
		"an unknown kind":     {`{"regions": "x", "each": {"sold": {"lorry.size": "x"}}}`, `"lorry.size" is asked for, but there is no kind "lorry"`},
		"an unknown variable": {`{"regions": "x", "each": {"sold": {"vm.colour": "x"}}}`, `"vm.colour" is asked for, but vm has no variable "colour"`},
		"an open variable":    {`{"regions": "x", "each": {"sold": {"vm.note": "x"}}}`, `"note" of vm has no list of values`},
		"a misspelt key":      {`{"region": "x"}`, "unknown field"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := MustLoadLab(t, map[string]string{"lab/provider.json": `{"default_region": "a", "regions": [{"name": "a"}], "places": ` + tc.places + `}`, "lab/vm/main.tf": placedVM})
			if lines := problemLines(c); len(lines) == 0 || !strings.Contains(strings.Join(lines, "\n"), tc.want) {
				t.Errorf("problems: %q, want %s", lines, tc.want)
			}
		})
	}
}
