package catalog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// directory is a run directory that the real Terraform works in.
type directory struct {
	path string
	bin  string
}

// MustDirectory writes a composition into a directory of its own and
// initialises it. Without Terraform the test fails: it is what the modules are
// for.
func MustDirectory(t testing.TB, out catalog.Composed) directory {
	t.Helper()
	bin, err := exec.LookPath("terraform")
	if err != nil {
		t.Fatalf("the modules are tested with the real Terraform: %v", err)
	}
	d := directory{path: t.TempDir(), bin: bin}
	d.MustWrite(t, out)
	d.MustRun(t, "init", "-no-color", "-input=false", "-backend=false")
	return d
}

// MustWrite replaces the configuration, as the next session on a stack does.
func (d directory) MustWrite(t testing.TB, out catalog.Composed) {
	t.Helper()
	for _, old := range []string{catalog.RootFile, "modules"} {
		if err := os.RemoveAll(filepath.Join(d.path, old)); err != nil {
			t.Fatal(err)
		}
	}
	for name, raw := range out.Files {
		file := filepath.Join(d.path, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Run runs Terraform with an environment of its own.
func (d directory) Run(t testing.TB, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, d.bin, args...)
	cmd.Dir = d.path
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + d.path, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1"}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// MustRun fails the test with what Terraform said.
func (d directory) MustRun(t testing.TB, args ...string) string {
	t.Helper()
	out, err := d.Run(t, args...)
	if err != nil {
		t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// MustApply applies without asking.
func (d directory) MustApply(t testing.TB) string {
	t.Helper()
	return d.MustRun(t, "apply", "-no-color", "-input=false", "-auto-approve")
}

// attributes is what the state holds of one resource.
type attributes struct {
	ID     string         `json:"id"`
	Output map[string]any `json:"output"`
}

// MustState reads the state: resources by module name, and the root outputs.
func (d directory) MustState(t testing.TB) (resources map[string]attributes, outputs map[string]any) {
	t.Helper()
	var state struct {
		Values struct {
			Outputs map[string]struct {
				Value any `json:"value"`
			} `json:"outputs"`
			Root struct {
				Children []struct {
					Address   string `json:"address"`
					Resources []struct {
						Values attributes `json:"values"`
					} `json:"resources"`
				} `json:"child_modules"`
			} `json:"root_module"`
		} `json:"values"`
	}
	if err := json.Unmarshal([]byte(d.MustRun(t, "show", "-json", "-no-color")), &state); err != nil {
		t.Fatal(err)
	}
	resources, outputs = map[string]attributes{}, map[string]any{}
	for _, m := range state.Values.Root.Children {
		for _, r := range m.Resources {
			resources[strings.TrimPrefix(m.Address, "module.")] = r.Values
		}
	}
	for name, o := range state.Values.Outputs {
		outputs[name] = o.Value
	}
	return resources, outputs
}

// One of everything with every setting: created, planned again without a
// change, emptied.
func TestLifeOfAStack(t *testing.T) {
	t.Parallel()
	c := MustLoad(t)
	counter := filepath.Join(t.TempDir(), "counter")
	in := full
	in.Settings = map[string]any{"sandbox_seconds": 0.2, "sandbox_counter": counter}
	in.Resources = stack(t, c)
	d := MustDirectory(t, MustCompose(t, c, in))
	said := d.MustApply(t)
	for _, want := range []string{"6 added", "reserving 10.20.0.0/20 in eu-2", "booting ubuntu-24.04", "database-db-password = <sensitive>"} {
		if !strings.Contains(said, want) {
			t.Errorf("terraform did not say %q:\n%s", want, said)
		}
	}
	resources, outputs := d.MustState(t)
	checkLiteral(t, resources)
	checkOutputs(t, resources, outputs)
	if password, _ := outputs["database-db-password"].(string); len(password) != 24 || strings.Contains(said, password) {
		t.Errorf("the password is %q, or was shown", password)
	}
	if lines := MustRead(t, counter); strings.Count(lines, "\n") != 6 || !strings.Contains(lines, "compute_vm.web-2\n") {
		t.Errorf("the counter holds %q", lines)
	}

	d.MustRun(t, "plan", "-no-color", "-input=false", "-detailed-exitcode")

	// The duration is no part of what exists.
	in.Settings["sandbox_seconds"] = 0
	d.MustWrite(t, MustCompose(t, c, in))
	d.MustRun(t, "plan", "-no-color", "-input=false", "-detailed-exitcode")

	in.Resources = nil
	d.MustWrite(t, MustCompose(t, c, in))
	if said := d.MustApply(t); !strings.Contains(said, "6 destroyed") {
		t.Errorf("an empty stack does not destroy everything:\n%s", said)
	}
}

// checkLiteral: what was typed arrives as it was typed.
func checkLiteral(t *testing.T, resources map[string]attributes) {
	t.Helper()
	if diff := cmp.Diff(hostile, resources["bucket-files"].Output["purpose"]); diff != "" {
		t.Errorf("purpose (-typed +in the state):\n%s", diff)
	}
	if diff := cmp.Diff(`/${path.module}?%{if true}"'`, resources["load_balancer-lb"].Output["health_path"]); diff != "" {
		t.Errorf("health_path (-typed +in the state):\n%s", diff)
	}
}

// checkOutputs: the resources found each other.
func checkOutputs(t *testing.T, resources map[string]attributes, outputs map[string]any) {
	t.Helper()
	vpc := resources["vpc-main"].ID
	for _, module := range []string{"compute_vm-web", "compute_vm-web-2", "database-db", "load_balancer-lb"} {
		if got := resources[module].Output["network_id"]; got != vpc || vpc == "" {
			t.Errorf("%s is in network %v, want %s", module, got, vpc)
		}
	}
	lb := resources["load_balancer-lb"].Output
	if diff := cmp.Diff([]any{resources["compute_vm-web"].ID, resources["compute_vm-web-2"].ID}, lb["target_ids"]); diff != "" {
		t.Error(diff)
	}
	addresses := []any{outputs["compute_vm-web-address"], outputs["compute_vm-web-2-address"]}
	if diff := cmp.Diff(addresses, lb["target_addresses"]); diff != "" {
		t.Error(diff)
	}
	if outputs["compute_vm-web-address"] != "10.0.125.157" || outputs["compute_vm-web-public_address"] != "198.18.125.157" {
		t.Errorf("addresses are not made from names alone: %v", outputs)
	}
}

// MustRead reads a file.
func MustRead(t testing.TB, name string) string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// A value that can change in place does; one that cannot, replaces.
func TestChangesOfAStack(t *testing.T) {
	t.Parallel()
	c := MustLoad(t)
	in := catalog.Composition{Provider: "sandbox", Region: "eu-1", Settings: map[string]any{"sandbox_seconds": 0}}
	set := func(raw map[string]string) catalog.Composed {
		raw["name"] = "web"
		in.Resources = []project.Resource{MustCheck(t, c, "compute_vm", raw)}
		return MustCompose(t, c, in)
	}
	d := MustDirectory(t, set(map[string]string{}))
	d.MustApply(t)
	for _, step := range []struct {
		raw  map[string]string
		want string
	}{
		{map[string]string{"size": "large", "disk_gib": "30"}, "0 added, 1 changed, 0 destroyed"},
		{map[string]string{"size": "large", "disk_gib": "30", "image": "ubuntu-24.04"}, "1 added, 0 changed, 1 destroyed"},
		{map[string]string{"size": "large", "disk_gib": "30", "image": "ubuntu-24.04"}, "0 added, 0 changed, 0 destroyed"},
	} {
		d.MustWrite(t, set(step.raw))
		if said := d.MustApply(t); !strings.Contains(said, step.want) {
			t.Errorf("%v: want %s:\n%s", step.raw, step.want, said)
		}
	}
}

// Each kind with nothing but a name.
func TestMinimalKinds(t *testing.T) {
	t.Parallel()
	c := MustLoad(t)
	in := catalog.Composition{Provider: "sandbox", Region: "ap-1", Settings: map[string]any{"sandbox_seconds": 0}}
	for _, k := range c.Kinds("sandbox") {
		in.Resources = append(in.Resources, MustCheck(t, c, k.Name, map[string]string{"name": "x"}))
	}
	in.Resources = slicesWithout(in.Resources, "vpc") // no network: the default one
	d := MustDirectory(t, MustCompose(t, c, in))
	d.MustRun(t, "validate", "-no-color")
	d.MustApply(t)
	resources, _ := d.MustState(t)
	if len(resources) != 4 || resources["database-x"].Output["network_id"] != nil {
		t.Errorf("state holds %v", resources)
	}
}

func slicesWithout(resources []project.Resource, kind string) []project.Resource {
	var kept []project.Resource
	for _, r := range resources {
		if r.Kind != kind {
			kept = append(kept, r)
		}
	}
	return kept
}

// The ways to make a deployment fail on purpose, each with a readable reason.
func TestFailuresOnPurpose(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		image    string
		settings map[string]any
		planned  bool
		want     string
	}{
		"the machine does not boot": {image: "broken", planned: true, want: `the image "broken" does not boot`},
		"the plan is refused":       {image: "withdrawn", want: `The image "withdrawn" is not offered in eu-1`},
		"a setting names the resource": {
			image: "debian-12", planned: true, settings: map[string]any{"sandbox_fail": "vpc.other,compute_vm.web"},
			want: "the sandbox was told to fail compute_vm.web",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := MustLoad(t)
			counter := filepath.Join(t.TempDir(), "counter")
			in := catalog.Composition{Provider: "sandbox", Region: "eu-1", Settings: map[string]any{"sandbox_seconds": 0, "sandbox_counter": counter}}
			for key, value := range tc.settings {
				in.Settings[key] = value
			}
			in.Resources = []project.Resource{
				MustCheck(t, c, "vpc", map[string]string{"name": "main"}),
				MustCheck(t, c, "compute_vm", map[string]string{"name": "web", "image": tc.image}),
			}
			d := MustDirectory(t, MustCompose(t, c, in))
			said, err := d.Run(t, "apply", "-no-color", "-input=false", "-auto-approve")
			if err == nil || !strings.Contains(strings.Join(strings.Fields(said), " "), tc.want) {
				t.Fatalf("err %v, want one that says %q:\n%s", err, tc.want, said)
			}
			if !tc.planned {
				return
			}
			if got := MustRead(t, counter); got != "vpc.main\n" {
				t.Errorf("created: %q, want the network alone", got)
			}
		})
	}
}

func TestTemplatesAreFormatted(t *testing.T) {
	t.Parallel()
	d := directory{path: "../../templates", bin: "terraform"}
	if out, err := d.Run(t, "fmt", "-check", "-diff", "-recursive", "-no-color"); err != nil {
		t.Errorf("terraform fmt: %v\n%s", err, out)
	}
}
