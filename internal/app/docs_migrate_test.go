package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/config"
)

// v2 makes a file with the tables of the Python bot that the script reads: columns
// and rules as they were published.
const v2 = `
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1])
db.executescript("""
CREATE TABLE cloud_projects (project_id TEXT PRIMARY KEY, guild_id TEXT NOT NULL, owner_user_id TEXT NOT NULL,
  provider TEXT NOT NULL CHECK(provider IN ('aws', 'gcp', 'azure')), project_name TEXT NOT NULL, region TEXT NOT NULL,
  budget_limit REAL DEFAULT 1000.0, status TEXT DEFAULT 'active' CHECK(status IN ('active', 'suspended', 'deleted')));
CREATE TABLE cloud_quotas (id INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT NOT NULL, resource_type TEXT NOT NULL,
  region TEXT, quota_limit INTEGER NOT NULL, quota_used INTEGER DEFAULT 0, UNIQUE(project_id, resource_type, region));
CREATE TABLE jit_permissions (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id TEXT NOT NULL, guild_id TEXT NOT NULL, provider TEXT NOT NULL,
  permission_level TEXT NOT NULL CHECK(permission_level IN ('viewer', 'deployer', 'admin')),
  expires_at REAL NOT NULL, granted_by TEXT, revoked BOOLEAN DEFAULT 0, revoked_at REAL);
CREATE TABLE user_cloud_permissions (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id TEXT NOT NULL, guild_id TEXT NOT NULL,
  role_name TEXT NOT NULL, provider TEXT);
""")
guild, grace, eve = sys.argv[2:5]
for row in [("Web_Shop", guild, "gcp", "us-central1", "active"), ("web shop", guild, "gcp", "us-central1", "active"),
            ("api", guild, "gcp", "us-central1", "active"), ("old", guild, "gcp", "us-central1", "deleted"), ("foreign", "1", "gcp", "us-central1", "active")]:
    db.execute("INSERT INTO cloud_projects (project_id, guild_id, owner_user_id, provider, project_name, region, status) VALUES (?, ?, '1', ?, 'x', ?, ?)", row)
for row in [("Web_Shop", "compute_vm", None, 10), ("Web_Shop", "storage_bucket", "us-central1", 2), ("Web_Shop", "storage_bucket", "us-east1", 3), ("Web_Shop", "database", None, -1)]:
    db.execute("INSERT INTO cloud_quotas (project_id, resource_type, region, quota_limit) VALUES (?, ?, ?, ?)", row)
hour = 3600
for user, level, hours, revoked in [(grace, "deployer", 47.5, 0), (eve, "admin", 5, 1), (eve, "viewer", -1, 0)]:
    db.execute("INSERT INTO jit_permissions (user_id, guild_id, provider, permission_level, expires_at, revoked) VALUES (?, ?, 'gcp', ?, ?, ?)",
               (user, guild, level, time.time() + hours * hour, revoked))
db.execute("INSERT INTO user_cloud_permissions (user_id, guild_id, role_name, provider) VALUES (?, ?, 'devops', 'gcp')", (eve, guild))
db.commit()
`

// The script of docs/migration.md reads a v2 database, and the bot takes every
// command that it prints.
func TestMigrationScript(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not here; whoever runs v2 has it")
	}
	dir := t.TempDir()
	run := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), python, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("python3 %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	for _, b := range blocks(t, filepath.Join(root, "docs", "migration.md")) {
		if name, ok := b.marked(markFile); ok {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(b.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	w := newWorld(t, configured(func(c *config.Config) { c.Templates = gcp(t) })).start()
	run("-c", v2, "v2.db", w.guild.ID, w.grace.ID, w.eve.ID)
	printed := run("v2_to_commands.py", "v2.db", w.guild.ID)
	want := "# Web_Shop is now web-shop\n" +
		"/cloud-create-project project_id:web-shop provider:gcp region:us-central1\n" +
		"/cloud-set-quota project:web-shop limit:kind kind:compute_vm value:10\n" +
		"/cloud-set-quota project:web-shop limit:kind kind:bucket value:5\n" +
		"/cloud-grant to:<@" + w.grace.ID + "> project:web-shop level:deploy duration:48h\n" +
		"/cloud-create-project project_id:api provider:gcp region:us-central1\n" +
		"/cloud-grant to:<@" + w.grace.ID + "> project:api level:deploy duration:48h\n" +
		"# web shop would be web-shop, too: give it another name\n" +
		"# <@" + w.eve.ID + "> is devops in v2, without an end: do they still need it, and where?\n"
	if diff := cmp.Diff(want, printed); diff != "" {
		t.Errorf("the script printed (-want +got):\n%s", diff)
	}
	p := newPlayer(w)
	for line := range strings.Lines(printed) {
		if !strings.HasPrefix(line, "#") {
			p.play(block{file: "v2_to_commands.py", text: "@ada " + line})
		}
	}
	if got := w.reply(w.grace, "cloud-projects", nil); !strings.Contains(got, "web-shop") || !strings.Contains(got, "api") {
		t.Errorf("grace has not got what she had: %s", got)
	}
}

// gcp is a folder of kinds with a provider of that name, of the sandbox's modules.
func gcp(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "gcp"), os.DirFS(filepath.Join(root, "templates", "sandbox"))); err != nil {
		t.Fatal(err)
	}
	provider := `{"title": "Google Cloud", "default_region": "us-central1", "regions": [{"name": "us-central1", "title": "Iowa"}],
		"kinds": ["vpc", "compute_vm", "database", "bucket"], "settings": ["sandbox_seconds", "sandbox_counter", "sandbox_fail"]}`
	if err := os.WriteFile(filepath.Join(dir, "gcp", "provider.json"), []byte(provider), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}
