package store

import (
	"context"
	"fmt"
	"time"

	"github.com/cloud-engine/cloudengine/internal/catalog"
)

// place is a row of places.
type place struct {
	Provider string
	Region   string
	Answered bool
	Zones    []string
	Without  []string
	Fetched  time.Time
}

const placeColumns = "provider, region, answered, zones, without, fetched"

// Places are what providers said of their regions, by provider. A provider that was
// never asked is not among them.
func (s *Store) Places(ctx context.Context) (map[string][]catalog.Place, error) {
	found, err := places(ctx, s.pool)
	if err != nil {
		return nil, fmt.Errorf("read the providers' regions: %w", translate(err))
	}
	return found, nil
}

// LockPlaces reads them for a change: until the transaction ends, nobody else changes
// those of the provider.
func (tx *Tx) LockPlaces(ctx context.Context, provider string) (map[string][]catalog.Place, error) {
	if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock(hashtextextended('places ' || $1, 0))", provider); err != nil {
		return nil, err
	}
	return places(ctx, tx)
}

func places(ctx context.Context, q querier) (map[string][]catalog.Place, error) {
	rows, err := many[place](ctx, q, "select "+placeColumns+" from places order by provider, region")
	if err != nil {
		return nil, err
	}
	found := map[string][]catalog.Place{}
	for _, r := range rows {
		found[r.Provider] = append(found[r.Provider], catalog.Place{Region: r.Region, Answered: r.Answered, Zones: r.Zones, Without: r.Without, Fetched: r.Fetched})
	}
	return found, nil
}

// ReplacePlaces puts what a provider said in the place of what it had said before, and
// tells every process.
func (tx *Tx) ReplacePlaces(ctx context.Context, provider string, said []catalog.Place) error {
	if _, err := tx.Exec(ctx, "delete from places where provider = $1", provider); err != nil {
		return err
	}
	for _, p := range said {
		_, err := tx.Exec(ctx, "insert into places ("+placeColumns+") values ($1, $2, $3, $4, $5, $6)",
			provider, p.Region, p.Answered, p.Zones, jsonList(p.Without), p.Fetched)
		if err != nil {
			return fmt.Errorf("insert place: %w", err)
		}
	}
	return tx.notify(ctx, TopicPlaces, "")
}

// StacksIn counts the stacks of a provider's projects of which something may stand in
// one of the regions.
func (tx *Tx) StacksIn(ctx context.Context, provider string, regions []string) (n int, err error) {
	err = tx.QueryRow(ctx, `
		select count(*) from stacks s join projects p on p.id = s.project_id
		where p.provider = $1 and jsonb_array_length(s.held) > 0
		  and (s.region = any($2) or exists (select from jsonb_array_elements(s.held) h where h->'regions' ?| $2))`,
		provider, jsonList(regions)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the stacks in regions: %w", err)
	}
	return n, nil
}
