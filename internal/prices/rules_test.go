package prices

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

// The keys that importers make are those of the embedded list, in the same units: an
// imported price takes the place of the embedded one. What the importers do not bring
// is named here; it stays as it came with the program.
func TestRulesAgreeWithTheEmbeddedList(t *testing.T) {
	t.Parallel()
	seed, err := cost.Seed()
	if err != nil {
		t.Fatal(err)
	}
	type kind struct {
		pattern *regexp.Regexp
		unit    string
	}
	kinds := map[string][]kind{}
	for provider, rules := range map[string]ruleset{"aws": awsRules, "azure": azureRules, "gcp": gcpRules} {
		for _, r := range rules {
			pattern := placeholder.ReplaceAllString(regexp.QuoteMeta(strings.NewReplacer("{", "<", "}", ">").Replace(r.key)), "")
			pattern = regexp.MustCompile(`<[^>]+>`).ReplaceAllString(pattern, `[^/]+`)
			kinds[provider] = append(kinds[provider], kind{regexp.MustCompile("^" + pattern + "$"), r.unit})
		}
	}
	kinds["gcp"] = append(kinds["gcp"], kind{regexp.MustCompile(`^compute\.instance/`), cost.UnitHour})
	missing := map[string]bool{}
	for _, s := range seed {
		for _, p := range s.Prices {
			if kinds[s.Provider] == nil {
				continue
			}
			i := slices.IndexFunc(kinds[s.Provider], func(k kind) bool { return k.pattern.MatchString(p.Key) })
			if i < 0 {
				missing[s.Provider+" "+p.Key] = true
			} else if want := kinds[s.Provider][i].unit; p.Unit != want {
				t.Errorf("%s %s is per %s, and an import's per %s", s.Provider, p.Key, p.Unit, want)
			}
		}
	}
	want := []string{
		"azure mysql.flexible/GP_Standard_D2ads_v5", "azure postgres.flexible/B_Standard_B1ms", "azure postgres.flexible/GP_Standard_D4s_v3", "azure redis/Standard/C3",
		"gcp compute.snapshot", "gcp lb.data", "gcp lb.rule", "gcp nat.hours", "gcp vpn.tunnel",
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(missing))); diff != "" {
		t.Error(diff)
	}
}
