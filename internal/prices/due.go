package prices

import (
	"context"
	"slices"
	"time"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// How old a list may become, and how soon after an import that was refused the next one
// is tried. One that was interrupted goes on at once.
const (
	refreshEvery = 7 * 24 * time.Hour
	retryEvery   = 24 * time.Hour
)

// Due returns the providers whose price list should be imported now.
func (i *Importer) Due(ctx context.Context) ([]string, error) {
	now, err := i.Store.Now(ctx)
	if err != nil {
		return nil, err
	}
	snapshots, err := i.Store.PriceSnapshots(ctx)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, provider := range Providers() {
		if provider == "gcp" && i.GCPKey == "" {
			continue
		}
		if !slices.ContainsFunc(snapshots, func(s store.PriceSnapshot) bool { return s.Provider == provider && isFresh(s, now) }) {
			list = append(list, provider)
		}
	}
	return list, nil
}

// isFresh reports whether a snapshot makes another import needless.
func isFresh(s store.PriceSnapshot, now time.Time) bool {
	if s.Embedded || s.Fetched == nil || len(s.Regions) > 0 {
		return false
	}
	age := now.Sub(*s.Fetched)
	return s.State == store.PricesCurrent && age < refreshEvery || s.State == store.PricesRefused && age < retryEvery
}
