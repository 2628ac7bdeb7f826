package prices

import (
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/store"
)

func TestStandings(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 20, 12, 0, 0, 0, time.UTC)
	ago := func(days int) *time.Time {
		at := now.AddDate(0, 0, -days)
		return &at
	}
	embedded := store.PriceSnapshot{ID: 1, Provider: "aws", Embedded: true, State: store.PricesCurrent, Published: ago(100), Fetched: ago(20)}
	imported := store.PriceSnapshot{ID: 5, Provider: "aws", State: store.PricesCurrent, Rows: 12, Published: ago(9), Fetched: ago(3)}
	refused := func(id int64, days int) store.PriceSnapshot {
		return store.PriceSnapshot{ID: id, Provider: "aws", State: store.PricesRefused, Fetched: ago(days), Reasons: []string{"machines cost nothing", "prices are gone"}}
	}
	for name, test := range map[string]struct {
		list  []store.PriceSnapshot
		want  string
		stale bool
	}{
		"none": {nil, "none yet: the first start loads those that come with the program", true},
		"embedded": {[]store.PriceSnapshot{embedded, {ID: 2, Provider: "aws", Embedded: true, State: store.PricesCurrent, Published: ago(10)}},
			"those that came with the program, the oldest of 2026-04-11 (100 days ago)", true},
		"imported": {[]store.PriceSnapshot{embedded, imported}, "12 prices imported on 2026-07-17 (3 days ago), published on 2026-07-11", false},
		"imported today": {[]store.PriceSnapshot{{ID: 5, Provider: "aws", State: store.PricesCurrent, Rows: 12, Published: ago(1), Fetched: ago(0)}},
			"12 prices imported on 2026-07-20 (today), published on 2026-07-19", false},
		"refused since": {[]store.PriceSnapshot{embedded, imported, refused(4, 8), refused(6, 1)},
			"12 prices imported on 2026-07-17 (3 days ago), published on 2026-07-11. The import of 2026-07-19 was refused, and these stay in use: machines cost nothing; prices are gone", false},
		"refused before": {[]store.PriceSnapshot{imported, refused(4, 8)}, "12 prices imported on 2026-07-17 (3 days ago), published on 2026-07-11", false},
		"never but refused": {[]store.PriceSnapshot{embedded, refused(4, 1)},
			"those that came with the program, the oldest of 2026-04-11 (100 days ago). The import of 2026-07-19 was refused, and these stay in use: machines cost nothing; prices are gone", true},
		"interrupted": {[]store.PriceSnapshot{imported, {ID: 7, Provider: "aws", State: store.PricesImporting, Regions: []string{"eu-west-1"}, CreatedAt: *ago(1)}},
			"12 prices imported on 2026-07-17 (3 days ago), published on 2026-07-11. An import of eu-west-1 is under way or was interrupted, since 2026-07-19 12:00", false},
		"not refreshed": {[]store.PriceSnapshot{{ID: 5, Provider: "aws", State: store.PricesCurrent, Rows: 12, Published: ago(20), Fetched: ago(15)}},
			"12 prices imported on 2026-07-05 (15 days ago), published on 2026-06-30", true},
		"of others": {[]store.PriceSnapshot{{ID: 5, Provider: "azure", State: store.PricesCurrent, Published: ago(1), Fetched: ago(1)}}, "none yet: the first start loads those that come with the program", true},
		"replaced":  {[]store.PriceSnapshot{embedded, {ID: 5, Provider: "aws", State: store.PricesReplaced, Published: ago(1), Fetched: ago(1)}}, "those that came with the program, the oldest of 2026-04-11 (100 days ago)", true},
	} {
		s := Standings(test.list)[0]
		if got := s.Text(now); got != test.want || s.Stale(now) != test.stale || s.Provider != "aws" {
			t.Errorf("%s: %q, stale %t", name, got, s.Stale(now))
		}
	}
	if list := Standings(nil); len(list) != len(Providers()) || !strings.HasPrefix(list[2].Text(now), "none") {
		t.Errorf("got %v", list)
	}
}
