package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// cloudOfFiles is an operator's provider whose answers are state files, which Terraform
// reads without a plugin.
type cloudOfFiles struct {
	*desk
	dir string
}

func newCloudOfFiles(t *testing.T) *cloudOfFiles {
	t.Helper()
	c := &cloudOfFiles{desk: newDesk(t), dir: t.TempDir()}
	kinds := filepath.Join(c.dir, "kinds")
	asked := func(file string) map[string]any {
		return map[string]any{"terraform_remote_state": map[string]any{"this": map[string]any{"backend": "local", "config": map[string]any{"path": filepath.Join(c.dir, file)}}}}
	}
	const said = "${data.terraform_remote_state.this.outputs."
	provider, err := json.Marshal(map[string]any{
		"title": "Acme", "default_region": "a-1",
		"regions": []map[string]any{
			{"name": "a-1", "title": "First", "zones": []string{"x"}, "without": []string{"vm.size=large", "vm.spare=true"}},
			{"name": "b-2", "title": "Second", "without": []string{"shop"}}, {"name": "c-3", "title": "Third"},
		},
		"places": map[string]any{
			"data": asked("all"), "regions": said + "regions}", "usable": said + "usable}",
			"each": map[string]any{"data": asked("{region}"), "zones": said + "zones}", "sold": map[string]string{"vm.size": said + "sizes}"}},
		},
	})
	c.must(err)
	writeFile(t, filepath.Join(kinds, "acme/provider.json"), string(provider))
	writeFile(t, filepath.Join(kinds, "acme/shop/main.tf"), "")
	writeFile(t, filepath.Join(kinds, "acme/vm/main.tf"), `variable "size" {
  default = "small"
  validation {
    condition     = contains(["small", "large"], var.size)
    error_message = "One of them."
  }
}
variable "spare" {
  type    = bool
  default = false
}
`)
	c.env["CLOUDENGINE_TEMPLATES"] = kinds
	c.env["CLOUDENGINE_TERRAFORM_USER"] = "root" // the test binary lies where nobody else can run it
	c.answer("all", map[string]any{"regions": []string{"a-1", "b-2", "c-3"}, "usable": []string{"a-1", "b-2", "c-3"}})
	for _, region := range []string{"a-1", "b-2", "c-3"} {
		c.answer(region, map[string]any{"zones": []string{"x", "y"}, "sizes": []string{"small", "large", "huge"}})
	}
	return c
}

// answer writes an answer: lists of texts by name.
func (c *cloudOfFiles) answer(file string, lists map[string]any) {
	c.t.Helper()
	outputs := map[string]any{}
	for name, list := range lists {
		outputs[name] = map[string]any{"value": list, "type": []string{"list", "string"}}
	}
	raw, err := json.Marshal(map[string]any{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "x", "outputs": outputs, "resources": []any{}})
	c.must(err)
	writeFile(c.t, filepath.Join(c.dir, file), string(raw))
}

// stands puts a stack of a project on the provider into a region.
func (c *cloudOfFiles) stands(region string) {
	c.t.Helper()
	c.must(c.store.InTx(c.ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(c.ctx, "update projects set provider = 'acme'"); err != nil {
			return err
		}
		_, err := tx.Exec(c.ctx, `update stacks set region = $1, held = '[{"kind": "vm", "name": "web"}]'`, region)
		return err
	}))
}

// expect runs a command, which ends with a code, and looks for parts of what it says.
func (c *cloudOfFiles) expect(args []string, code int, parts ...string) string {
	c.t.Helper()
	out, err := c.run(args...)
	if got := codeOf(err); got != code {
		c.t.Fatalf("%v: code %d, want %d: %v\n%s", args, got, code, err, out)
	}
	words := strings.Join(strings.Fields(out), " ")
	for _, part := range parts {
		if !strings.Contains(words, part) {
			c.t.Errorf("%v does not say %q:\n%s", args, part, out)
		}
	}
	return words
}

func codeOf(err error) int {
	if err == nil {
		return 0
	}
	return exitCode(err)
}

var refresh = []string{"regions", "refresh", "acme"}

// The table is the program's until the cloud is asked, and then the cloud's: of what it
// was not asked, and where it may not be asked, the program's word stands.
func TestRegions(t *testing.T) {
	t.Parallel()
	c := newCloudOfFiles(t)
	list := []string{"regions", "acme"}
	c.expect(list, 0, "PROVIDER REGION TITLE ZONES SINCE FROM NOT OFFERED",
		"acme a-1 (default) First x - the program vm.size=large vm.spare=true", "acme b-2 Second not known - the program shop")

	told, stop := c.store.Subscribe(store.TopicPlaces, "")
	defer stop()
	c.answer("all", map[string]any{"regions": []string{"a-1", "b-2", "c-3", "d-4"}, "usable": []string{"a-1", "b-2", "d-4"}})
	c.answer("b-2", map[string]any{"zones": []string{}, "sizes": []string{"small"}})
	c.answer("d-4", map[string]any{"zones": []string{"z"}, "sizes": []string{"large", "small"}})
	c.expect(refresh, 0, "[3/3]", "4 regions of acme are in use.", "New: d-4.", "Not asked, so that what was known of them stays: c-3.")
	select {
	case <-told:
	case <-c.ctx.Done():
		t.Fatal("nobody was told")
	}
	found, err := c.store.Places(c.ctx)
	c.must(err)
	since := found["acme"][0].Fetched.UTC().Format("2006-01-02")
	words := c.expect(list, 0,
		"acme a-1 (default) First x y "+since+" the cloud vm.spare=true acme",
		"acme b-2 Second none "+since+" the cloud shop vm.size=large",
		"acme c-3 Third not known "+since+" the cloud - acme", "acme d-4 d-4 z "+since+" the cloud -")
	if strings.Contains(words, "sandbox") {
		t.Errorf("another provider is listed: %s", words)
	}
	c.expect([]string{"regions"}, 0, "sandbox eu-1 (default) Europe 1 (Frankfurt) not known - the program -", "acme d-4")
	left, err := os.ReadDir(filepath.Join(c.env["CLOUDENGINE_DATA"], "checks"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// An answer that cannot be right changes nothing, unless somebody who looked says so.
func TestRegionsRefused(t *testing.T) {
	t.Parallel()
	c := newCloudOfFiles(t)
	c.expect(refresh, 0, "3 regions of acme are in use.")
	sound, err := c.store.Places(c.ctx)
	c.must(err)
	unchanged := func(name string) {
		t.Helper()
		found, err := c.store.Places(c.ctx)
		if err != nil || len(found["acme"]) != len(sound["acme"]) || !found["acme"][0].Fetched.Equal(sound["acme"][0].Fetched) {
			t.Errorf("%s changed it: %v, %v", name, found, err)
		}
	}
	all := map[string]any{"regions": []string{"a-1", "b-2", "c-3"}, "usable": []string{"a-1", "b-2", "c-3"}}
	here := map[string]any{"zones": []string{"x", "y"}, "sizes": []string{"small", "large"}}
	for _, tc := range []struct {
		name string
		file string
		say  map[string]any
		was  map[string]any
		want []string
	}{
		{"an empty answer", "all", map[string]any{"regions": []string{}, "usable": []string{}}, all, []string{"The cloud's answer cannot be used: there are no regions in the answer."}},
		{"none that can be used", "all", map[string]any{"regions": []string{"a-1", "b-2", "c-3"}, "usable": []string{}}, all, []string{"can use none of the regions"}},
		{"no names", "all", map[string]any{"regions": []string{"a-1", "B 2"}, "usable": []string{}}, all, []string{"B 2 is no name"}},
		{"regions are missing", "all", map[string]any{"regions": []string{"b-2", "c-3"}, "usable": []string{"b-2"}}, all,
			[]string{"was refused", "the default region a-1 is gone", "1 of 3 regions are gone: a-1", "--accept-changes"}},
		{"zones are missing", "b-2", map[string]any{"zones": []string{}, "sizes": []string{"small", "large"}}, here, []string{"was refused", "2 of 6 zones are gone: b-2/x, b-2/y"}},
		{"sizes are missing", "b-2", map[string]any{"zones": []string{"x", "y"}, "sizes": []string{}}, here,
			[]string{"was refused", "2 of 6 sizes are gone: b-2/vm.size=small, b-2/vm.size=large", "no vm.size is sold in b-2"}},
	} {
		c.answer(tc.file, tc.say)
		c.expect(refresh, 1, tc.want...)
		unchanged(tc.name)
		c.answer(tc.file, tc.was)
	}
	// What the cloud does not let these credentials see stays as it was; when it is all,
	// nothing does, and what the cloud said is said.
	c.must(os.Remove(filepath.Join(c.dir, "b-2")))
	c.expect(refresh, 0, "b-2: Error: Unable to find remote state", "Not asked, so that what was known of them stays: b-2.")
	sound, err = c.store.Places(c.ctx)
	c.must(err)
	c.must(os.Remove(filepath.Join(c.dir, "all")))
	c.expect(refresh, 1, "Unable to find remote state", "What was known of the regions of acme stays in use")
	unchanged("no permission")

	c.stands("e-5")
	c.answer("all", map[string]any{"regions": []string{"a-1", "b-2", "c-3", "d-4", "e-5"}, "usable": []string{"a-1"}})
	c.expect(refresh, 0, "New: d-4, e-5.")
	c.answer("all", map[string]any{"regions": []string{"a-1", "b-2", "c-3", "d-4"}, "usable": []string{"a-1"}})
	c.expect(refresh, 1, "could only be destroyed or exported from then on: 1 Look whether") // and no other reason

	c.answer("all", map[string]any{"regions": []string{"c-3"}, "usable": []string{"c-3"}})
	c.expect(append(refresh, "--accept-changes"), 0, "1 region of acme is in use.", "Gone: a-1, b-2, d-4, e-5.")
	c.expect([]string{"regions", "acme"}, 0, "acme c-3 (default) Third x y")
}

func TestRegionsAsksWhoItMay(t *testing.T) {
	t.Parallel()
	c := newCloudOfFiles(t)
	dir := filepath.Join(c.env["CLOUDENGINE_DATA"], "credentials")
	c.must(os.MkdirAll(dir, 0o700))
	for name, provider := range map[string]string{"acme-dev": "acme", "aws-dev": "aws"} {
		raw := `{"guilds": ["1042069912345678901"], "projects": ["dev"], "providers": ["` + provider + `"], "env": {"ACME_TOKEN": "hunter2-secret"}}`
		c.must(os.WriteFile(filepath.Join(dir, name+".json"), []byte(raw), 0o600))
	}
	c.expect(append(refresh, "--credentials", "acme-dev"), 0, "3 regions of acme are in use.")
	for _, profile := range []string{"aws-dev", "nosuch"} {
		if said := c.expect(append(refresh, "--credentials", profile), 1, "credentials profile `"+profile+"` cannot be used"); strings.Contains(said, "hunter2") {
			t.Errorf("it has the secret: %s", said)
		}
	}
	c.expect([]string{"regions", "refresh", "azure"}, 1, "Microsoft Azure cannot be asked")
	c.expect([]string{"regions", "refresh", "amce"}, 2, `there is no provider "amce": one of acme, aws,`)
	c.expect([]string{"regions", "amce"}, 2, `there is no provider "amce"`)
	c.expect([]string{"regions", "--help"}, 0, "--accept-changes", "takes the answer up at once")
	for _, line := range []string{"regions refresh", "regions refresh --accept-changes", "regions refresh acme now", "regions refresh acme --force", "regions acme aws", "regions --all"} {
		c.expect(strings.Fields(line), 2, "usage: cloudengine regions [PROVIDER]")
	}
	delete(c.env, "DATABASE_URL")
	c.expect(refresh, exitConfig, "DATABASE_URL is not set")
	c.expect([]string{"regions", "acme"}, 0, "the program")
}
