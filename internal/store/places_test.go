package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
)

// What one provider says takes the place of what it said before, of that provider alone,
// and every process is told.
func TestPlaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := mustOpen(t, w.url)
	told, stop := other.Subscribe(TopicPlaces, "")
	defer stop()
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	want := map[string][]catalog.Place{}
	for _, said := range []struct {
		provider string
		places   []catalog.Place
	}{
		{"aws", []catalog.Place{{Region: "eu-central-1", Answered: true, Zones: []string{"a", "b"}, Without: []string{"compute_vm.size=t3.micro"}, Fetched: at}, {Region: "mx-central-1", Without: []string{}, Fetched: at}}},
		{"hetzner", []catalog.Place{{Region: "fsn1", Answered: true, Zones: []string{}, Without: []string{}, Fetched: at}}},
		{"aws", []catalog.Place{{Region: "eu-central-1", Answered: true, Without: []string{}, Fetched: at.Add(time.Hour)}}},
	} {
		w.tx(func(tx *Tx) error {
			found, err := tx.LockPlaces(w.ctx, said.provider)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(want, found); diff != "" {
				t.Errorf("before: %s", diff)
			}
			return tx.ReplacePlaces(w.ctx, said.provider, said.places)
		})
		want[said.provider] = said.places
		select {
		case <-told:
		case <-w.ctx.Done():
			t.Fatal("nobody was told")
		}
		found, err := other.Places(w.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, found); diff != "" {
			t.Error(diff)
		}
	}
}

// What may stand somewhere is counted there, also what stands in several regions.
func TestStacksIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newStack("empty")
	for name, held := range map[string]string{
		"one":  `[{"kind": "vpc", "name": "main"}]`,
		"both": `[{"kind": "vpc", "name": "main", "regions": ["eu-1", "us-1"]}, {"kind": "vpc", "name": "old", "regions": ["eu-1"]}]`,
	} {
		st := w.newStack(name)
		if _, err := w.pool.Exec(w.ctx, "update stacks set held = $2 where id = $1", st.ID, held); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		provider string
		regions  []string
		want     int
	}{
		{"sandbox", []string{"eu-1"}, 2}, {"sandbox", []string{"us-1"}, 1}, {"sandbox", []string{"eu-1", "us-1"}, 2},
		{"sandbox", []string{"ap-1"}, 0}, {"sandbox", nil, 0}, {"aws", []string{"eu-1"}, 0},
	} {
		w.tx(func(tx *Tx) error {
			n, err := tx.StacksIn(w.ctx, tc.provider, tc.regions)
			if n != tc.want {
				t.Errorf("%s in %v: %d, want %d", tc.provider, tc.regions, n, tc.want)
			}
			return err
		})
	}
}

// Those who change the same provider's wait for each other; others do not.
func TestPlacesAreLocked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tx(func(tx *Tx) error {
		if _, err := tx.LockPlaces(w.ctx, "aws"); err != nil {
			return err
		}
		for provider, want := range map[string]bool{"aws": false, "gcp": true} {
			var free bool
			err := w.pool.QueryRow(w.ctx, "select pg_try_advisory_xact_lock(hashtextextended('places ' || $1, 0))", provider).Scan(&free)
			if err != nil || free != want {
				t.Errorf("%s is free: %t, %v", provider, free, err)
			}
		}
		return nil
	})
}
