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
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Backup writes a new file that holds the database as it is at one moment, and the
// operator's folders. Bots may run meanwhile.
func Backup(ctx context.Context, o Options, to string) (Manifest, error) {
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, usererr.New(usererr.Conflict, "There is a file %s already. Nothing was written. Name a new one.", to)
	}
	m, dumper, err := o.describe(ctx)
	if err != nil {
		return m, err
	}
	work, err := os.MkdirTemp(filepath.Dir(to), ".cloudengine-backup-") // 0700, on the disk that has room for it
	if err != nil {
		return m, fmt.Errorf("make a directory for the backup: %w", err)
	}
	defer os.RemoveAll(work)
	dump := filepath.Join(work, databaseName)
	if err := dumper.run(ctx, o.url(), nil, "--format=custom", "--no-owner", "--no-privileges", "--file="+dump); err != nil {
		return m, dumpRefused(err)
	}
	m.Files = []File{{Name: databaseName, path: dump, mode: 0o600}}
	for name, folder := range o.folders() {
		files, err := list(name, folder)
		if err != nil {
			return m, fmt.Errorf("read the folder of %s: %w", name, err)
		}
		m.Files = append(m.Files, files...)
	}
	for i := range m.Files {
		if err := m.Files[i].measure(); err != nil {
			return m, err
		}
	}
	whole := filepath.Join(work, "backup.tar")
	if err := m.write(whole); err != nil {
		return m, err
	}
	return m, os.Rename(whole, to)
}

func dumpRefused(cause error) error {
	return usererr.New(usererr.Unavailable, "The database could not be read whole. No backup was written. Its role must be the one that owns the tables: set CLOUDENGINE_OWNER_DATABASE_URL where another one serves.").Wrap(cause)
}

// describe asks the database what its backup has to say, and finds the program that
// reads it.
func (o Options) describe(ctx context.Context) (Manifest, tool, error) {
	m := Manifest{Format: format, MadeAt: time.Now().UTC().Truncate(time.Second), Engine: o.Version}
	conn, err := store.Connect(ctx, o.url())
	if err != nil {
		return m, tool{}, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if m.Postgres, err = serverMajor(ctx, conn); err != nil {
		return m, tool{}, err
	}
	if m.Schema, _, err = store.SchemaVersion(ctx, conn); err != nil {
		return m, tool{}, err
	}
	if m.Schema == 0 {
		return m, tool{}, usererr.New(usererr.NotFound, "The database has no tables of Cloud Engine. No backup was written. Check DATABASE_URL.")
	}
	sealed, err := store.CheckSealed(ctx, conn, o.Sealer)
	if err != nil {
		return m, tool{}, fmt.Errorf("look at what is encrypted: %w", err)
	}
	m.Keys, _ = sealed.Others()
	if sealed.Opened > 0 || len(m.Keys) == 0 {
		m.Keys = append(m.Keys, o.Sealer.KeyID())
	}
	dumper, err := find(ctx, "pg_dump", m.Postgres)
	m.Dump = dumper.major
	return m, dumper, err
}

func serverMajor(ctx context.Context, conn *pgx.Conn) (major int, err error) {
	if err := conn.QueryRow(ctx, "select current_setting('server_version_num')::int / 10000").Scan(&major); err != nil {
		return 0, fmt.Errorf("ask for the server's version: %w", err)
	}
	return major, nil
}

// list names the files of a folder, under a name. What version control and
// Terraform keep there for themselves is left out.
func list(name, folder string) ([]File, error) {
	if folder == "" {
		return nil, nil
	}
	var files []File
	err := filepath.WalkDir(folder, func(at string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == ".git" || e.Name() == ".terraform"):
			return fs.SkipDir
		}
		info, err := os.Stat(at) // what a link leads to
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(folder, at)
		files = append(files, File{Name: path.Join(name, filepath.ToSlash(rel)), path: at, mode: int64(info.Mode().Perm())})
		return err
	})
	return files, err
}

// measure fills in size and hash.
func (f *File) measure() error {
	in, err := os.Open(f.path)
	if err != nil {
		return fmt.Errorf("read %s: %w", f.Name, err)
	}
	defer in.Close()
	sum := sha256.New()
	if f.Size, err = io.Copy(sum, in); err != nil {
		return fmt.Errorf("read %s: %w", f.Name, err)
	}
	f.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// write makes the file, whole and on the disk.
func (m Manifest) write(to string) error {
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	archive := tar.NewWriter(out)
	err = m.fill(archive)
	err = closeAll(err, archive)
	if err == nil {
		err = out.Sync()
	}
	if err = closeAll(err, out); err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	return nil
}

func (m Manifest) fill(archive *tar.Writer) error {
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	header := func(name string, size, mode int64) error {
		return archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: mode, ModTime: m.MadeAt})
	}
	if err := header(manifestName, int64(len(raw)), 0o600); err != nil {
		return err
	}
	if _, err := archive.Write(raw); err != nil {
		return err
	}
	for _, f := range m.Files {
		if err := header(f.Name, f.Size, f.mode); err != nil {
			return err
		}
		if err := f.copyTo(archive); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err) // it changed since it was measured, say
		}
	}
	return nil
}

func (f File) copyTo(w io.Writer) error {
	in, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = io.Copy(w, in)
	return err
}
