package store

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

// PriceState is what became of a snapshot of prices.
type PriceState string

// The states. The current snapshots are what estimates are made of.
const (
	PricesImporting PriceState = "importing"
	PricesCurrent   PriceState = "current"
	PricesReplaced  PriceState = "replaced"
	PricesRefused   PriceState = "refused"
)

// PriceSnapshot is a price list of one provider, without its prices.
type PriceSnapshot struct {
	ID        int64
	Provider  string
	Source    string
	Embedded  bool // came with the program
	State     PriceState
	Regions   []string   // that were asked for; none: all
	Published *time.Time // of the oldest price list in it; nil while nothing is
	Fetched   *time.Time // when it was complete
	SHA256    string
	Rows      int
	Reasons   []string // why it was refused
	CreatedAt time.Time
}

const (
	snapshotColumns = "id, provider, source, embedded, state, regions, published, fetched, sha256, rows, reasons, created_at"
	priceColumns    = "provider, region, key, unit, sku, usd, tier_start, tier_end"
)

// PriceSnapshots lists the snapshots that are kept, by provider, newest first.
func (s *Store) PriceSnapshots(ctx context.Context) ([]PriceSnapshot, error) {
	list, err := priceSnapshots(ctx, s.pool)
	if err != nil {
		return nil, fmt.Errorf("list price snapshots: %w", translate(err))
	}
	return list, nil
}

// PriceSnapshots is the same by a connection of the caller's, whose errors are
// Postgres's.
func PriceSnapshots(ctx context.Context, conn *pgx.Conn) ([]PriceSnapshot, error) {
	return priceSnapshots(ctx, conn)
}

func priceSnapshots(ctx context.Context, q querier) ([]PriceSnapshot, error) {
	return many[PriceSnapshot](ctx, q, "select "+snapshotColumns+" from price_snapshots order by provider, id desc")
}

// priceBooks keeps the book that was read last: it serves for as long as the same
// snapshots are current, which makes it right with any number of processes.
type priceBooks struct {
	mu        sync.Mutex
	snapshots []int64
	book      *cost.Book
}

// PriceBook returns the book of the current price lists. Where none was loaded yet it
// is the embedded one.
func (s *Store) PriceBook(ctx context.Context) (*cost.Book, error) {
	s.prices.mu.Lock() // one reads, the others have use of it
	defer s.prices.mu.Unlock()
	current, err := many[PriceSnapshot](ctx, s.pool, "select "+snapshotColumns+" from price_snapshots where state = 'current' order by id")
	if err != nil {
		return nil, fmt.Errorf("read the current price lists: %w", translate(err))
	}
	var ids []int64
	for _, c := range current {
		ids = append(ids, c.ID)
	}
	if s.prices.book != nil && slices.Equal(ids, s.prices.snapshots) {
		return s.prices.book, nil
	}
	if len(current) == 0 {
		return cost.SeedBook()
	}
	lists, err := s.priceLists(ctx, current)
	if err != nil {
		return nil, err
	}
	s.prices.snapshots, s.prices.book = ids, cost.NewBook(lists...)
	return s.prices.book, nil
}

func (s *Store) priceLists(ctx context.Context, current []PriceSnapshot) ([]cost.Snapshot, error) {
	var lists []cost.Snapshot
	for _, c := range current {
		list := cost.Snapshot{Provider: c.Provider, Source: c.Source, Published: *c.Published, Imported: !c.Embedded}
		var err error
		if list.Prices, err = many[cost.Price](ctx, s.pool, "select "+priceColumns+" from prices where snapshot_id = $1", c.ID); err != nil {
			return nil, fmt.Errorf("read prices: %w", translate(err))
		}
		lists = append(lists, list)
	}
	return lists, nil
}

// LoadPrices makes the price lists that come with the program current, unless they
// are. Lists of another release of it are replaced, also those that differ by a
// corrected price alone; imported ones are left alone.
func (s *Store) LoadPrices(ctx context.Context, lists []cost.Snapshot) error {
	sums := make([]string, len(lists))
	for i, l := range lists {
		sums[i] = l.SHA256()
	}
	err := s.InTx(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock(hashtextextended('embedded prices', 0))"); err != nil {
			return err
		}
		loaded, err := many[PriceSnapshot](ctx, tx, "select "+snapshotColumns+" from price_snapshots where embedded and state = 'current'")
		if err != nil || sameLists(loaded, lists, sums) {
			return err
		}
		if _, err := tx.Exec(ctx, "update price_snapshots set state = 'replaced' where embedded and state = 'current'"); err != nil {
			return err
		}
		for i, l := range lists {
			var id int64
			err := tx.QueryRow(ctx, `insert into price_snapshots (provider, source, embedded, state, published, fetched, sha256, created_at)
				values ($1, $2, true, 'current', $3, $4, $5, $4) returning id`, l.Provider, l.Source, l.Published, tx.Now, sums[i]).Scan(&id)
			if err != nil {
				return err
			}
			if err := tx.insertPrices(ctx, id, l.Prices); err != nil {
				return err
			}
			if err := tx.countPrices(ctx, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("load the embedded price lists: %w", err)
	}
	return nil
}

func sameLists(loaded []PriceSnapshot, lists []cost.Snapshot, sums []string) bool {
	if len(loaded) != len(lists) {
		return false
	}
	for i, l := range lists {
		if !slices.ContainsFunc(loaded, func(s PriceSnapshot) bool {
			return s.Provider == l.Provider && s.Source == l.Source && s.Published.Equal(l.Published) && s.SHA256 == sums[i]
		}) {
			return false
		}
	}
	return true
}

// countPrices writes down how many prices a snapshot has.
func (tx *Tx) countPrices(ctx context.Context, id int64) error {
	_, err := tx.Exec(ctx, "update price_snapshots set rows = (select count(*) from prices where snapshot_id = $1) where id = $1", id)
	return err
}

// pricesPerInsert bounds one statement.
const pricesPerInsert = 5000

// insertPrices adds prices to a snapshot; one that it has is not added twice.
func (tx *Tx) insertPrices(ctx context.Context, id int64, prices []cost.Price) error {
	for batch := range slices.Chunk(prices, pricesPerInsert) {
		columns := make([][]string, 8)
		for _, p := range batch {
			for i, v := range []string{p.Provider, p.Region, p.Key, p.Unit, p.SKU, p.USD.String(), p.TierStart.String(), p.TierEnd.String()} {
				columns[i] = append(columns[i], v)
			}
		}
		args := []any{id}
		for _, c := range columns {
			args = append(args, c)
		}
		_, err := tx.Exec(ctx, "insert into prices (snapshot_id, "+priceColumns+`)
			select $1::bigint, p, r, k, u, s, d::numeric, b::numeric, e::numeric
			from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[]) as x (p, r, k, u, s, d, b, e)
			on conflict do nothing`, args...)
		if err != nil {
			return fmt.Errorf("insert prices: %w", err)
		}
	}
	return nil
}

// replacedLists is how many of a source's past snapshots are kept of each state: whoever
// reads the current one while it is replaced reads it to its end.
const replacedLists = 1

// ForgetPrices deletes what is no longer needed: past snapshots but the last of each
// source that was replaced and the last that was refused, and what an import left
// that nobody took up again within age.
func (s *Store) ForgetPrices(ctx context.Context, age time.Duration) error {
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	_, err = s.pool.Exec(ctx, `delete from price_snapshots where id in (
		select id from (select id, row_number() over (partition by provider, embedded, source, state order by id desc) as nth
			from price_snapshots where state in ('replaced', 'refused')) past where nth > $1
		union all
		select id from price_snapshots where state = 'importing' and created_at <= $2)`, replacedLists, now.Add(-age))
	if err != nil {
		return fmt.Errorf("forget old price lists: %w", translate(err))
	}
	return nil
}
