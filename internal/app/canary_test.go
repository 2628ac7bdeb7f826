package app_test

import (
	"crypto/rand"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// canaries are secrets, one for each place, by their names.
type canaries struct {
	bots map[string]string // the bot's own: for nobody
	runs map[string]string // what Terraform works with: for nobody to read
}

// controlValue is no secret: where it is said, it is found.
const controlValue = "a control value/+of-which-nobody-need-be-afraid"

// TestCanary plants a secret in every place that has any, has Terraform and a
// module say all that they know, through a plan that is refused, an apply, one that
// fails and the destruction of it all, and looks for each secret, in every spelling,
// in everything that is left: tables, log, posts, files, and what processes were
// told.
func TestCanary(t *testing.T) {
	t.Parallel()
	gate := filepath.Join(t.TempDir(), "gate")
	secrets := canaries{bots: map[string]string{}, runs: map[string]string{
		"a module's secret":  `Se/+"<&>é-` + rand.Text(),
		"a module's key":     "-----BEGIN PRIVATE KEY-----\n" + rand.Text() + rand.Text() + "\n" + rand.Text() + rand.Text() + "\n-----END PRIVATE KEY-----\n",
		"credentials":        "token-" + rand.Text(),
		"a credentials file": "file-" + rand.Text(),
	}}
	w := newWorld(t, configured(func(c *config.Config) {
		c.Templates, c.Credentials = t.TempDir(), t.TempDir()
		c.Key = config.NewSecret(rand.Text() + "abcdef")
		c.DatabaseURL = withPassword(t, c.DatabaseURL.Reveal(), secrets.bots)
	}))
	secrets.bots["the Discord token"], secrets.bots["the key"] = w.conf.DiscordToken.Reveal(), w.conf.Key.Reveal()
	writeBlabber(t, w.conf.Templates, secrets.runs["a module's secret"], secrets.runs["a module's key"], controlValue, gate)
	w.profile("cloud", w.guild, []string{"dev"}, map[string]any{
		"env":   map[string]string{"CLOUD_TOKEN": secrets.runs["credentials"], "CLOUD_REGION": "eu-1"},
		"files": map[string]string{"CLOUD_FILE": "[default]\n  secret_key = " + secrets.runs["a credentials file"] + "\n"},
	})
	discord := newRecorder(t, w.conf.DiscordAPI)
	w.conf.DiscordAPI = discord.URL

	environment := []string{"CLOUDENGINE_LOG_LEVEL=debug", "CLOUDENGINE_TEMPLATES=" + w.conf.Templates, "CLOUDENGINE_CREDENTIALS=" + w.conf.Credentials}
	for _, name := range []string{"AWS_SECRET_ACCESS_KEY", "DISCORD_CLIENT_SECRET", "TF_VAR_secret", "TF_TOKEN_app_terraform_io", "SOMETHING_ELSE"} {
		secrets.bots[name] = "beside-" + rand.Text()
		environment = append(environment, name+"="+secrets.bots[name])
	}
	bot := w.launchIn(w.conf.DataDir, environment...)
	family := watchFamily(t, bot.cmd.Process.Pid)
	w.readStore = w.openStore()
	w.blabThroughALife(gate)
	if err := bot.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := bot.cmd.Wait(); err != nil {
		t.Errorf("the bot did not end well: %v", err)
	}
	family.stop()

	all := remains{"log": []byte(w.logs.String())}
	discord.addTo(all)
	family.addTo(all)
	all.files(t, w.conf.DataDir)
	conn, err := pgx.Connect(w.ctx, w.conf.DatabaseURL.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(w.ctx)
	all.tables(t, conn)
	checkControls(t, all, secrets)
	checkSecrets(t, all, secrets)
	if left, err := os.ReadDir(filepath.Join(w.conf.DataDir, "runs")); err != nil || len(left) > 0 {
		t.Errorf("run directories are left: %v, %v", left, err)
	}
}

// withPassword gives the URL of a server that asks for none a password all the same.
func withPassword(t *testing.T, database string, secrets map[string]string) config.Secret {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	const name = "the database's password"
	if password, ok := u.User.Password(); ok {
		secrets[name] = password
		return config.NewSecret(database)
	}
	q := u.Query()
	if secrets[name] = q.Get("password"); secrets[name] == "" {
		secrets[name] = "database-" + rand.Text()
		q.Set("password", secrets[name])
		u.RawQuery = q.Encode()
	}
	return config.NewSecret(u.String())
}

// blabThroughALife takes a blabber from a plan that is refused to its end.
func (w *world) blabThroughALife(gate string) {
	w.t.Helper()
	w.projectWith("cloud")
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "blabber", discordsim.Fields{"name": "first", "mode": "refuse"})
	w.lobby(lobby, "Plan failed", "refused with")
	w.edit(lobby, "blabber.first", discordsim.Fields{"mode": "ok"})
	w.ready(lobby, "2 to add")
	w.click(w.grace, lobby, "View plan")
	w.click(w.grace, lobby, "Approve & Deploy")
	w.awaitFile(gate + ".begun")
	if err := os.WriteFile(gate+".open", nil, 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.resulted(lobby, "Applied")
	w.reply(w.grace, "cloud-show", discordsim.Args{"project": "dev", "stack": "main"})

	failing := w.deploy(w.grace, nil)
	w.add(w.grace, failing, "blabber", discordsim.Fields{"name": "second", "mode": "fail"})
	w.ready(failing, "2 to add")
	w.click(w.grace, failing, "Approve & Deploy")
	w.resulted(failing, "Failed")

	ending := w.deploy(w.grace, nil)
	for _, label := range []string{"blabber.second", "blabber.first"} {
		if _, err := w.grace.Choose(w.ctx, w.newest(ending), "Remove", label); err != nil {
			w.t.Fatal(err)
		}
		w.lobby(ending, "to destroy")
	}
	w.ready(ending, "4 to destroy")
	w.approveTypingName(ending)
	w.resulted(ending, "Applied")
	for command, args := range map[string]discordsim.Args{"cloud-audit": {"export": true}, "cloud-list": nil, "cloud-stats": nil, "cloud-help": nil} {
		w.reply(w.ada, command, args)
	}
}

// edit changes what is asked of a resource.
func (w *world) edit(lobby discordsim.Message, label string, fields discordsim.Fields) {
	w.t.Helper()
	modal := w.form(w.grace, w.newest(lobby), "Edit", label)
	if _, err := w.grace.Submit(w.ctx, modal, fields); err != nil {
		w.t.Fatal(err)
	}
}

// resulted waits for the result of an apply: in the lobby, and with its log in the thread.
func (w *world) resulted(lobby discordsim.Message, how string) {
	w.t.Helper()
	w.lobby(lobby, how)
	w.await(w.threadOf(lobby), w.grace, "the result with the log", func(m discordsim.Message) bool {
		return len(m.Attachments) > 0 && strings.Contains(m.Text(), how)
	})
}

// checkControls: what is there is found, in every kind of place and every spelling.
func checkControls(t *testing.T, all remains, secrets canaries) {
	t.Helper()
	for spelling, written := range pieces(controlValue) {
		if strings.HasPrefix(spelling, "base64") || strings.HasPrefix(spelling, "hex") || spelling == "as it is" {
			if !all.has("request", written) || !all.has("table run_lines.text", written) {
				t.Errorf("the control value (%s: %s) is not found: the search is worth nothing", spelling, written)
			}
		}
	}
	for place, value := range map[string]string{
		"log":                         "level=DEBUG",
		"table outbox":                "thread",
		"table state_versions.sealed": "",
		"table plans.secrets":         "",
		"table river_job.args":        "run_id",
		"table sessions":              "blabber",
		"file ":                       "host-id",
		"command ":                    "-json",
		"environment of ":             "LANG=C.UTF-8",
		"request":                     "(sensitive)",
		"table run_lines":             "CHECKPOINT_DISABLE=1", // what the module's env says
		"table audit":                 "session.approve",
	} {
		if !all.has(place, value) {
			t.Errorf("there is no %q in %s: the search is worth nothing", value, place)
		}
	}
	for _, name := range []string{"a module's secret", "credentials"} { // the module's process has them
		if !all.has("environment of ", secrets.runs[name]) {
			t.Errorf("no process was seen that has %s: the watch is worth nothing", name)
		}
	}
	var attached bool
	for where := range all {
		attached = attached || strings.Contains(where, ", file ") && strings.HasSuffix(where, ".csv")
	}
	if !attached {
		t.Error("the audit's file was not seen")
	}
}

// checkSecrets: what is secret is nowhere, but where Terraform has to have it.
func checkSecrets(t *testing.T, all remains, secrets canaries) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(secrets.bots)) {
		for _, found := range all.found(secrets.bots[name]) {
			t.Errorf("%s is in %s", name, found)
		}
	}
	maps.DeleteFunc(all, func(where string, _ []byte) bool { return strings.HasPrefix(where, "environment of ") })
	for _, name := range slices.Sorted(maps.Keys(secrets.runs)) {
		for part := range strings.Lines(secrets.runs[name]) {
			part = strings.TrimSpace(part)
			for _, value := range []string{part, part[:14], part[14:]} { // the module says it in two parts, too
				for _, found := range all.found(value) {
					t.Errorf("%s is in %s", name, found)
				}
			}
		}
	}
}
