package app_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/fakehcloud"
	"github.com/cloud-engine/cloudengine/templates"
)

// hcloudToken looks like Hetzner's: its provider takes none of another length.
const hcloudToken = "S3cretS3cretS3cretS3cretS3cretS3cretS3cretS3cretS3cretS3cretS3cr"

// hetznerWorld is a world whose project dev is on Hetzner: the real provider, against a
// small cloud.
type hetznerWorld struct {
	*world
	cloud *fakehcloud.Cloud
}

func newHetzner(t *testing.T, o fakehcloud.Options) *hetznerWorld {
	t.Helper()
	if os.Getenv("CLOUDENGINE_TEST_LONG") == "" && !fakehcloud.Built() {
		t.Skip("the hcloud provider is not built yet: CLOUDENGINE_TEST_LONG=1 builds it, from the Go module proxy")
	}
	mirror, err := fakehcloud.Mirror(t.Context())
	if errors.Is(err, fakehcloud.ErrUnreachable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	o.Token = hcloudToken
	cloud, err := fakehcloud.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cloud.Close)
	w := newWorld(t, pluginsOf(t, mirror))
	return &hetznerWorld{world: w, cloud: cloud}
}

// pluginsOf takes the plugins from a mirror, of programs that were built here: the locks
// that come with the program are of others, so they are left out.
func pluginsOf(t *testing.T, mirror string) option {
	t.Helper()
	kinds := t.TempDir()
	files, err := fs.Glob(templates.FS, "*/provider.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		raw, err := templates.FS.ReadFile(name)
		if err == nil {
			err = os.MkdirAll(filepath.Join(kinds, filepath.Dir(name)), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(kinds, name), raw, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return configured(func(c *config.Config) { c.Mirror, c.Templates = mirror, kinds })
}

// token writes a credentials profile with a token.
func (w *hetznerWorld) token(profile, token string) {
	w.t.Helper()
	w.profile(profile, w.guild, []string{"dev"}, map[string]any{
		"providers": []string{"hetzner"},
		"env":       map[string]string{"HCLOUD_TOKEN": token, "HCLOUD_ENDPOINT": w.cloud.URL()},
	})
}

// create makes project dev with a profile, and returns what is said to it once the cloud
// was asked about the credentials.
func (w *hetznerWorld) create(profile, verdict string) string {
	w.t.Helper()
	in, err := w.ada.Slash(w.ctx, w.ops, "cloud-create-project", discordsim.Args{"project_id": "dev", "provider": "hetzner", "credentials": profile})
	if err != nil {
		w.t.Fatal(err)
	}
	w.said(in)
	msg := w.await(w.ops, w.ada, verdict, discordsim.Containing(verdict))
	return msg.Text()
}

// stack opens a lobby and adds a network and a machine.
func (w *hetznerWorld) stack() discordsim.Message {
	w.t.Helper()
	w.reply(w.ada, "cloud-grant", discordsim.Args{"to": w.grace, "project": "dev", "level": "deploy"})
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.add(w.grace, lobby, "compute_vm", discordsim.Fields{"name": "web", "public_ip": "true"})
	return lobby
}

// silent fails where people, the log or the database have the token.
func (w *hetznerWorld) silent(thread *discordsim.Channel, tokens ...string) {
	w.t.Helper()
	said := map[string]string{"the log": w.logs.String()}
	for _, channel := range []*discordsim.Channel{w.ops, thread} {
		for _, m := range channel.Messages(w.grace) {
			said[channel.Name()] += m.Text() + "\n"
			for _, a := range m.Attachments {
				said["what is attached in "+channel.Name()] += string(a.Bytes())
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
	for where, text := range said {
		for _, token := range tokens {
			if strings.Contains(text, token) {
				w.t.Errorf("%s has the token:\n%s", where, text)
			}
		}
	}
	for _, token := range tokens {
		w.leavesNothing(token)
	}
}

// requestNoise is what the provider adds to an error for Hetzner's support.
var requestNoise = regexp.MustCompile(`\([a-z_]+, [0-9a-f]+\)|Status code|Error code|unexpected error`)

// quiet fails where a text has what only Hetzner's support can use.
func quiet(t *testing.T, text string) {
	t.Helper()
	if noise := requestNoise.FindString(text); noise != "" {
		t.Errorf("it has %q:\n%s", noise, text)
	}
}

// From the command to the machine and back, with the real provider: what is approved is
// made, once, and what is destroyed is gone.
func TestHetzner(t *testing.T) {
	t.Parallel()
	w := newHetzner(t, fakehcloud.Options{})
	w.token("hetzner-dev", hcloudToken)
	w.start()
	mention(t, w.create("hetzner-dev", "✅ The cloud takes the credentials."), "is created on `hetzner`", "fsn1", "`hetzner-dev`")
	lobby := w.stack()
	w.ready(lobby, "6 to add")
	if got := w.cloud.Count(); len(got) > 0 {
		t.Errorf("a plan made %v", got)
	}
	w.click(w.grace, lobby, "Approve & Deploy")
	thread := w.threadOf(lobby)
	applied := w.lobby(lobby, "Applied")
	w.await(thread, w.grace, "the result with the log", func(m discordsim.Message) bool { return len(m.Attachments) > 0 })

	want := map[string]int{"networks": 1, "placement_groups": 1, "firewalls": 1, "primary_ips": 1, "servers": 1}
	if diff := cmp.Diff(want, w.cloud.Count()); diff != "" {
		t.Error(diff)
	}
	server := w.cloud.Show("servers", "dev-main-web")
	if server == nil {
		t.Fatalf("the servers are %v", w.cloud.Names("servers"))
	}
	raw, err := json.Marshal(server)
	if err != nil {
		t.Fatal(err)
	}
	mention(t, string(raw), `"ip":"203.0.113.1"`, `"status":"running"`, `"status":"applied"`, `"project":"dev"`, `"stack":"main"`, `"managed-by"`)
	mention(t, applied.Text(), "203.0.113.1")
	w.silent(thread, hcloudToken)

	ending := w.deploy(w.grace, nil)
	for _, label := range []string{"compute_vm.web", "vpc.main"} {
		if _, err := w.grace.Choose(w.ctx, w.newest(ending), "Remove", label); err != nil {
			t.Fatal(err)
		}
		w.lobby(ending, "to destroy")
	}
	w.ready(ending, "6 to destroy")
	w.approveTypingName(ending)
	w.lobby(ending, "Applied")
	if diff := cmp.Diff(map[string]int{}, w.cloud.Count()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, w.cloud.Made()); diff != "" {
		t.Error(diff)
	}
	w.silent(w.threadOf(ending), hcloudToken)
}

// Hetzner does not take the token, at each moment at which it can be wrong.
func TestHetznerTakesNoWrongToken(t *testing.T) {
	t.Parallel()
	wrong := strings.Repeat("Wr0ngT0k", 8)
	w := newHetzner(t, fakehcloud.Options{Reader: strings.Repeat("R3adOn1y", 8)})
	w.token("hetzner-dev", wrong)
	w.start()
	said := w.create("hetzner-dev", "The cloud does not take the credentials")
	mention(t, said, "the token you provided is invalid", "Whoever runs the engine checks the project's credentials profile")
	quiet(t, said)
	if strings.Contains(said, wrong) {
		t.Errorf("it has the token: %s", said)
	}

	// A token that may only read works for a plan, and not for an apply.
	w.token("hetzner-read", w.cloud.Reader)
	mention(t, w.reply(w.ada, "cloud-project", discordsim.Args{"project": "dev", "credentials": "hetzner-read"}), "`hetzner-read`")
	lobby := w.stack()
	w.ready(lobby, "6 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	text := w.lobby(lobby, "Failed", "only allowed to perform GET requests").Text()
	mention(t, text, "vpc.main")
	quiet(t, text)
	if got := w.cloud.Made(); len(got) > 0 {
		t.Errorf("it made %v", got)
	}
	w.silent(w.threadOf(lobby), wrong, w.cloud.Reader)
}

// A limit of the account is reached in the middle: what was made is kept, and what to do
// is said. When there is room, planning again makes the rest, and nothing twice.
func TestHetznerLimit(t *testing.T) {
	t.Parallel()
	w := newHetzner(t, fakehcloud.Options{})
	w.cloud.Fail(fakehcloud.Fault{Method: "POST", Path: "/servers", Error: fakehcloud.LimitExceeded})
	w.token("hetzner-dev", hcloudToken)
	w.start()
	w.create("hetzner-dev", "✅ The cloud takes the credentials.")
	lobby := w.stack()
	w.ready(lobby, "6 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	text := w.lobby(lobby, "Failed", "compute_vm.web", "server limit reached (resource_limit_exceeded)").Text()
	mention(t, text, "A limit of the cloud's account is reached.", "created and kept")
	quiet(t, text)
	if got := w.cloud.Count(); got["servers"] != 0 || got["networks"] != 1 {
		t.Errorf("there is %v", got)
	}

	w.cloud.Mend()
	w.click(w.grace, lobby, "Plan again")
	w.ready(lobby, "1 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	w.lobby(lobby, "Applied")
	want := map[string]int{"networks": 1, "placement_groups": 1, "firewalls": 1, "primary_ips": 1, "servers": 1}
	if diff := cmp.Diff(want, w.cloud.Made()); diff != "" {
		t.Error(diff)
	}
	if asked := w.cloud.Asked(); !slices.Contains(asked, "POST /servers") {
		t.Error("nobody asked for a server")
	}
	w.silent(w.threadOf(lobby), hcloudToken)
}
