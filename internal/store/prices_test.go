package store

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

var published = time.Date(2026, 7, 20, 0, 0, 0, 0, time.UTC)

func price(region, key, usd string) cost.Price {
	return cost.Price{Provider: "aws", Region: region, Key: key, Unit: cost.UnitHour, USD: decimal.RequireFromString(usd)}
}

// mustFind returns the first price of a key in the current book.
func (w *world) mustFind(region, key string) string {
	w.t.Helper()
	book, err := w.PriceBook(w.ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	list, err := book.Find("aws", region, key)
	if err != nil {
		w.t.Fatalf("%s in %s: %v", key, region, err)
	}
	return list[0].USD.String()
}

// begin begins an import.
func (w *world) begin(regions ...string) (PriceSnapshot, map[string]PricePart) {
	w.t.Helper()
	snap, parts, err := w.BeginPrices(w.ctx, "aws", "list", regions)
	if err != nil {
		w.t.Fatal(err)
	}
	return snap, parts
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// imported makes a snapshot of prices current.
func (w *world) imported(at time.Time, regions []string, prices ...cost.Price) {
	w.t.Helper()
	snap, _ := w.begin(regions...)
	w.must(w.SavePrices(w.ctx, snap.ID, PricePart{Part: "all", Pages: 1, Done: true, Published: &at}, prices))
	w.must(w.CompletePrices(w.ctx, snap.ID, at))
	w.must(w.SwitchPrices(w.ctx, snap.ID, "hash", at))
}

func (w *world) current() (list []PriceSnapshot) {
	w.t.Helper()
	all, err := w.PriceSnapshots(w.ctx)
	w.must(err)
	for _, s := range all {
		if s.State == PricesCurrent {
			list = append(list, s)
		}
	}
	return list
}

// Without any list the embedded one serves; once loaded it is in the database, whole,
// and loading it again changes nothing.
func TestEmbeddedPrices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seed, err := cost.Seed()
	w.must(err)
	before, err := w.PriceBook(w.ctx)
	w.must(err)
	w.must(w.LoadPrices(w.ctx, seed))
	first := w.current()
	w.must(w.LoadPrices(w.ctx, seed))
	if again := w.current(); len(first) != len(seed) || !slices.EqualFunc(first, again, func(a, b PriceSnapshot) bool { return a.ID == b.ID }) {
		t.Fatalf("%d lists are current of %d, and then %d", len(first), len(seed), len(again))
	}
	after, err := w.PriceBook(w.ctx)
	w.must(err)
	if again, err := w.PriceBook(w.ctx); err != nil || again != after {
		t.Errorf("the book is built twice for the same lists, %v", err)
	}
	for _, s := range seed {
		for _, p := range s.Prices {
			was, err1 := before.Find(p.Provider, p.Region, p.Key)
			is, err2 := after.Find(p.Provider, p.Region, p.Key)
			if !errors.Is(err2, err1) || !slices.EqualFunc(was, is, same) {
				t.Fatalf("%s in %s: %v, %v; was %v, %v", p.Key, p.Region, is, err2, was, err1)
			}
		}
	}
}

func same(a, b cost.Price) bool {
	return a.USD.Equal(b.USD) && a.TierStart.Equal(b.TierStart) && a.TierEnd.Equal(b.TierEnd) && a.Unit == b.Unit && a.SKU == b.SKU && a.Provider == b.Provider && a.Region == b.Region && a.Key == b.Key
}

// The lists of another release take the place of the ones before; what was imported
// stays, and stands above both.
func TestEmbeddedPricesOfAnotherRelease(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.LoadPrices(w.ctx, []cost.Snapshot{{Provider: "aws", Source: "figures", Published: published, Prices: []cost.Price{price("r", "a", "1"), price("r", "b", "1")}}}))
	w.imported(published.AddDate(0, 1, 0), nil, price("r", "a", "3"))
	if a, b := w.mustFind("r", "a"), w.mustFind("r", "b"); a != "3" || b != "1" {
		t.Errorf("a costs %s and b %s", a, b)
	}
	w.must(w.LoadPrices(w.ctx, []cost.Snapshot{{Provider: "aws", Source: "figures", Published: published.AddDate(0, 0, 1), Prices: []cost.Price{price("r", "a", "2"), price("r", "b", "2")}}}))
	if a, b := w.mustFind("r", "a"), w.mustFind("r", "b"); a != "3" || b != "2" {
		t.Errorf("a costs %s and b %s", a, b)
	}
	if n := len(w.current()); n != 2 {
		t.Errorf("%d lists are current", n)
	}
}

// A price that a release corrects is loaded, though its list bears the date of the one
// before.
func TestCorrectedEmbeddedPrices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, usd := range []string{"1", "2"} {
		w.must(w.LoadPrices(w.ctx, []cost.Snapshot{{Provider: "aws", Source: "figures", Published: published, Prices: []cost.Price{price("r", "a", usd)}}}))
		if a := w.mustFind("r", "a"); a != usd {
			t.Errorf("a costs %s, and not %s", a, usd)
		}
	}
	if now := w.current(); len(now) != 1 || len(now[0].SHA256) != 64 {
		t.Errorf("current: %+v", now)
	}
}

// An imported list may have parts that are older than the embedded list: by them it is
// dated, and yet it counts. So it does for what the next list is compared with.
func TestOldImportStandsAboveTheEmbeddedList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.LoadPrices(w.ctx, []cost.Snapshot{{Provider: "aws", Source: "figures", Published: published, Prices: []cost.Price{price("r", "a", "1"), price("r", "b", "1")}}}))
	for _, at := range []time.Time{published.AddDate(-3, 0, 0), published} {
		w.imported(at, nil, price("r", "a", "3"))
		if a, b := w.mustFind("r", "a"), w.mustFind("r", "b"); a != "3" || b != "1" {
			t.Errorf("of %s: a costs %s and b %s", at, a, b)
		}
		snap, _ := w.begin()
		w.must(w.ComparePrices(w.ctx, snap.ID, func(_ string, before []PriceBefore, _ []cost.Price) error {
			if len(before) != 2 || before[0].USD.String() != "3" || !before[0].Replaced || before[1].Replaced {
				t.Errorf("compared with %+v", before)
			}
			return nil
		}))
	}
}

// What an import has read is there for the next process; what another was to read is
// not mixed with it.
func TestImportIsTakenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	snap, parts := w.begin()
	if len(parts) != 0 {
		t.Fatalf("a new import has %v", parts)
	}
	w.must(w.SavePrices(w.ctx, snap.ID, PricePart{Part: "one", Cursor: "page 2", Pages: 1}, []cost.Price{price("r", "a", "1")}))
	again, parts := w.begin()
	if p := parts["one"]; again.ID != snap.ID || p.Cursor != "page 2" || p.Pages != 1 || p.Done {
		t.Fatalf("snapshot %d, parts %v", again.ID, parts)
	}
	// The same page once more, as after a kill between its end and the next.
	w.must(w.SavePrices(w.ctx, snap.ID, PricePart{Part: "one", Pages: 2, Done: true}, []cost.Price{price("r", "a", "1"), price("r", "b", "1")}))
	if list, err := w.PricesOf(w.ctx, snap.ID, ""); err != nil || len(list) != 2 {
		t.Errorf("it has %v, %v", list, err)
	}
	if list, err := w.PricesOf(w.ctx, snap.ID, "b"); err != nil || len(list) != 1 {
		t.Errorf("of b it has %v, %v", list, err)
	}
	other, parts := w.begin("r")
	if other.ID == snap.ID || len(parts) != 0 {
		t.Errorf("an import of other regions took it up: %v", parts)
	}
	w.exec("update price_snapshots set created_at = created_at - interval '25 hours' where id = $1", other.ID)
	if next, _ := w.begin("r"); next.ID == other.ID {
		t.Error("an import of yesterday was taken up")
	}
}

// An import of a region leaves the prices of the others, and the list is as old as its
// oldest.
func TestImportOfARegion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.imported(published, nil, price("r", "a", "1"), price("q", "a", "1"))
	w.imported(published.AddDate(0, 2, 0), []string{"r"}, price("r", "a", "2"))
	if r, q := w.mustFind("r", "a"), w.mustFind("q", "a"); r != "2" || q != "1" {
		t.Errorf("r costs %s and q %s", r, q)
	}
	now := w.current()
	if len(now) != 1 || now[0].Rows != 2 || !now[0].Published.Equal(published) || now[0].SHA256 != "hash" {
		t.Errorf("current: %+v", now)
	}
}

// Two prices of a key are ambiguous, and never one of them.
func TestAmbiguousPrices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.imported(published, nil, price("r", "a", "1"), price("r", "a", "2"))
	book, err := w.PriceBook(w.ctx)
	w.must(err)
	if _, err := book.Find("aws", "r", "a"); !errors.Is(err, cost.ErrAmbiguous) {
		t.Errorf("got %v", err)
	}
}

// Tiers of which only the beginnings are told follow each other.
func TestTiersAreClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := price("r", "a", "2"), price("r", "a", "1")
	second.TierStart = decimal.NewFromInt(100)
	w.imported(published, nil, second, first)
	book, err := w.PriceBook(w.ctx)
	w.must(err)
	list, err := book.Find("aws", "r", "a")
	if err != nil || len(list) != 2 || !list[0].TierEnd.Equal(second.TierStart) || !list[1].TierEnd.IsZero() {
		t.Errorf("got %v, %v", list, err)
	}
}

// What costs the same everywhere does so in each region that has no price of its own.
func TestGlobalPrices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.imported(published, nil, price(cost.Global, "a", "1"), price("r", "a", "2"), price("q", "b", "3"))
	if g, r, q := w.mustFind(cost.Global, "a"), w.mustFind("r", "a"), w.mustFind("q", "a"); g != "1" || r != "2" || q != "1" {
		t.Errorf("%s everywhere, %s in r, %s in q", g, r, q)
	}
}

// An import of a region brings what costs the same everywhere too: it takes the place of
// what was known of it, in every region, and is beside it in none. What a region sells
// for a price of its own is left alone.
func TestGlobalPricesOfAnImportOfARegion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	everywhere := func(usd string) cost.Price {
		p := price(cost.Global, "a", usd)
		p.SKU = "everywhere"
		return p
	}
	gone := price(cost.Global, "gone", "5")
	w.imported(published, nil, everywhere("1"), gone, price("r", "b", "1"), price("q", "b", "1"), price("own", "a", "1"))
	w.imported(published.AddDate(0, 1, 0), []string{"r"}, everywhere("2"), price("r", "b", "2"))
	for at, want := range map[[2]string]string{
		{cost.Global, "a"}: "2", {"r", "a"}: "2", {"q", "a"}: "2", {"own", "a"}: "1",
		{"r", "b"}: "2", {"q", "b"}: "1", {cost.Global, "gone"}: "5", {"r", "gone"}: "5", {"q", "gone"}: "5",
	} {
		if got := w.mustFind(at[0], at[1]); got != want {
			t.Errorf("%s in %s costs %s, and not %s", at[1], at[0], got, want)
		}
	}
	// It may be killed before it is switched to, and is completed once more.
	snap, _ := w.begin("r")
	w.must(w.SavePrices(w.ctx, snap.ID, PricePart{Part: "all", Done: true, Published: &published}, []cost.Price{everywhere("3"), price("r", "b", "3")}))
	for range 2 {
		w.must(w.CompletePrices(w.ctx, snap.ID, published))
	}
	w.must(w.SwitchPrices(w.ctx, snap.ID, "hash", published))
	if g, q := w.mustFind(cost.Global, "a"), w.mustFind("q", "a"); g != "3" || q != "3" {
		t.Errorf("%s everywhere, %s in q", g, q)
	}
}

// A price of nothing beside a real one does not count, on whichever page either was.
func TestPricesOfNothingOnOtherPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	snap, _ := w.begin()
	w.must(w.SavePrices(w.ctx, snap.ID, PricePart{Part: "one", Done: true}, []cost.Price{price("r", "a", "0"), price("r", "b", "1"), price("r", "c", "0")}))
	w.must(w.SavePrices(w.ctx, snap.ID, PricePart{Part: "two", Done: true}, []cost.Price{price("r", "a", "1"), price("r", "b", "0")}))
	w.must(w.CompletePrices(w.ctx, snap.ID, published))
	w.must(w.SwitchPrices(w.ctx, snap.ID, "hash", published))
	if a, b, c := w.mustFind("r", "a"), w.mustFind("r", "b"), w.mustFind("r", "c"); a != "1" || b != "1" || c != "0" {
		t.Errorf("a costs %s, b %s, c %s", a, b, c)
	}
}

// A refused list changes nothing, and its reasons are kept.
func TestRefusedPrices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.imported(published, nil, price("r", "a", "1"))
	snap, _ := w.begin()
	w.must(w.SavePrices(w.ctx, snap.ID, PricePart{Part: "all", Done: true}, []cost.Price{price("r", "a", "9")}))
	w.must(w.CompletePrices(w.ctx, snap.ID, published))
	w.must(w.RefusePrices(w.ctx, snap.ID, []string{"too dear"}, published))
	if a := w.mustFind("r", "a"); a != "1" {
		t.Errorf("a costs %s", a)
	}
	all, err := w.PriceSnapshots(w.ctx)
	w.must(err)
	if s := all[0]; s.State != PricesRefused || !slices.Equal(s.Reasons, []string{"too dear"}) {
		t.Errorf("got %+v", s)
	}
	if err := w.SwitchPrices(w.ctx, snap.ID, "", published); !errors.Is(err, errNotImporting) {
		t.Errorf("it can be switched to: %v", err)
	}
}

// A process that is late adds nothing to a list that has been checked.
func TestLatePrices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.imported(published, nil, price("r", "a", "1"))
	id := w.current()[0].ID
	if err := w.SavePrices(w.ctx, id, PricePart{Part: "late"}, []cost.Price{price("r", "b", "1")}); !errors.Is(err, errNotImporting) {
		t.Errorf("got %v", err)
	}
	if list, err := w.PricesOf(w.ctx, id, ""); err != nil || len(list) != 1 {
		t.Errorf("it has %v, %v", list, err)
	}
}

// Comparing tells which current prices the new list takes the place of.
func TestComparePrices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.LoadPrices(w.ctx, []cost.Snapshot{{Provider: "aws", Source: "figures", Published: published, Prices: []cost.Price{price("r", "a", "1"), price("r", "old", "1")}}}))
	w.imported(published.AddDate(0, 1, 0), nil, price("r", "a", "2"), price("q", "a", "2"))
	snap, _ := w.begin()
	w.must(w.SavePrices(w.ctx, snap.ID, PricePart{Part: "all", Done: true}, []cost.Price{price("r", "a", "3")}))
	var got []string
	w.must(w.ComparePrices(w.ctx, snap.ID, func(region string, before []PriceBefore, after []cost.Price) error {
		for _, b := range before {
			got = append(got, "was "+region+" "+b.Key+" "+b.USD.String())
			if b.Replaced != (b.Key != "old") {
				t.Errorf("%s replaced: %t", b.Key, b.Replaced)
			}
		}
		for _, p := range after {
			got = append(got, "is "+region+" "+p.Key+" "+p.USD.String())
		}
		return nil
	}))
	want := []string{"was q a 2", "was r a 2", "was r old 1", "is r a 3"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// Of a key that several current lists have, the new one is compared with the tiers of
// the list that counts alone.
func TestComparePricesWithOneListOfAKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tier := price("r", "a", "0.5")
	tier.TierStart = decimal.NewFromInt(10)
	w.must(w.LoadPrices(w.ctx, []cost.Snapshot{{Provider: "aws", Source: "figures", Published: published, Prices: []cost.Price{price("r", "a", "1"), tier}}}))
	w.imported(published.AddDate(-1, 0, 0), nil, price("r", "a", "2"))
	snap, _ := w.begin()
	w.must(w.ComparePrices(w.ctx, snap.ID, func(_ string, before []PriceBefore, _ []cost.Price) error {
		if len(before) != 1 || before[0].USD.String() != "2" {
			t.Errorf("compared with %+v", before)
		}
		return nil
	}))
}

// Past lists go, but for the newest of each source; what is current stays.
func TestForgetPrices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, usd := range []string{"1", "2", "3"} {
		w.imported(published.AddDate(0, i, 0), nil, price("r", "a", usd))
	}
	snap, _ := w.begin()
	w.must(w.ForgetPrices(w.ctx, time.Hour))
	all, err := w.PriceSnapshots(w.ctx)
	w.must(err)
	var states []PriceState
	for _, s := range all {
		states = append(states, s.State)
	}
	if !slices.Equal(states, []PriceState{PricesImporting, PricesCurrent, PricesReplaced}) || w.mustFind("r", "a") != "3" {
		t.Errorf("left: %v", states)
	}
	w.exec("update price_snapshots set created_at = created_at - interval '2 hours' where id = $1", snap.ID)
	w.must(w.ForgetPrices(w.ctx, time.Hour))
	var prices, snapshots int
	w.scan("select (select count(*) from prices), (select count(*) from price_snapshots)", nil, &prices, &snapshots)
	if prices != 2 || snapshots != 2 {
		t.Errorf("%d prices of %d lists are left", prices, snapshots)
	}
}
