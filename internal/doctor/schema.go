package doctor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// schema compares the migrations that were run with those that this program has.
// It goes on to the key where there may be something that the key sealed.
func (e *exam) schema(ctx context.Context, conn *pgx.Conn) {
	const subject = "schema"
	have, known, err := schemaVersion(ctx, conn)
	if err != nil {
		e.fail(subject, "its version cannot be read", ownTables(err), err)
		e.skip("key", "the schema cannot be read")
		return
	}
	e.current = have == known
	queue, err := queuePending(ctx, e.Config.DatabaseURL.Reveal())
	switch {
	case have == 0:
		e.ok(subject, "none yet: the first start makes it")
	case have > known:
		e.fail(subject, fmt.Sprintf("version %d, made by a newer Cloud Engine: this one knows versions up to %d", have, known), "Run the newer release, or point DATABASE_URL at another database.", nil)
		e.skip("key", "the schema is not known")
		return
	case err != nil:
		e.fail(subject, "the version of the queue's tables cannot be read", ownTables(err), err)
	case have < known:
		e.outdated(fmt.Sprintf("version %d of %d", have, known))
	case queue != "":
		e.outdated("the queue's tables are older than this program: " + queue)
	default:
		e.ok(subject, "version %d, as this program has it", have)
	}
	e.key(ctx, conn)
}

// outdated says what migrates, which the next start may not be able to do.
func (e *exam) outdated(found string) {
	if e.migrates {
		e.warn("schema", found, "The next start migrates the database, or `cloudengine migrate` does. Back the database up first.")
		return
	}
	e.fail("schema", found+", and this role may not migrate it", "Back the database up. "+runMigrate, nil)
}

func schemaVersion(ctx context.Context, conn *pgx.Conn) (have, known int, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return store.SchemaVersion(ctx, conn)
}

// ownTables is what to do where the tables are another user's.
func ownTables(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == codeInsufficientPrivilege {
		return "The tables belong to another role, which gave this one no rights. " + runMigrate
	}
	return ""
}

// queuePending says which migrations of the queue were not run.
func queuePending(ctx context.Context, url string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return "", err
	}
	defer pool.Close()
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return "", err
	}
	res, err := m.Validate(ctx, nil)
	if err != nil {
		return "", err
	}
	return strings.Join(res.Messages, "; "), nil
}

// key opens what is sealed in the database.
func (e *exam) key(ctx context.Context, conn *pgx.Conn) {
	const subject = "key"
	if !e.Config.Key.IsSet() {
		e.skip(subject, "CLOUDENGINE_KEY is not set, or wrong")
		return
	}
	found, err := e.openSealed(ctx, conn)
	keys, values := found.Others()
	const wrong = "it does not open what is encrypted in the database"
	const setOld = "Set CLOUDENGINE_KEY to the key that the bot ran with before. Without it the states of what is deployed cannot be read, and a new key does not help."
	switch {
	case errors.Is(err, store.ErrSealed):
		e.fail(subject, wrong, setOld, err)
	case err != nil:
		e.fail(subject, "what is encrypted in the database cannot be read", ownTables(err), err)
	case values > 0 && found.Opened == 0:
		e.fail(subject, fmt.Sprintf("%s (%s of key %s; this is another)", wrong, count(values, "value"), strings.Join(keys, ", ")), setOld, nil)
	case values > 0:
		e.fail(subject, fmt.Sprintf("it does not open all that is encrypted in the database: %s of key %s", count(values, "value"), strings.Join(keys, ", ")), "A rotation has not ended: stop the bot and run `cloudengine key rotate` once more, with CLOUDENGINE_KEY set to that key.", nil)
	case found.Opened == 0:
		e.ok(subject, "set; nothing is encrypted with it yet. Keep a copy apart from the database")
	default:
		e.ok(subject, "it opens what is encrypted in the database (%s tried)", count(found.Opened, "value"))
	}
}

func (e *exam) openSealed(ctx context.Context, conn *pgx.Conn) (store.Sealed, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	sealer, err := store.NewSealer([]byte(e.Config.Key.Reveal()))
	if err != nil {
		return store.Sealed{}, err
	}
	return store.CheckSealed(ctx, conn, sealer)
}
