package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/migrations"
)

const patience = 5 * time.Minute

// desk is a database with a stack, and an operator who works on it.
type desk struct {
	t     *testing.T
	ctx   context.Context
	db    devpg.Database
	store *store.Store
	stack project.Stack
	env   map[string]string
}

func keyOf(seed byte) []byte { return bytes.Repeat([]byte{seed}, store.KeySize) }

func newDesk(t *testing.T) *desk {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	d := &desk{t: t, ctx: ctx, db: devpg.CloneDatabase(t, migrations.Digest(), func(ctx context.Context, db devpg.Database) error {
		return store.Migrate(ctx, store.Access(db), slog.New(slog.DiscardHandler))
	})}
	d.env = map[string]string{"DATABASE_URL": d.db.URL, "CLOUDENGINE_OWNER_DATABASE_URL": d.db.Owner, "CLOUDENGINE_KEY": hex.EncodeToString(keyOf(7)), "CLOUDENGINE_DATA": t.TempDir()}
	d.store = d.open(7)
	d.must(d.store.InTx(ctx, func(tx *store.Tx) error {
		p, err := tx.InsertProject(ctx, project.Project{GuildID: "100", Slug: "dev", Provider: "sandbox", DefaultRegion: "eu-1", CreatedBy: "1", CreatedAt: tx.Now})
		if err != nil {
			return err
		}
		d.stack, err = tx.EnsureStack(ctx, project.Stack{GuildID: "100", ProjectID: p.ID, Name: "web", Region: "eu-1", CreatedBy: "1"})
		return err
	}))
	return d
}

func (d *desk) open(seed byte) *store.Store {
	d.t.Helper()
	sealer, err := store.NewSealer(keyOf(seed))
	d.must(err)
	s, err := store.Open(d.ctx, store.Options{URL: d.db.URL, Sealer: sealer, Logger: slog.New(slog.DiscardHandler), MaxConns: 2})
	d.must(err)
	d.t.Cleanup(s.Close)
	return s
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// run runs a command, and returns what it prints or says.
func (d *desk) run(args ...string) (string, error) {
	var out bytes.Buffer
	err := run(d.ctx, args, environment(d.env), &out)
	if err != nil {
		out.WriteString(publicText(err))
	}
	return out.String(), err
}

// says runs a command that must succeed, or must not, and say something.
func (d *desk) says(ok bool, args []string, parts ...string) string {
	d.t.Helper()
	said, err := d.run(args...)
	if (err == nil) != ok {
		d.t.Fatalf("%v: %v\n%s", args, err, said)
	}
	for _, p := range parts {
		if !strings.Contains(said, p) {
			d.t.Errorf("%v does not say %q:\n%s", args, p, said)
		}
	}
	return said
}

func (d *desk) file(name, content string) string {
	d.t.Helper()
	path := filepath.Join(d.t.TempDir(), name)
	d.must(os.WriteFile(path, []byte(content), 0o600))
	return path
}

func state(lineage string, serial int) string {
	return fmt.Sprintf(`{"version": 4, "terraform_version": "1.9.0", "serial": %d, "lineage": %q, "outputs": {}, "resources": []}`, serial, lineage)
}

// A stack's state is pushed, listed, pulled and forgotten from the command line.
func TestStackByHand(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	because := []string{"--reason", "the cloud was changed by hand"}
	push := func(content string, more ...string) []string {
		return append(append([]string{"stack", "state", "push", "100/dev/web", "--from", d.file("state", content)}, because...), more...)
	}
	d.says(false, push("no state"), "read state")
	d.says(true, push(state("a", 2)), "serial 2")
	d.says(false, push(state("a", 1)), "newer: 2")
	d.says(true, push(state("b", 1), "--force"), "serial 1")
	list := d.says(true, []string{"stack", "state", "list", "100/dev/web"}, "operator "+operator(environment(d.env)))
	lines := strings.Split(strings.TrimSpace(list), "\n")
	if len(lines) != 3 || !strings.HasSuffix(lines[1], "b") || !strings.HasSuffix(lines[2], "a") {
		t.Fatalf("the versions:\n%s", list)
	}
	if got := d.says(true, append([]string{"stack", "state", "pull", "100/dev/web"}, because...)); got != state("b", 1) {
		t.Errorf("pulled %s", got)
	}
	first := strings.Fields(lines[2])[0]
	if got := d.says(true, append([]string{"stack", "state", "pull", "100/dev/web", "--version", first}, because...)); got != state("a", 2) {
		t.Errorf("pulled %s", got)
	}
	forget := append([]string{"stack", "forget", "100/dev/web", "--confirm"}, "wed")
	d.says(false, append(forget, because...), "not the stack's name")
	forget[len(forget)-1] = "web"
	d.says(true, append(forget, because...), "does not manage web", "state list 100/dev/web")
	d.says(false, append([]string{"stack", "state", "pull", "100/dev/web"}, because...), "no such state")
	rows, total, err := d.store.Trail(d.ctx, store.AuditFilter{GuildID: "100"}, store.Page{Limit: 10})
	if d.must(err); total != 5 {
		t.Errorf("%d audit rows", total)
	}
	for _, r := range rows {
		if r.Actor != "operator:"+operator(environment(d.env)) || r.Project != "dev" || r.Reason == "" {
			t.Errorf("%+v", r)
		}
	}
}

// Killed with -9 in the middle, a rotation leaves nothing that cannot be read, and
// goes on when it is run again. No bot starts with either key meanwhile.
func TestKeyRotateKilled(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const values = 120
	d.must(d.store.InTx(d.ctx, func(tx *store.Tx) error {
		for serial := range values {
			if err := tx.PushState(d.ctx, d.stack, project.StateMeta{Lineage: "a", Serial: int64(serial + 1)}, []byte(state("a", serial+1)), "ann"); err != nil {
				return err
			}
		}
		return nil
	}))
	newKey := d.file("key", hex.EncodeToString(keyOf(8)))
	rotate := []string{"key", "rotate", "--new-key-file", newKey}

	// The last row is held, so the rotation waits with the third batch.
	conn, err := pgx.Connect(d.ctx, d.db.Owner)
	d.must(err)
	defer conn.Close(context.WithoutCancel(d.ctx))
	held, err := conn.Begin(d.ctx)
	d.must(err)
	_, err = held.Exec(d.ctx, "select from state_versions where serial = $1 for update", values)
	d.must(err)
	self, err := os.Executable()
	d.must(err)
	child := exec.CommandContext(d.ctx, self, rotate...)
	for name, value := range d.env {
		child.Env = append(child.Env, name+"="+value)
	}
	stdout, err := child.StdoutPipe()
	d.must(err)
	d.must(child.Start())
	for lines := bufio.NewScanner(stdout); lines.Scan() && lines.Text() != "100 of 120 values"; {
	}
	d.must(child.Process.Kill())
	if err := child.Wait(); err == nil {
		t.Fatal("it ended before it was killed")
	}
	d.must(held.Rollback(d.ctx))
	// The server frees the lock when it has seen that the process is gone.
	_, err = conn.Exec(d.ctx, "select pg_advisory_lock($1)", 0x636c6f7564)
	d.must(err)
	_, err = conn.Exec(d.ctx, "select pg_advisory_unlock($1)", 0x636c6f7564)
	d.must(err)

	for _, seed := range []byte{7, 8} {
		found, err := d.open(seed).CheckSealed(d.ctx)
		if _, others := found.Others(); err != nil || others == 0 {
			t.Errorf("with key %d: %+v, %v", seed, found, err)
		}
		if err := d.open(seed).RequireKey(d.ctx); err == nil || !strings.Contains(err.Error(), "key rotate") {
			t.Errorf("a bot starts with key %d: %v", seed, err)
		}
	}
	d.says(true, rotate, "20 of 20 values", "All 120 values", "Set CLOUDENGINE_KEY")
	d.says(true, rotate, "All 120 values")
	d.must(d.open(8).RequireKey(d.ctx))
	d.env["CLOUDENGINE_KEY"] = hex.EncodeToString(keyOf(8))
	d.says(true, []string{"key", "id"}, "CLOUDENGINE_KEY is the key ")
	d.says(false, rotate, "the new key is the one")
	for version := 1; version <= values; version += 17 {
		got := d.says(true, []string{"stack", "state", "pull", "100/dev/web", "--version", fmt.Sprint(version), "--reason", "x"})
		if got != state("a", version) {
			t.Errorf("version %d is %s", version, got)
		}
	}
}

// From the command line, too, a backup becomes an engine again.
func TestBackupByHand(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.says(true, []string{"stack", "state", "push", "100/dev/web", "--from", d.file("state", state("a", 3)), "--reason", "x"})
	d.env["CLOUDENGINE_POLICIES"] = folder(t, map[string]string{"a.rego": goodPolicy})
	file := filepath.Join(t.TempDir(), "backup.tar")
	d.says(true, []string{"backup", "--to", file}, "1 files of yours", "The key is not in it")
	d.says(false, []string{"backup", "--to", file}, "already")

	empty := devpg.CloneDatabase(t, "empty", func(context.Context, devpg.Database) error { return nil })
	d.env["DATABASE_URL"], d.env["CLOUDENGINE_OWNER_DATABASE_URL"] = empty.URL, empty.Owner
	right := d.env["CLOUDENGINE_KEY"]
	d.env["CLOUDENGINE_KEY"] = hex.EncodeToString(keyOf(9))
	d.says(false, []string{"restore", "--from", file}, "Nothing was restored")
	d.env["CLOUDENGINE_KEY"] = right
	d.says(true, []string{"restore", "--from", file}, "as it was at", "policies were not written", "not empty")
	if got := d.says(true, []string{"stack", "state", "pull", "100/dev/web", "--reason", "x"}); got != state("a", 3) {
		t.Errorf("pulled %s", got)
	}
}
