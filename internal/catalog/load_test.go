package catalog_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/templates"
)

const labProvider = `{"title": "Lab", "default_region": "r1", "regions": [{"name": "r1", "title": "One"}], "settings": ["tuning"]}`

// MustLoadLab loads one kind of a provider with nothing else.
func MustLoadLab(t *testing.T, files map[string]string) *catalog.Catalog {
	t.Helper()
	fsys := fstest.MapFS{"lab/provider.json": {Data: []byte(labProvider)}}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	c, err := catalog.Load(catalog.Source{Name: "ops", FS: fsys})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func problemLines(c *catalog.Catalog) []string {
	var lines []string
	for _, p := range c.Problems() {
		lines = append(lines, p.String())
	}
	return lines
}

// A module that cannot be used is named with file, line and reason; the one
// beside it works.
func TestBrokenModulesAreNamed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		file, text string
		want       string // a regular expression for the one problem
	}{
		"syntax":              {"lab/bad/main.tf", "variable \"x\" {\n  type = string\n", `^ops/lab/bad/main.tf:\d: Unclosed configuration block`},
		"a type that is none": {"lab/bad/main.tf", "\nvariable \"x\" {\n  type = text\n}\n", `^ops/lab/bad/main.tf:3: Invalid type specification`},
		"a default of another type": {
			"lab/bad/main.tf", "variable \"x\" {\n  type = number\n  default = \"y\"\n}\n", `^ops/lab/bad/main.tf:3: default of "x" is not a number`,
		},
		"a default that breaks the rule": {
			"lab/bad/main.tf",
			"variable \"x\" {\n  default = \"y\"\n  validation {\n    condition = var.x == \"z\"\n    error_message = \"Only z.\"\n  }\n}\n",
			`^ops/lab/bad/main.tf:4: the default of "x" breaks its own validation`,
		},
		"a validation without a message": {
			"lab/bad/main.tf", "variable \"x\" {\n  validation {\n    condition = true\n  }\n}\n", `^ops/lab/bad/main.tf:2: Missing required argument`,
		},
		"the same variable twice": {
			"lab/bad/main.tf", "variable \"x\" {}\nvariable \"x\" {}\n", `^ops/lab/bad/main.tf:2: variable "x" is declared twice`,
		},
		"an object that nobody can type": {
			"lab/bad/main.tf", "variable \"x\" {\n  type = object({ a = string })\n}\n", `^ops/lab/bad/main.tf:1: variable "x" has no default, and no form`,
		},
		"a secret that would be typed": {
			"lab/bad/main.tf", "variable \"x\" {\n  type = string\n  sensitive = true\n}\n", `^ops/lab/bad/main.tf:1: variable "x" is a secret`,
		},
		"a secret that is none": {
			"lab/bad/main.tf", "output \"x\" {\n  value = 1\n  sensitive = \"perhaps\"\n}\n", `^ops/lab/bad/main.tf:3: sensitive must be a bool`,
		},
		"a dash in a variable": {"lab/bad/main.tf", "variable \"a-b\" {}\n", `^ops/lab/bad/main.tf:1: variable "a-b": write underscores`},
		"a dash in an output":  {"lab/bad/main.tf", "output \"a-b\" {\n value = 1\n}\n", `^ops/lab/bad/main.tf:1: output "a-b": write underscores`},
		"a reserved name":      {"lab/bad/main.tf", "variable \"count\" {}\n", `^ops/lab/bad/main.tf:1: variable "count": Terraform keeps`},
		"a module elsewhere":   {"lab/bad/main.tf", "module \"m\" {\n  source = \"../shared\"\n}\n", `^ops/lab/bad/main.tf:2: module source "../shared" lies outside`},
		"a value in a command": {
			"lab/bad/main.tf",
			"resource \"terraform_data\" \"x\" {\n  provisioner \"local-exec\" {\n    command = \"echo ${var.name}\"\n  }\n}\nvariable \"name\" {}\n",
			`^ops/lab/bad/main.tf:3: interpolates a value into a command`,
		},
		"a value in a command of a folder inside": {
			"lab/bad/inner/main.tf",
			"resource \"terraform_data\" \"x\" {\n  provisioner \"remote-exec\" {\n    inline = [\"echo\", self.input]\n  }\n}\n",
			`^ops/lab/bad/inner/main.tf:3: interpolates a value into a command`,
		},
		"a value in a command, as JSON": {
			"lab/bad/x.tf.json", `{"resource": {"terraform_data": {"x": {"provisioner": [{"local-exec": {"command": "echo ${self.id}"}}]}}}}`,
			`^ops/lab/bad/x.tf.json: interpolates a value into a command`,
		},
		"nothing of Terraform":       {"lab/bad/notes.txt", "later", `^ops/lab/bad: there is no \.tf file in it`},
		"a folder's name":            {"lab/Bad-Kind/main.tf", "", `^ops/lab/Bad-Kind: the name of a kind has`},
		"a provider's name":          {"Lab 2/x/main.tf", "", `^ops/Lab 2: the name of a provider has`},
		"a provider without regions": {"new/x/main.tf", "", `^ops/new/provider.json: is missing or unusable`},
		"too large":                  {"lab/bad/main.tf", strings.Repeat("# x\n", 300000), `^ops/lab/bad: cannot be read: the module is larger than 1024 KiB`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"lab/good/main.tf": "# Good\n", tc.file: tc.text}
			if strings.Contains(tc.file, "inner") {
				files["lab/bad/main.tf"] = "# Bad\n"
			}
			c := MustLoadLab(t, files)
			lines := problemLines(c)
			if len(lines) != 1 || !regexp.MustCompile(tc.want).MatchString(lines[0]) {
				t.Errorf("problems %q, want one like %s", lines, tc.want)
			}
			if _, ok := c.Kind("lab", "bad"); ok {
				t.Error("the broken kind is offered")
			}
			if k, ok := c.Kind("lab", "good"); !ok || k.Title != "Good" {
				t.Error("the good kind is not offered")
			}
		})
	}
}

func TestBrokenProviders(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"no JSON":          {`{`, "not the JSON"},
		"a misspelt key":   {`{"region": []}`, "unknown field"},
		"no regions":       {`{"title": "x"}`, `default_region "" is not one`},
		"an unknown one":   {`{"default_region": "b", "regions": [{"name": "a"}]}`, `default_region "b" is not one`},
		"twice the same":   {`{"default_region": "a", "regions": [{"name": "a"}, {"name": "a"}]}`, "listed twice"},
		"no region's name": {`{"default_region": "a b", "regions": [{"name": "a b"}]}`, "small letters"},
		"a nameless zone":  {`{"default_region": "a", "regions": [{"name": "a", "zones": [""]}]}`, "zone without a name"},
		"two objects":      {`{"default_region": "a", "regions": [{"name": "a"}]} {}`, "follows"},
		"engine's setting": {`{"default_region": "a", "regions": [{"name": "a"}], "settings": ["name"]}`, "by the engine"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := MustLoadLab(t, map[string]string{"lab/provider.json": tc.text, "lab/x/main.tf": ""})
			if lines := problemLines(c); len(lines) != 2 || !strings.Contains(lines[0]+lines[1], tc.want) {
				t.Errorf("problems %q, want %q", lines, tc.want)
			}
			if len(c.Providers()) != 0 {
				t.Error("the provider is offered")
			}
		})
	}
}

// Kinds that need each other cannot be built; the one that came last gives way.
func TestCircles(t *testing.T) {
	t.Parallel()
	module := func(in, out string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("variable \"" + in + "\" {\n  type = string\n}\noutput \"" + out + "\" {\n  value = 1\n}\n")}
	}
	first := fstest.MapFS{
		"lab/provider.json": {Data: []byte(labProvider)}, "lab/b/main.tf": module("a_id", "b_id"), "lab/c/main.tf": module("b_id", "c_id"),
	}
	second := fstest.MapFS{"lab/a/main.tf": module("c_id", "a_id")}
	c, err := catalog.Load(catalog.Source{Name: "first", FS: first}, catalog.Source{Name: "second", FS: second})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`second/lab/a/main.tf:1: variable "c_id" is wired to c, which is wired back to it: Terraform cannot build a circle`}
	if diff := cmp.Diff(want, problemLines(c)); diff != "" {
		t.Error(diff)
	}
	if n := len(c.Kinds("lab")); n != 2 {
		t.Errorf("%d kinds, want 2", n)
	}
	if b, _ := c.Kind("lab", "b"); !b.Variables[0].Asked {
		t.Error("the wire to the kind that is gone is still there")
	}
}

// A rule that only Terraform can check is said, and the kind is offered.
func TestDeferredRules(t *testing.T) {
	t.Parallel()
	c := MustLoadLab(t, map[string]string{"lab/x/main.tf": `variable "a" {
  type = string
  validation {
    condition     = fileexists(var.a)
    error_message = "A file."
  }
  validation {
    condition     = length(local.list) > 0
    error_message = "A list."
  }
}
`})
	want := []string{
		`ops/lab/x/main.tf:4: validation of "a" uses the function fileexists: Terraform checks it, but only when it plans`,
		`ops/lab/x/main.tf:8: validation of "a" uses local: Terraform checks it, but only when it plans`,
	}
	if diff := cmp.Diff(want, problemLines(c)); diff != "" {
		t.Error(diff)
	}
	k, ok := c.Kind("lab", "x")
	if _, faults := k.Check(map[string]string{"name": "x", "a": "/nowhere"}); !ok || len(faults) > 0 {
		t.Errorf("offered: %v, faults %v", ok, faults)
	}
}

// What a module declares tells who fills it in.
func TestRoles(t *testing.T) {
	t.Parallel()
	c := MustLoadLab(t, map[string]string{
		"lab/net/main.tf": "output \"network_id\" {\n value = 1\n}\noutput \"subnet_ids\" {\n value = []\n}\noutput \"plan\" {\n value = 1\n}\n",
		"lab/vm/main.tf": `
variable "name" { type = string }
variable "region" { type = string }
variable "tags" { type = map(string) }
variable "labels" { type = list(string) }
variable "network_id" { type = string }
variable "subnet_ids" { type = list(string) }
variable "account_id" { type = string }
variable "plan" { type = string }
variable "tuning" { type = object({ fast = bool }) }
variable "fixed" {
  type    = object({ a = optional(string) })
  default = {}
}
variable "secret" {
  type      = string
  default   = null
  sensitive = "true"
}
output "token" {
  value     = "x"
  sensitive = "true"
}
`})
	if lines := problemLines(c); len(lines) > 0 {
		t.Fatal(lines)
	}
	k, _ := c.Kind("lab", "vm")
	var asked, wiredTo []string
	for _, v := range k.Variables {
		if v.Asked {
			asked = append(asked, v.Name)
		}
		if v.Wired {
			wiredTo = append(wiredTo, v.Name)
		}
	}
	if diff := cmp.Diff([]string{"labels", "account_id", "plan"}, asked); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"network_id", "subnet_ids"}, wiredTo); diff != "" {
		t.Error(diff)
	}
	out := MustCompose(t, c, catalog.Composition{
		Provider: "lab", Region: "r1", Labels: map[string]string{"stack": "s"},
		Settings: map[string]any{"tuning": map[string]any{"fast": true}},
		Resources: []project.Resource{
			{Kind: "net", Name: "n"},
			{Kind: "vm", Name: "v", Values: map[string]any{"labels": []any{"x"}, "account_id": "1", "plan": "p"}},
		},
	})
	Golden(t, "roles.main.tf.json", out.Files[catalog.RootFile])
	Golden(t, "roles.tfvars.json", out.Files[catalog.ValuesFile])
	MustDirectory(t, out).MustRun(t, "validate", "-no-color")
}

// An operator's folder stands beside what is built in, and may replace a kind
// of it. A replacement that is broken does not bring the built-in one back.
func TestOperatorsFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("sandbox/queue/main.tf", "# Queue\nvariable \"network_id\" {\n  type = string\n  default = null\n}\n")
	write("sandbox/queue/README.md", "left behind")
	write("sandbox/queue/.terraform/x.tf", "broken {")
	write("sandbox/bucket/main.tf", "# Our bucket\n# With our rules.\n")
	write("sandbox/database/main.tf", "variable {\n")
	write("acme/provider.json", `{"default_region": "a", "regions": [{"name": "a"}]}`)
	write("acme/site/main.tf", "\n")
	c, err := catalog.Load(catalog.Source{Name: "built-in", FS: templates.FS}, catalog.Source{Name: dir, FS: os.DirFS(dir)})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, provider := range []string{"acme", "sandbox"} {
		for _, k := range c.Kinds(provider) {
			names = append(names, provider+"/"+k.Title)
		}
	}
	want := []string{
		"acme/Site", "sandbox/VPC", "sandbox/Virtual machine", "sandbox/Our bucket", "sandbox/Load balancer", "sandbox/Queue",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	if lines := problemLines(c); len(lines) != 1 || !strings.HasPrefix(lines[0], dir+"/sandbox/database/main.tf:1: ") {
		t.Errorf("problems %q", lines)
	}
	out := MustCompose(t, c, catalog.Composition{Provider: "sandbox", Region: "eu-1", Resources: []project.Resource{{Kind: "queue", Name: "q"}}})
	if len(out.Files) != 3 || out.Files["modules/queue/main.tf"] == nil {
		t.Errorf("files %v", out.Files)
	}
}

// An ephemeral output cannot leave the root module.
func TestEphemeralOutputsStayInside(t *testing.T) {
	t.Parallel()
	c := MustLoadLab(t, map[string]string{"lab/x/main.tf": "output \"a\" {\n  value = 1\n}\noutput \"b\" {\n  value = 1\n  ephemeral = true\n}\n"})
	k, _ := c.Kind("lab", "x")
	if diff := cmp.Diff([]catalog.Output{{Name: "a"}}, k.Outputs); diff != "" {
		t.Error(diff)
	}
}

// Kubernetes mounts a folder as links into a hidden one.
func TestLoadFollowsLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	hidden := filepath.Join(dir, "lab", "..data", "x")
	if err := os.MkdirAll(hidden, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		filepath.Join(hidden, "main.tf"): "# Linked\n", filepath.Join(dir, "lab", "provider.json"): labProvider,
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join("..data", "x"), filepath.Join(dir, "lab", "x")); err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Load(catalog.Source{Name: dir, FS: os.DirFS(dir)})
	if err != nil {
		t.Fatal(err)
	}
	if k, ok := c.Kind("lab", "x"); !ok || k.Title != "Linked" || len(c.Kinds("lab")) != 1 {
		t.Errorf("kinds %v, problems %q", c.Kinds("lab"), problemLines(c))
	}
}

func TestLoadSaysWhichSourceCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "nowhere")
	_, err := catalog.Load(catalog.Source{Name: dir, FS: os.DirFS(dir)})
	if err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("got %v", err)
	}
}

// The digest of a kind follows its files, and so does the hash of a stack.
func TestModuleChangesAreSeen(t *testing.T) {
	t.Parallel()
	hash := func(text string) (digest, composed string) {
		c := MustLoadLab(t, map[string]string{"lab/x/main.tf": text})
		k, _ := c.Kind("lab", "x")
		out := MustCompose(t, c, catalog.Composition{Provider: "lab", Region: "r1", Resources: []project.Resource{{Kind: "x", Name: "x"}}})
		return k.Digest, out.Hash
	}
	digest1, hash1 := hash("# A\n")
	digest2, hash2 := hash("# B\n")
	if digest1 == digest2 || hash1 == hash2 {
		t.Error("a change of a module is not seen")
	}
}

// What modules declare sensitive is said, so that it can be hidden, and stays
// sensitive on its way through the root module.
func TestComposedSecrets(t *testing.T) {
	t.Parallel()
	c := MustLoadLab(t, map[string]string{"lab/x/main.tf": `
variable "own" {
  type      = map(any)
  default   = { pin = 424242, word = "hunter2" }
  sensitive = true
}

variable "tuning" {
  type      = string
  default   = "not this"
  sensitive = true
}

variable "open" {
  type    = string
  default = "visible"
}
`})
	out := MustCompose(t, c, catalog.Composition{Provider: "lab", Region: "r1", Resources: []project.Resource{{Kind: "x", Name: "x"}}, Settings: map[string]any{"tuning": "from the operator"}})
	slices.Sort(out.Secrets)
	if diff := cmp.Diff([]string{"424242", "from the operator", "hunter2"}, out.Secrets); diff != "" {
		t.Error(diff)
	}
	var root struct {
		Variable map[string]struct{ Sensitive bool } `json:"variable"`
	}
	if err := json.Unmarshal(out.Files[catalog.RootFile], &root); err != nil || !root.Variable["tuning"].Sensitive || root.Variable["region"].Sensitive {
		t.Errorf("%v: %s", err, out.Files[catalog.RootFile])
	}
}

// None of our modules puts a value into a command.
func TestTemplatesNeverInterpolateIntoCommands(t *testing.T) {
	t.Parallel()
	command := regexp.MustCompile(`(?m)^\s*(command|inline|interpreter)\s*=.*$`)
	found := 0
	err := fs.WalkDir(templates.FS, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(name, ".tf") {
			return err
		}
		raw, err := fs.ReadFile(templates.FS, name)
		for _, line := range command.FindAllString(string(raw), -1) {
			found++
			if strings.Contains(line, "${") || !regexp.MustCompile(`= "[^"$%]*"$`).MatchString(line) {
				t.Errorf("%s: %s", name, strings.TrimSpace(line))
			}
		}
		return err
	})
	if err != nil || found != 5 {
		t.Errorf("%d commands looked at, want 5; %v", found, err)
	}
}
