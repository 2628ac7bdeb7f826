package keep

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Restored is what became of a backup.
type Restored struct {
	Manifest
	// Left are the folders of the backup that were not written, and why.
	Left map[string]string
}

// Restore makes an engine of a backup: its database in one that is empty, and the
// operator's folders where they are configured and there is nothing yet. The file
// is read whole and checked before anything is written.
func Restore(ctx context.Context, o Options, from string, log *slog.Logger) (Restored, error) {
	done := Restored{}
	m, err := verify(from)
	if err != nil {
		return done, err
	}
	done.Manifest = m
	if err := o.fits(m); err != nil {
		return done, err
	}
	restorer, err := o.ready(ctx, m)
	if err != nil {
		return done, err
	}
	err = each(from, func(f File, content io.Reader) error {
		if f.Name != databaseName {
			return nil
		}
		return restorer.run(ctx, o.url(), content, "--format=custom", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
	})
	if err != nil {
		return done, usererr.New(usererr.Unavailable, "The database could not be restored, and is as empty as it was.").Wrap(err)
	}
	if err := store.Migrate(ctx, o.Database, log); err != nil {
		return done, err
	}
	if err := o.settle(ctx); err != nil {
		return done, err
	}
	done.Left, err = o.writeFolders(from, m)
	return done, err
}

// fits refuses a backup that this program, or its key, cannot read.
func (o Options) fits(m Manifest) error {
	missing := slices.DeleteFunc(slices.Clone(m.Keys), func(k string) bool { return k == o.Sealer.KeyID() })
	if len(missing) == 0 {
		return nil
	}
	return usererr.New(usererr.Invalid, "The states in this backup are encrypted with the key %s, and CLOUDENGINE_KEY is the key %s. Nothing was restored. Set the key that the backup was made with: without it the states cannot be read by anybody.",
		strings.Join(missing, " and "), o.Sealer.KeyID())
}

// ready checks the database, and finds the program that writes to it.
func (o Options) ready(ctx context.Context, m Manifest) (tool, error) {
	conn, err := store.Connect(ctx, o.url())
	if err != nil {
		return tool{}, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var tables int
	if err := conn.QueryRow(ctx, "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'S') and n.nspname !~ '^(pg_|information_schema)'").Scan(&tables); err != nil {
		return tool{}, fmt.Errorf("look whether the database is empty: %w", err)
	}
	if tables > 0 {
		return tool{}, usererr.New(usererr.Conflict, "The database is not empty: it has %d tables and the like. Nothing was restored. Make a new one (createdb) and point DATABASE_URL at it.", tables)
	}
	_, known, err := store.SchemaVersion(ctx, conn)
	if err != nil {
		return tool{}, err
	}
	if m.Schema > known {
		return tool{}, usererr.New(usererr.Unavailable, "The backup has version %d of the schema, made by a newer Cloud Engine (%s): this one knows versions up to %d. Nothing was restored. Use that release.", m.Schema, m.Engine, known)
	}
	major, err := serverMajor(ctx, conn)
	if err != nil {
		return tool{}, err
	}
	if major < m.Postgres {
		return tool{}, usererr.New(usererr.Unavailable, "The backup is of PostgreSQL %d, and this server is %d. Nothing was restored. Use a server of %d or newer.", m.Postgres, major, m.Postgres)
	}
	return find(ctx, "pg_restore", max(major, m.Dump))
}

// settle looks whether all that is sealed can be opened, and drops the jobs that
// hosts were working on when the backup was made: none works on them now, and what
// they were about is in the rows of the runs.
func (o Options) settle(ctx context.Context) error {
	conn, err := store.Connect(ctx, o.url())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "delete from river_job where state = 'running'"); err != nil {
		return fmt.Errorf("drop jobs that nobody works on: %w", err)
	}
	if _, err := store.CheckSealed(ctx, conn, o.Sealer); err != nil {
		return fmt.Errorf("the database is restored, and what is encrypted in it does not open: %w", err)
	}
	return nil
}

// errDamaged: what is in the file is not what was put there.
func errDamaged(from, what string) error {
	return usererr.New(usererr.Invalid, "The backup %s is damaged: %s. Nothing was restored. Use another one.", from, what)
}

// verify reads a backup whole, against what it says of itself.
func verify(from string) (Manifest, error) {
	var m Manifest
	in, err := os.Open(from)
	if err != nil {
		return m, usererr.New(usererr.NotFound, "The backup %s cannot be read. Nothing was restored.", from).Wrap(err)
	}
	defer in.Close()
	archive := tar.NewReader(in)
	if h, err := archive.Next(); err != nil || h.Name != manifestName || json.NewDecoder(archive).Decode(&m) != nil {
		return m, usererr.New(usererr.Invalid, "%s is not a backup that `cloudengine backup` made. Nothing was restored.", from)
	}
	if m.Format != format {
		return m, usererr.New(usererr.Unavailable, "The backup has format %d, and this program knows %d. Nothing was restored. Use the release that made it: %s.", m.Format, format, m.Engine)
	}
	for _, f := range m.Files {
		h, err := archive.Next()
		if err != nil || h.Name != f.Name || h.Size != f.Size {
			return m, errDamaged(from, "it lacks "+f.Name)
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, archive); err != nil || hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
			return m, errDamaged(from, f.Name+" is not what was written")
		}
	}
	if _, err := archive.Next(); !errors.Is(err, io.EOF) {
		return m, errDamaged(from, "it holds more than it should")
	}
	return m, nil
}

// each calls fn with every file of a backup that was verified.
func each(from string, fn func(f File, content io.Reader) error) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	archive := tar.NewReader(in)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := fn(File{Name: h.Name, Size: h.Size, mode: h.Mode}, archive); err != nil {
			return err
		}
	}
}
