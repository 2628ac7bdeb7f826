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
