package store

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// sealedColumn is a column of sealed values: of which kind they are, how a row names
// itself to the sealer, what orders rows by age, and what they are known by.
type sealedColumn struct{ table, column, kind, row, age, id string }

var sealedColumns = []sealedColumn{
	{"plans", "bundle", sealBundle, "run_id::text", "run_id", "run_id"},
	{"plans", "secrets", sealSecrets, "run_id::text", "run_id", "run_id"},
	{"state_versions", "sealed", sealState, "stack_id || '/' || coalesce(run_id, 0)", "saved_at", "id"},
}

// Sealed is what a database holds that is sealed.
type Sealed struct {
	Opened  int            // values that were opened with the key: the newest of each kind
	Unknown map[string]int // how many values name another key, by that key
}

// Others names the other keys, and how many values each has sealed.
func (s Sealed) Others() (keys []string, values int) {
	for _, n := range s.Unknown {
		values += n
	}
	return slices.Sorted(maps.Keys(s.Unknown)), values
}

// CheckSealed looks at what is sealed in a database: by which keys, and whether the
// newest of each kind opens with the sealer's. ErrSealed says that one does not,
// although it may be the sealer's own. It changes nothing.
func CheckSealed(ctx context.Context, conn *pgx.Conn, sealer *Sealer) (Sealed, error) {
	return checkSealed(ctx, conn, sealer)
}

// CheckSealed is CheckSealed for the store's own key.
func (s *Store) CheckSealed(ctx context.Context) (Sealed, error) {
	return checkSealed(ctx, s.pool, s.sealer)
}

// RequireKey refuses a store whose key is not the one of all that is sealed in it:
// what it would seal from now on could be read with no other key, and what is
// there could not be read at all.
func (s *Store) RequireKey(ctx context.Context) error {
	found, err := s.CheckSealed(ctx)
	keys, values := found.Others()
	switch {
	case errors.Is(err, ErrSealed):
		return usererr.New(usererr.Unavailable,
			"CLOUDENGINE_KEY is not the key that plans and states in the database are encrypted with. Nothing was started. Set it to the key that the bot ran with before.").Wrap(err)
	case err != nil || values == 0:
		return err
	}
	return usererr.New(usererr.Unavailable,
		"%d values in the database are encrypted with the key %s, and CLOUDENGINE_KEY is the key %s. Nothing was started. Set it to the key that the bot ran with before. Where a rotation of the key did not end, run `cloudengine key rotate` once more.",
		values, strings.Join(keys, " and "), s.sealer.KeyID())
}

func checkSealed(ctx context.Context, q querier, sealer *Sealer) (Sealed, error) {
	found := Sealed{Unknown: map[string]int{}}
	for _, c := range sealedColumns {
		err := c.count(ctx, q, sealer, found.Unknown)
		if isUndefinedTable(err) {
			return found, nil
		}
		if err != nil {
			return found, fmt.Errorf("count what is sealed in %s: %w", c.table, translate(err))
		}
		opened, err := c.openNewest(ctx, q, sealer)
		if err != nil {
			return found, err
		}
		found.Opened += opened
	}
	return found, nil
}

// count adds how many values name a key that is not the sealer's.
func (c sealedColumn) count(ctx context.Context, q querier, sealer *Sealer, unknown map[string]int) error {
	type heads struct {
		Head   []byte
		Values int
	}
	list, err := many[heads](ctx, q, fmt.Sprintf("select substring(%[1]s for %[2]d) as head, count(*) as values from %[3]s where octet_length(%[1]s) > %[2]d and get_byte(%[1]s, 0) = %[4]d group by 1",
		c.column, sealHead, c.table, sealVersion))
	for _, h := range list {
		if !bytes.Equal(h.Head, sealer.head()) {
			unknown[hex.EncodeToString(h.Head[1:])] += h.Values
		}
	}
	return err
}

// openNewest opens the newest value that names the sealer's key, or none.
func (c sealedColumn) openNewest(ctx context.Context, q querier, sealer *Sealer) (int, error) {
	type row struct {
		Row    string
		Sealed []byte
	}
	newest, err := many[row](ctx, q, fmt.Sprintf(`select %[1]s as row, %[2]s as sealed from %[3]s
		where octet_length(%[2]s) > 0 and (get_byte(%[2]s, 0) = %[4]d or substring(%[2]s for %[5]d) = $1) order by %[6]s desc limit 1`,
		c.row, c.column, c.table, sealNameless, sealHead, c.age), sealer.head())
	if err != nil {
		return 0, fmt.Errorf("read what is sealed in %s: %w", c.table, translate(err))
	}
	for _, r := range newest {
		if _, err := sealer.Open(c.kind, r.Row, r.Sealed); err != nil {
			return 0, err
		}
	}
	return len(newest), nil
}
