package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

// PricePart is how far a part of a snapshot in the making has come.
type PricePart struct {
	Part      string
	Cursor    string // of the next page; empty: the first
	Pages     int
	Done      bool
	Published *time.Time // nil: the source does not say
}

// importLife is how long an import that was interrupted can be taken up again:
// after that its first pages are not of the same list as its last.
const importLife = 24 * time.Hour

// HoldPrices runs fn while no other process imports prices of the provider.
func (s *Store) HoldPrices(ctx context.Context, provider string, standby func(), fn func(ctx context.Context) error) error {
	return s.Hold(ctx, "prices/"+provider, standby, fn)
}

// BeginPrices returns the snapshot of a source that is in the making, with its
// parts, where one was interrupted that was to have the same regions; else a new
// one. The caller holds the provider (HoldPrices).
func (s *Store) BeginPrices(ctx context.Context, provider, source string, regions []string) (snap PriceSnapshot, parts map[string]PricePart, err error) {
	parts = map[string]PricePart{}
	if regions == nil {
		regions = []string{}
	}
	err = s.InTx(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "delete from price_snapshots where state = 'importing' and provider = $1 and source = $2 and (created_at <= $3 or regions <> $4)",
			provider, source, tx.Now.Add(-importLife), regions)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into price_snapshots (provider, source, state, regions, created_at) values ($1, $2, 'importing', $3, $4)
			on conflict (provider, source) where state = 'importing' do nothing`, provider, source, regions, tx.Now)
		if err != nil {
			return err
		}
		snap, err = one[PriceSnapshot](ctx, tx, "select "+snapshotColumns+" from price_snapshots where state = 'importing' and provider = $1 and source = $2", provider, source)
		if err != nil {
			return err
		}
		done, err := many[PricePart](ctx, tx, "select part, cursor, pages, done, published from price_parts where snapshot_id = $1", snap.ID)
		for _, p := range done {
			parts[p.Part] = p
		}
		return err
	})
	if err != nil {
		return snap, nil, fmt.Errorf("begin an import of prices: %w", err)
	}
	return snap, parts, nil
}

// SavePrices keeps a page of a snapshot in the making, and how far its part has come
// with it: both or neither. Nothing is added to a snapshot that has been checked, also by
// a process that has lost the provider to another and does not know it yet.
func (s *Store) SavePrices(ctx context.Context, id int64, part PricePart, prices []cost.Price) error {
	err := s.InTx(ctx, func(tx *Tx) error {
		tag, err := tx.Exec(ctx, "select from price_snapshots where id = $1 and state = 'importing' for share", id)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errNotImporting
		}
		if err := tx.insertPrices(ctx, id, prices); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into price_parts (snapshot_id, part, cursor, pages, done, published) values ($1, $2, $3, $4, $5, $6)
			on conflict (snapshot_id, part) do update set cursor = excluded.cursor, pages = excluded.pages, done = excluded.done, published = excluded.published`,
			id, part.Part, part.Cursor, part.Pages, part.Done, part.Published)
		return err
	})
	if err != nil {
		return fmt.Errorf("save prices: %w", err)
	}
	return nil
}

// PricesOf returns the prices of a snapshot whose keys begin with a prefix.
func (s *Store) PricesOf(ctx context.Context, id int64, prefix string) ([]cost.Price, error) {
	list, err := many[cost.Price](ctx, s.pool, "select "+priceColumns+" from prices where snapshot_id = $1 and starts_with(key, $2) order by region, key, tier_start", id, prefix)
	if err != nil {
		return nil, fmt.Errorf("read prices: %w", translate(err))
	}
	return list, nil
}

// closeTiers ends each tier where the next one of its key begins, for sources that
// tell only where tiers begin.
const closeTiers = `update prices p set tier_end = t.next
	from (select region, key, tier_start, lead(tier_start) over (partition by region, key order by tier_start) as next
		from (select distinct region, key, tier_start from prices where snapshot_id = $1) d) t
	where p.snapshot_id = $1 and p.region = t.region and p.key = t.key and p.tier_start = t.tier_start and p.tier_end = 0 and t.next is not null`

// spreadGlobal gives what has the same price everywhere to each region too that has no
// price of its own: whoever looks a price up need not know which is which.
const spreadGlobal = `insert into prices (snapshot_id, currency, ` + priceColumns + `)
	select g.snapshot_id, g.currency, g.provider, r.region, g.key, g.unit, g.sku, g.usd, g.tier_start, g.tier_end
	from prices g, (select distinct region from prices where snapshot_id = $1) r
	where g.snapshot_id = $1 and g.region = $2 and not exists (select from prices p where p.snapshot_id = $1 and p.region = r.region and p.key = g.key)`

// soldEverywhere holds for a price of the list before (p, of o) of what the new list (n)
// has one price of for everywhere: either that price itself, or what spreadGlobal made
// of it. Beside the new price it would be a second one.
const soldEverywhere = `exists (select from prices g where g.snapshot_id = n.id and g.region = $2 and g.key = p.key)
	and (p.region = $2 or exists (select from prices g where g.snapshot_id = o.id and g.region = $2 and g.key = p.key and g.sku = p.sku))`

// dropNothing takes away the prices of nothing ($0, for what is paid elsewhere) that are
// beside real ones: pages are read one by one, and the two may be on different ones.
const dropNothing = `delete from prices p where p.snapshot_id = $1 and p.usd = 0 and exists (select from prices q
	where q.snapshot_id = $1 and q.region = p.region and q.key = p.key and q.tier_start = p.tier_start and q.usd > 0)`

// CompletePrices gives a snapshot in the making the prices of the regions that were
// not asked for, from the one that it is to replace, and the date of the oldest list
// that it then consists of: fetched is the date of parts that do not say theirs. It may
// be done again.
func (s *Store) CompletePrices(ctx context.Context, id int64, fetched time.Time) error {
	err := s.InTx(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "update price_snapshots set published = coalesce((select min(published) from price_parts where snapshot_id = $1), $2) where id = $1", id, fetched)
		if err != nil {
			return err
		}
		for _, step := range []string{dropNothing, closeTiers} {
			if _, err := tx.Exec(ctx, step, id); err != nil {
				return err
			}
		}
		tag, err := tx.Exec(ctx, `insert into prices (snapshot_id, currency, `+priceColumns+`)
			select n.id, p.currency, p.provider, p.region, p.key, p.unit, p.sku, p.usd, p.tier_start, p.tier_end
			from price_snapshots n join price_snapshots o on o.provider = n.provider and o.source = n.source and o.state = 'current'
			join prices p on p.snapshot_id = o.id
			where n.id = $1 and n.regions <> '{}' and p.region <> all(n.regions) and not (`+soldEverywhere+`)
			on conflict do nothing`, id, cost.Global)
		if err != nil {
			return err
		}
		if tag.RowsAffected() > 0 {
			if _, err := tx.Exec(ctx, `update price_snapshots n set published = least(n.published, o.published) from price_snapshots o
				where n.id = $1 and o.provider = n.provider and o.source = n.source and o.state = 'current'`, id); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, spreadGlobal, id, cost.Global); err != nil {
			return err
		}
		return tx.countPrices(ctx, id)
	})
	if err != nil {
		return fmt.Errorf("complete the prices: %w", err)
	}
	return nil
}

// PriceBefore is a price that is current while its successor is checked.
type PriceBefore struct {
	cost.Price
	Replaced bool // by the snapshot that is checked; else it stays beneath it
}

// ComparePrices calls fn for each region in turn, with its prices in a snapshot in the
// making and those that are current: what is held in memory is one region's.
func (s *Store) ComparePrices(ctx context.Context, id int64, fn func(region string, before []PriceBefore, after []cost.Price) error) error {
	const current = `price_snapshots n join price_snapshots o on o.provider = n.provider and o.state = 'current' join prices p on p.snapshot_id = o.id`
	rows, err := s.pool.Query(ctx, `select region from prices where snapshot_id = $1 union select p.region from `+current+` where n.id = $1 order by region`, id)
	if err != nil {
		return fmt.Errorf("list the regions of prices: %w", translate(err))
	}
	regions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("list the regions of prices: %w", translate(err))
	}
	for _, region := range regions {
		after, err := many[cost.Price](ctx, s.pool, "select "+priceColumns+" from prices where snapshot_id = $1 and region = $2 order by key, tier_start, usd, unit", id, region)
		if err != nil {
			return fmt.Errorf("read prices: %w", translate(err))
		}
		// Of several current lists with a key, the one that estimates are made of counts.
		before, err := many[PriceBefore](ctx, s.pool, `select `+priceColumns+`, replaced from (
			select p.*, o.source = n.source and not o.embedded as replaced, rank() over (partition by p.key order by o.embedded, o.published desc, o.id desc) as nth
			from `+current+` where n.id = $1 and p.region = $2) b where nth = 1 order by key, tier_start, usd, unit`, id, region)
		if err != nil {
			return fmt.Errorf("read the current prices: %w", translate(err))
		}
		if err := fn(region, before, after); err != nil {
			return err
		}
	}
	return nil
}

// SwitchPrices makes a snapshot current that was checked, in the place of the one
// before of its source: whoever reads has the one or the other, whole.
func (s *Store) SwitchPrices(ctx context.Context, id int64, sha256 string, fetched time.Time) error {
	err := s.InTx(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `update price_snapshots o set state = 'replaced' from price_snapshots n
			where n.id = $1 and n.state = 'importing' and o.provider = n.provider and o.source = n.source and o.state = 'current' and not o.embedded`, id)
		if err != nil {
			return err
		}
		return tx.endImport(ctx, id, "state = 'current', sha256 = $2, fetched = $3", sha256, fetched)
	})
	if err != nil {
		return fmt.Errorf("switch to the new prices: %w", err)
	}
	return nil
}

// RefusePrices keeps on record why a snapshot in the making was not switched to.
// Its prices go.
func (s *Store) RefusePrices(ctx context.Context, id int64, reasons []string, fetched time.Time) error {
	err := s.InTx(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(ctx, "delete from prices where snapshot_id = $1", id); err != nil {
			return err
		}
		return tx.endImport(ctx, id, "state = 'refused', reasons = $2, fetched = $3", reasons, fetched)
	})
	if err != nil {
		return fmt.Errorf("refuse the new prices: %w", err)
	}
	return nil
}

var errNotImporting = errors.New("the snapshot is not in the making any more")

func (tx *Tx) endImport(ctx context.Context, id int64, set string, args ...any) error {
	tag, err := tx.Exec(ctx, "update price_snapshots set "+set+" where id = $1 and state = 'importing'", append([]any{id}, args...)...)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return errNotImporting
	}
	_, err = tx.Exec(ctx, "delete from price_parts where snapshot_id = $1", id)
	return err
}
