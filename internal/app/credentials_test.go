package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fsnotify/fsnotify"
	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/credentials"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// talker is a kind of resource whose creation says what it has of credentials,
// before and after its gate is opened.
const (
	talkerMain = `# Talker
# It cannot keep anything to itself.
resource "terraform_data" "this" {
  input = { name = var.name, region = var.region }

  provisioner "local-exec" {
    working_dir = path.module
    command     = "sh create.sh"
    quiet       = true
    environment = { NAME = var.name, GATE = var.sandbox_counter }
  }
}
`
	talkerVariables = `
variable "name" {
  description = "Name of the talker in its stack."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region in which it is created."
  type        = string
  nullable    = false
}

variable "sandbox_counter" {
  description = "What its gate's files are called."
  type        = string
  default     = ""
  nullable    = false
}
`
	talkerCreate = `
say() {
	echo "$1: the key is $DEMO_SECRET_KEY in $DEMO_REGION"
	if [ -n "$DEMO_KEY_FILE" ]; then cat "$DEMO_KEY_FILE"; fi
}
say first
env > "$GATE.env"
if [ -n "$DEMO_KEY_FILE" ]; then stat -c %a "$DEMO_KEY_FILE" > "$GATE.mode"; fi
: > "$GATE.begun"
while ! [ -e "$GATE.open" ]; do sleep 0.1; done
say last
if [ "$NAME" = broken ]; then exit 3; fi
`
)

// withTalkers adds the kind, and is a folder for profiles in the data directory.
func withTalkers(t *testing.T) option {
	folder := t.TempDir()
	talker := filepath.Join(folder, "sandbox", "talker")
	if err := os.MkdirAll(talker, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"main.tf": talkerMain, "variables.tf": talkerVariables, "outputs.tf": "", "create.sh": talkerCreate} {
		if err := os.WriteFile(filepath.Join(talker, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return configured(func(c *config.Config) { c.Templates = folder })
}

// profile writes a credentials profile that projects of a guild may use.
func (w *world) profile(name string, guild *discordsim.Guild, projects []string, what map[string]any) string {
	w.t.Helper()
	dir := w.conf.CredentialsDir()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		w.t.Fatal(err)
	}
	doc := map[string]any{"guilds": []string{guild.ID}, "projects": projects, "providers": []string{"sandbox"}}
	for key, value := range what {
		doc[key] = value
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		w.t.Fatal(err)
	}
	path := filepath.Join(dir, name+".json")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// projectWith creates project dev with a credentials profile and grants grace `deploy`.
func (w *world) projectWith(profile string) {
	w.t.Helper()
	mention(w.t, w.reply(w.ada, "cloud-create-project", discordsim.Args{"project_id": "dev", "provider": "sandbox", "credentials": profile}), "is created", "`"+profile+"`")
	w.reply(w.ada, "cloud-grant", discordsim.Args{"to": w.grace, "project": "dev", "level": "deploy"})
}

// talking deploys a talker and waits until it has said what it knows for the first
// time: it then stands before its gate.
func (w *world) talking() (lobby discordsim.Message, thread *discordsim.Channel) {
	w.t.Helper()
	lobby = w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "talker", discordsim.Fields{"name": "web"})
	w.ready(lobby, "1 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	w.awaitFile(w.counter + ".begun")
	return lobby, w.threadOf(lobby)
}

// openGate lets the talker say its last word.
func (w *world) openGate() {
	w.t.Helper()
	if err := os.WriteFile(w.counter+".open", nil, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) awaitFile(path string) {
	w.t.Helper()
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		w.t.Fatal(err)
	}
	defer watcher.Close()
	if err := watcher.Add(filepath.Dir(path)); err != nil {
		w.t.Fatal(err)
	}
	for {
		if _, err := os.Stat(path); err == nil {
			return
		}
		select {
		case <-w.ctx.Done():
			w.t.Fatalf("%s did not come", path)
		case <-watcher.Events:
		}
	}
}

// saidNowhere fails where people or the log read any of the secrets.
func (w *world) saidNowhere(thread *discordsim.Channel, secrets ...string) {
	w.t.Helper()
	said := map[string]string{"the log": w.logs.String()}
	for _, channel := range []*discordsim.Channel{w.ops, thread} {
		for i, m := range channel.Messages(w.grace) {
			said[fmt.Sprintf("message %d of %s", i, channel.Name())] = m.Text()
			for _, a := range m.Attachments {
				said["the attached log"] = string(a.Bytes())
			}
		}
	}
	lines, err := w.store().Lines(w.ctx, w.session().RunID, 1, 1<<30, 100000)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, l := range lines {
		said["the stored lines"] += l.Text + "\n"
	}
	mention(w.t, said["the attached log"], "first: the key is (sensitive) in eu-1", "last: the key is (sensitive) in eu-1")
	for where, text := range said {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				w.t.Errorf("%s has %s:\n%s", where, secret, text)
			}
		}
	}
}

func TestCredentialsReachTerraformAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withTalkers(t))
	path := w.profile("prod", w.guild, []string{"dev"}, map[string]any{
		"env":   map[string]string{"DEMO_SECRET_KEY": "hunter2-env", "DEMO_REGION": "eu-1"},
		"files": map[string]string{"DEMO_KEY_FILE": "[default]\n  secret_key = hunter2-file\n-----BEGIN KEY-----\nhunter2-pem\n"},
	})
	w.start()
	w.projectWith("prod")
	lobby, thread := w.talking()
	w.openGate()
	w.await(thread, w.grace, "the result with the log", func(m discordsim.Message) bool { return len(m.Attachments) > 0 })
	w.lobby(lobby, "Applied")
	w.saidNowhere(thread, "hunter2-env", "hunter2-file", "hunter2-pem")

	env, err := os.ReadFile(w.counter + ".env")
	if err != nil {
		t.Fatal(err)
	}
	mention(t, string(env), "DEMO_SECRET_KEY=hunter2-env\n", "DEMO_REGION=eu-1\n", "DEMO_KEY_FILE="+w.conf.DataDir+"/runs/apply-")
	if mode, err := os.ReadFile(w.counter + ".mode"); err != nil || string(mode) != "600\n" {
		t.Errorf("the file's mode is %s, %v", mode, err)
	}
	w.leavesNothing("hunter2")

	// What it said before it failed is in Terraform's error.
	failing := w.deploy(w.grace, discordsim.Args{"project": "dev", "stack": "failing"})
	w.add(w.grace, failing, "talker", discordsim.Fields{"name": "broken"})
	w.ready(failing, "1 to add")
	w.click(w.grace, failing, "Approve & Deploy")
	w.lobby(failing, "Failed", "talker.broken")
	if s := w.session(); s.Failure == nil || !strings.Contains(s.Failure.Detail, "the key is (sensitive)") || strings.Contains(fmt.Sprint(s.Failure), "hunter2") {
		t.Errorf("it failed because of %+v", s.Failure)
	}

	// It is read anew at each use: what is not as it must be is not used any more.
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	again := w.deploy(w.grace, discordsim.Args{"project": "dev", "stack": "other"})
	w.add(w.grace, again, "talker", discordsim.Fields{"name": "api"})
	w.lobby(again, "Plan failed", "The credentials profile `prod` cannot be used on host `"+w.app.Host.ID+"`. Nothing was changed. Tell an admin")
	mention(t, w.logs.String(), "its mode is 0640")
}

// leavesNothing fails where the run directories hold a text.
func (w *world) leavesNothing(text string) {
	w.t.Helper()
	err := filepath.WalkDir(filepath.Join(w.conf.DataDir, "runs"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		if strings.Contains(string(raw), text) {
			w.t.Errorf("%s has %s", path, text)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// The apply was started with credentials that live for a short time. The bot comes
// back, and its command prints others by then: those that were used stay hidden.
func TestCredentialsOfARunStayHiddenAfterARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withTalkers(t))
	script := filepath.Join(t.TempDir(), "print")
	content := `echo >> "$0.calls"
echo "{\"env\": {\"DEMO_SECRET_KEY\": \"hunter2-call-$(wc -l < "$0.calls")\", \"DEMO_REGION\": \"eu-1\"}, \"expires\": \"$(date -u -d '+20 minutes' +%Y-%m-%dT%H:%M:%SZ)\"}"`
	if err := os.WriteFile(script, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	w.profile("short", w.guild, []string{"*"}, map[string]any{"command": map[string]any{"argv": []string{"/bin/sh", script}}})
	w.start()
	w.projectWith("short")
	lobby, thread := w.talking()
	mention(t, w.logs.String(), "credentials that end soon", "profile=short")
	if err := w.app.Stop(context.WithoutCancel(w.ctx)); err != nil {
		t.Fatal(err)
	}
	w.openGate()
	w.start()
	w.await(thread, w.grace, "the result with the log", func(m discordsim.Message) bool { return len(m.Attachments) > 0 })
	w.lobby(lobby, "Applied")
	env, err := os.ReadFile(w.counter + ".env")
	if err != nil {
		t.Fatal(err)
	}
	mention(t, string(env), "DEMO_SECRET_KEY=hunter2-call-2\n") // the plan had the first
	w.saidNowhere(thread, "hunter2-call")
	w.leavesNothing("hunter2-call")
}

// Getting the credentials takes long, and somebody cancels meanwhile: Terraform is
// not even started.
func TestCancelWhileCredentialsAreFetched(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withTalkers(t))
	script := filepath.Join(t.TempDir(), "print")
	content := `echo >> "$0.calls"
if [ "$(wc -l < "$0.calls")" = 2 ]; then touch "$0.begun"; until [ -e "$0.open" ]; do sleep 0.05; done; fi
echo '{"env": {"DEMO_SECRET_KEY": "hunter2", "DEMO_REGION": "eu-1"}}'`
	if err := os.WriteFile(script, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	w.profile("slow", w.guild, []string{"*"}, map[string]any{"command": map[string]any{"argv": []string{"/bin/sh", script}}})
	w.start()
	w.projectWith("slow")
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "talker", discordsim.Fields{"name": "web"})
	w.ready(lobby, "1 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	w.awaitFile(script + ".begun")
	w.click(w.grace, lobby, "Cancel")
	w.lobby(lobby, "Stopping") // it is noted
	if err := os.WriteFile(script+".open", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.lobby(lobby, "Cancelled")
	if _, err := os.Stat(w.counter + ".begun"); err == nil {
		t.Error("Terraform was run")
	}
	w.leavesNothing("hunter2")
}

// A profile that is taken away after the approval is not used for the apply.
func TestCredentialsAreCheckedAgainWhenApplied(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withTalkers(t))
	env := map[string]any{"env": map[string]string{"DEMO_SECRET_KEY": "hunter2-env", "DEMO_REGION": "eu-1"}}
	w.profile("prod", w.guild, []string{"dev"}, env)
	w.start()
	w.projectWith("prod")
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "talker", discordsim.Fields{"name": "web"})
	w.ready(lobby, "1 to add")
	w.profile("prod", w.guild, []string{"shop"}, env)
	w.click(w.grace, lobby, "Approve & Deploy")
	w.lobby(lobby, "Not started", "The credentials profile `prod` cannot be used on host `"+w.app.Host.ID+"`. Nothing was changed.")
	if s := w.session(); s.State != session.Failed {
		t.Errorf("the session is %s", s.State)
	}
	if _, err := os.Stat(w.counter + ".env"); err == nil {
		t.Error("Terraform was run")
	}
}

// Each server sees the profiles that list it, and cannot tell others from those
// that are not there.
func TestProfilesOfOtherServersAreNotShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.sim.NewGuild("Other")
	other.AddApplication(w.bot, discordsim.DefaultPermissions)
	theirs := other.NewTextChannel("ops")
	w.conf.Guilds = append(w.conf.Guilds, other.ID)
	env := map[string]any{"env": map[string]string{"A_KEY": "value"}}
	w.profile("acme-dev", w.guild, []string{"dev"}, env)
	w.profile("acme-shop", w.guild, []string{"shop"}, env)
	w.profile("other-all", other, []string{"*"}, env)
	w.profile("broken", w.guild, []string{"*"}, map[string]any{"env": map[string]string{"PATH": "hunter2"}})
	w.start()
	mention(t, w.logs.String(), "broken.json:1: PATH cannot be set by a profile")
	for _, test := range []struct {
		who   *discordsim.Member
		where *discordsim.Channel
		want  []string
	}{{w.ada, w.ops, []string{"acme-dev"}}, {other.Owner(), theirs, []string{"other-all"}}} {
		args := discordsim.Args{"project_id": "dev", "provider": "sandbox"}
		offered := func(command string, args discordsim.Args) (values []string) {
			choices, err := test.who.Complete(w.ctx, test.where, command, args, "credentials", "")
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range choices {
				values = append(values, fmt.Sprint(c.Value))
			}
			return values
		}
		if diff := cmp.Diff(test.want, offered("cloud-create-project", args)); diff != "" {
			t.Error(diff)
		}
		var said []string
		for _, name := range []string{"acme-dev", "acme-shop", "other-all", "nobodys"} {
			if name != test.want[0] {
				args["credentials"] = name
				text := w.replyIn(test.where, test.who, "cloud-create-project", args)
				said = append(said, strings.ReplaceAll(text, name, "x"))
			}
		}
		for _, text := range said {
			if text != said[0] || !strings.Contains(text, "There is no credentials profile `x`") {
				t.Errorf("%q is not %q", text, said[0])
			}
		}
		args["credentials"] = test.want[0]
		mention(t, w.replyIn(test.where, test.who, "cloud-create-project", args), "is created", "`"+test.want[0]+"`")
		mine := discordsim.Args{"project": "dev"}
		if diff := cmp.Diff(append([]string{"none"}, test.want...), offered("cloud-project", mine)); diff != "" {
			t.Error(diff)
		}
		mention(t, w.replyIn(test.where, test.who, "cloud-project", mine), "**Credentials**: `"+test.want[0]+"`")
		mine["credentials"] = "none"
		mention(t, w.replyIn(test.where, test.who, "cloud-project", mine), "**Credentials**: `"+test.want[0]+"` → none")
	}
}

// The profiles that the documents show can be used.
func TestProfilesOfDocuments(t *testing.T) {
	t.Parallel()
	c := config.Defaults()
	c.Credentials = t.TempDir()
	for _, path := range documents(t) {
		for _, b := range blocks(t, path) {
			file, _ := b.marked(markFile)
			if name, ok := strings.CutPrefix(file, "credentials/"); ok {
				if err := os.WriteFile(filepath.Join(c.Credentials, name), []byte(b.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	names, faults := credentials.Of(c, "h1").Check()
	if len(names) < 2 || len(faults) > 0 {
		t.Errorf("%v, %v", names, faults)
	}
}
