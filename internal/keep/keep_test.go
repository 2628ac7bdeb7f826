package keep

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
	"github.com/cloud-engine/cloudengine/migrations"
)

// The test server lives for the whole process, in goroutines of its own.
func TestMain(m *testing.M) {
	if _, err := devpg.Shared(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}

const patience = 3 * time.Minute

var discard = slog.New(slog.DiscardHandler)

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func sealer(t *testing.T, seed byte) *store.Sealer {
	t.Helper()
	s, err := store.NewSealer(bytes.Repeat([]byte{seed}, store.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// engine is a migrated database of a test's own, and folders of an operator's.
func engine(t *testing.T) Options {
	t.Helper()
	db := devpg.CloneDatabase(t, migrations.Digest(), func(ctx context.Context, db devpg.Database) error {
		return store.Migrate(ctx, store.Access(db), discard)
	})
	return Options{Database: store.Access(db), Sealer: sealer(t, 7), Version: "test", Templates: tree(t, map[string]string{
		"sandbox/queue/main.tf": "# a queue\n", "sandbox/.terraform/lock": "no", ".git/config": "no",
	}), Policies: tree(t, map[string]string{"names.rego": "package names\n"})}
}

// nowhere is an empty database and no folders yet.
func nowhere(t *testing.T) Options {
	t.Helper()
	db := devpg.CloneDatabase(t, "empty", func(context.Context, devpg.Database) error { return nil })
	return Options{Database: store.Access(db), Sealer: sealer(t, 7), Version: "test", Templates: filepath.Join(t.TempDir(), "templates"), Policies: t.TempDir()}
}

func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// contents reads a folder again.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := list("x", dir)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range files {
		raw, err := os.ReadFile(f.path)
		if err != nil {
			t.Fatal(err)
		}
		got[strings.TrimPrefix(f.Name, "x/")] = string(raw)
	}
	return got
}

func execute(t *testing.T, url, sql string) {
	t.Helper()
	ctx := testContext(t)
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		t.Fatal(err)
	}
}

// audited makes a row that must survive, whose table refuses changes afterwards.
const audited = `insert into audit (at, guild_id, actor, action, subject, interaction_id, reason) values (now(), '100', '1', 'x', 'y', '', 'kept')`

func backup(t *testing.T, o Options) (string, Manifest) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "backup.tar")
	m, err := Backup(testContext(t), o, to)
	if err != nil {
		t.Fatal(err)
	}
	return to, m
}

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	ctx, from := testContext(t), engine(t)
	execute(t, from.Database.URL, audited)
	file, m := backup(t, from)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info.Mode(), err)
	}
	if len(m.Files) != 3 || len(m.Keys) != 1 || m.Keys[0] != from.Sealer.KeyID() || m.Schema == 0 || m.Postgres < 14 || m.Dump < m.Postgres {
		t.Errorf("the manifest: %+v", m)
	}
	raw, err := os.ReadFile(file)
	if err != nil || bytes.Contains(raw, bytes.Repeat([]byte{7}, store.KeySize)) {
		t.Errorf("the key is in the file, or %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); len(left) > 0 {
		t.Errorf("left beside it: %v", left)
	}

	to := nowhere(t)
	done, err := Restore(ctx, to, file, discard)
	if err != nil || len(done.Left) != 0 {
		t.Fatalf("%+v, %v", done, err)
	}
	if diff := cmp.Diff(map[string]string{"sandbox/queue/main.tf": "# a queue\n"}, contents(t, to.Templates)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(contents(t, from.Policies), contents(t, to.Policies)); diff != "" {
		t.Error(diff)
	}
	// As the role that serves: it has its rights, and no more than it had.
	s, err := store.Open(ctx, store.Options{URL: to.Database.URL, Sealer: to.Sealer, Logger: discard})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rows, total, err := s.Trail(ctx, store.AuditFilter{GuildID: "100"}, store.Page{Limit: 5})
	if err != nil || total != 1 || rows[0].Reason != "kept" {
		t.Errorf("the audit has %+v, %v", rows, err)
	}
	if guard, err := s.AuditGuard(ctx); err != nil || guard.Weakness() != "" {
		t.Errorf("the audit's guard: %s, %v", guard.Weakness(), err)
	}
	if _, err := Restore(ctx, to, file, discard); !usererr.Is(err, usererr.Conflict) || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a second time: %v", err)
	}
}

// What is there already is left alone, and it is said.
func TestRestoreLeavesFolders(t *testing.T) {
	t.Parallel()
	file, _ := backup(t, engine(t))
	to := nowhere(t)
	to.Templates, to.Policies = "", tree(t, map[string]string{"mine.rego": "package mine\n"})
	done, err := Restore(testContext(t), to, file, discard)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(done.Left["templates"], "no folder") || !strings.Contains(done.Left["policies"], "not empty") || len(contents(t, to.Policies)) != 1 {
		t.Errorf("left: %v", done.Left)
	}
}

// A backup that is damaged, of another key or of a newer engine changes nothing.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	file, m := backup(t, engine(t))
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(raw, []byte("PGDMP"))
	flipped := bytes.Clone(raw)
	flipped[at+5000] ^= 1
	for name, test := range map[string]struct {
		raw  []byte
		seal byte
		says string
	}{
		"not a backup":     {[]byte("hello"), 7, "not a backup"},
		"nothing":          {nil, 7, "not a backup"},
		"cut":              {raw[:len(raw)/2], 7, "damaged"},
		"a bit flipped":    {flipped, 7, "database.dump is not what was written"},
		"another file in":  {append(bytes.Clone(raw[:len(raw)-1024]), anotherEntry(t)...), 7, "more than it should"},
		"another key":      {raw, 8, m.Keys[0]},
		"a newer format":   {bytes.Replace(raw, []byte(`"format": 1`), []byte(`"format": 9`), 1), 7, "format 9"},
		"a newer schema":   {bytes.Replace(raw, fmt.Appendf(nil, `"schema": %d`, m.Schema), fmt.Appendf(nil, `"schema":%s`, strings.Repeat("9", len(strconv.Itoa(m.Schema))+1)), 1), 7, "newer Cloud Engine"},
		"a newer server":   {bytes.Replace(raw, []byte(`"postgres": 1`), []byte(`"postgres": 9`), 1), 7, "Use a server of"},
		"a server unheard": {bytes.Replace(raw, []byte(`"dump": 1`), []byte(`"dump": 9`), 1), 7, "pg_restore of PostgreSQL 9"},
		"a missing file":   {nil, 0, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "backup")
			to := nowhere(t)
			if test.seal == 0 {
				test.seal = 7
			} else if err := os.WriteFile(path, test.raw, 0o600); err != nil {
				t.Fatal(err)
			}
			to.Sealer = sealer(t, test.seal)
			_, err := Restore(testContext(t), to, path, discard)
			if _, ok := usererr.Of(err); !ok || !strings.Contains(err.Error(), test.says) {
				t.Fatalf("got %v", err)
			}
			if _, err := os.Stat(to.Templates); !errors.Is(err, os.ErrNotExist) {
				t.Error("a folder was written")
			}
			execute(t, to.Database.Owner, "create table schema_version (x int)") // it is as empty as it was
		})
	}
}

func anotherEntry(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	err := w.WriteHeader(&tar.Header{Name: "policies/more.rego", Size: 1, Mode: 0o600})
	if err == nil {
		_, err = io.WriteString(w, "x")
	}
	if err = closeAll(err, w); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestBackupRefuses(t *testing.T) {
	t.Parallel()
	ctx, o := testContext(t), engine(t)
	if _, err := Backup(ctx, o, o.Policies); !usererr.Is(err, usererr.Conflict) {
		t.Errorf("over something: %v", err)
	}
	to := filepath.Join(t.TempDir(), "backup")
	if _, err := Backup(ctx, nowhere(t), to); !usererr.Is(err, usererr.NotFound) {
		t.Errorf("of nothing: %v", err)
	}
	serving := o
	serving.Database.Owner = ""
	if _, err := Backup(ctx, serving, to); !usererr.Is(err, usererr.Unavailable) || !strings.Contains(err.Error(), "CLOUDENGINE_OWNER_DATABASE_URL") {
		t.Errorf("as the role that serves: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(to), "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Nobody reads the password in a list of processes.
func TestPasswordsAreNoArguments(t *testing.T) {
	t.Parallel()
	for url, want := range map[string][2]string{
		"postgres://me:hunter2@db:5432/cloud":                               {"postgres://me@db:5432/cloud", "hunter2"},
		"postgres://me:hun%2Fter@db/cloud?sslmode=require&pool_max_conns=4": {"postgres://me@db/cloud?sslmode=require", "hun/ter"},
		"postgres:///cloud?host=%2Fvar%2Frun&user=me&password=hunter2":      {"postgres:///cloud?host=%2Fvar%2Frun&user=me", "hunter2"},
		"postgresql://me@db/cloud?default_query_exec_mode=simple_protocol":  {"postgresql://me@db/cloud", ""},
	} {
		address, password, err := forTools(url)
		if err != nil || [2]string{address, password} != want {
			t.Errorf("%s: %s and %q, %v", url, address, password, err)
		}
	}
	if _, _, err := forTools("postgres://me:hunter2@%zz/"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

func TestWriteFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "out")
	files := map[string][]byte{"main.tf.json": []byte("{}"), "modules/vpc/main.tf": []byte("#")}
	if err := WriteFolder(dir, files); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, dir); len(got) != 2 || got["modules/vpc/main.tf"] != "#" {
		t.Errorf("wrote %v", got)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "main.tf.json"): 0o600, filepath.Join(dir, "modules"): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	if err := WriteFolder(dir, files); !usererr.Is(err, usererr.Conflict) {
		t.Errorf("again: %v", err)
	}
	if err := WriteFolder(filepath.Join(t.TempDir(), "x"), map[string][]byte{"../y": nil}); err == nil {
		t.Error("it wrote beside the directory")
	}
}
