package prices

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

// recordedAWS are the recorded rows of AWS's lists, of eu-west-1.
func recordedAWS(t *testing.T) (rows []row) {
	t.Helper()
	f, err := os.Open("testdata/aws_rows.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, fields := range all[1:] {
		r := row{"TermType": "OnDemand", "EffectiveDate": "2023-02-01", "Currency": cost.Currency, "Location Type": "AWS Region"}
		for i, name := range all[0] {
			r[name] = fields[i]
		}
		if r["Operating System"] == "Linux" {
			r["License Model"] = "No License required" // which those rows do not have with them
		}
		rows = append(rows, r)
	}
	return rows
}

// fit notes which rule a row of a service fits, by its place.
func fit(seen map[int]bool, set ruleset, service string, field func(name string) string) {
	r, _ := set.fit(service, field)
	for i := range set {
		if &set[i] == r {
			seen[i] = true
		}
	}
}

// Rules are written for recorded rows: each finds some, and those that find none are
// marked. What is brought by the recorded rows is what the embedded list has, which was
// made of the same lists by another way.
func TestRulesAreOfRecordedRows(t *testing.T) {
	t.Parallel()
	seen, found := map[int]bool{}, finds{}
	for _, r := range recordedAWS(t) {
		field := func(name string) string { return r[name] }
		fit(seen, awsRules, r["service"], field)
		if err := found.addAWS(r["service"], "eu-west-1", today, field); err != nil {
			t.Fatal(err)
		}
	}
	marked(t, "aws", awsRules, seen)
	embeddedAlike(t, found, 80)

	var list struct{ Items []azureItem }
	if err := json.Unmarshal(recorded(t, "azure_retail_prices.json"), &list); err != nil {
		t.Fatal(err)
	}
	seen = map[int]bool{}
	for _, item := range list.Items {
		fit(seen, azureRules, *item.Service, item.field)
	}
	marked(t, "azure", azureRules, seen)

	var catalog struct{ SKUs []gcpSKU }
	if err := json.Unmarshal(recorded(t, "gcp_skus.json"), &catalog); err != nil {
		t.Fatal(err)
	}
	seen = map[int]bool{}
	for _, service := range gcpRules.services() {
		for _, sku := range catalog.SKUs {
			fit(seen, gcpRules, service, sku.field)
		}
	}
	marked(t, "gcp", gcpRules, seen)
}

func marked(t *testing.T, provider string, set ruleset, found map[int]bool) {
	t.Helper()
	for i, r := range set {
		if found[i] == r.unseen {
			t.Errorf("%s: the rule of %s (%s) is marked unseen: %t, and a recorded row fits it: %t", provider, r.key, r.service, r.unseen, found[i])
		}
	}
	for _, key := range Unseen()[provider] {
		if !slices.ContainsFunc(set, func(c compiled) bool { return c.unseen && c.key == key }) {
			t.Errorf("%s: %s is said to be unseen", provider, key)
		}
	}
}

// embeddedAlike compares prices with those that came with the program.
func embeddedAlike(t *testing.T, found finds, least int) {
	t.Helper()
	book, err := cost.SeedBook()
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, p := range found.prices() {
		list, err := book.Find(p.Provider, p.Region, p.Key)
		if err != nil {
			t.Errorf("%s in %s: %v", p.Key, p.Region, err)
			continue
		}
		i := slices.IndexFunc(list, func(l cost.Price) bool { return l.TierStart.Equal(p.TierStart) })
		if i < 0 || !list[i].USD.Equal(p.USD) || list[i].Unit != p.Unit {
			t.Errorf("%s in %s: %s per %s from %s on, and embedded are %v", p.Key, p.Region, p.USD, p.Unit, p.TierStart, list)
		}
		compared++
	}
	if compared < least {
		t.Errorf("only %d prices were compared", compared)
	}
}

// Each key of the embedded list is either brought up to date by the importers or said
// not to be.
func TestEachEmbeddedKeyIsBroughtOrSaidNotToBe(t *testing.T) {
	t.Parallel()
	seed, err := cost.Seed()
	if err != nil {
		t.Fatal(err)
	}
	patterns, seen := map[string][]string{}, map[string]bool{}
	for _, provider := range Providers() {
		patterns[provider] = append(broughtBy(provider), absentKeys(provider)...)
	}
	for _, s := range seed {
		for _, p := range s.Prices {
			if patterns[s.Provider] == nil || seen[s.Provider+p.Key] {
				continue
			}
			seen[s.Provider+p.Key] = true
			if !slices.ContainsFunc(patterns[s.Provider], func(pattern string) bool { return meet(p.Key, pattern) }) {
				t.Errorf("%s: no rule brings %s, and it is not among the keys that are not brought", s.Provider, p.Key)
			}
		}
	}
	for _, a := range NotBrought() {
		if a.Why == "" || strings.Contains(a.Key, "#") || !slices.Contains(Providers(), a.Provider) {
			t.Errorf("%+v", a)
		}
	}
}
