package cost

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What the sandbox's resources cost, by hand from its price list. The machine:
// 730 × 0.04 + 20 × 0.1 = 31.2 of size medium, 730 × 0.12 + 20 × 0.1 = 89.6 of size
// large. The network: 730 × 0.01 = 7.3.
func TestPlansOfTerraform(t *testing.T) {
	t.Parallel()
	const more, goesOn = "+$58.40/month (+$0.080/hour), 1 of 1 resources priced", "it goes on costing, and is no longer managed here"
	for name, tc := range map[string]struct {
		want      string
		forgotten string
		resources []string
		summary   string
		says      string
		err       error
	}{
		// What is forgotten leaves the stack, and saves nothing.
		"forget": {want: "7.3 -> 7.3 (0)", forgotten: "31.2", resources: []string{"terraform_data.net", "terraform_data.web"}, says: goesOn,
			summary: "$0.00/month ($0.000/hour), 2 of 2 resources priced, $31.20/month goes on and is no longer managed here"},
		"moved": {want: "31.2 -> 31.2 (0)", forgotten: "0", resources: []string{"terraform_data.server"}, summary: "$0.00/month"},
		// Terraform's own resource is imported without its input.
		"import":               {want: "0 -> 7.3 (7.3)", forgotten: "0", resources: []string{"terraform_data.net"}, summary: "+$7.30/month", says: "it is there already, and is managed here from now on"},
		"replace":              {want: "31.2 -> 89.6 (58.4)", forgotten: "0", resources: []string{"terraform_data.web"}, summary: more},
		"replace_create_first": {want: "31.2 -> 89.6 (58.4)", forgotten: "0", resources: []string{"terraform_data.web"}, summary: more},
		// The new machine is there already, the old one could not be destroyed.
		"deposed": {want: "120.8 -> 89.6 (-31.2)", forgotten: "0", resources: []string{"terraform_data.user", "terraform_data.web", "terraform_data.web (deposed)"}, summary: "-$31.20/month"},
		"target":  {want: "0 -> 7.3 (7.3)", forgotten: "0", resources: []string{"terraform_data.net"}, summary: "+$7.30/month (+$0.010/hour), 1 of 1 resources priced, the plan is not complete: what Terraform left out is not in it"},
		"empty":   {want: "0 -> 0 (0)", forgotten: "0", summary: "no resources"},
		"errored": {err: ErrFailedPlan},
		"state":   {err: ErrNotAPlan, says: "it is a state"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := FromPlan(madeByTerraform(t, name), Options{Book: seedBook(t)})
			if !errors.Is(err, tc.err) {
				t.Fatalf("got %v, want %v", err, tc.err)
			}
			if err != nil {
				if !strings.Contains(err.Error(), tc.says) {
					t.Errorf("it says %v, not %q", err, tc.says)
				}
				return
			}
			var addresses []string
			for _, r := range e.Resources {
				addresses = append(addresses, r.Address)
			}
			slices.Sort(addresses)
			if diff := cmp.Diff(tc.resources, addresses); diff != "" || e.Priced != len(tc.resources) {
				t.Errorf("%d priced: %s", e.Priced, diff)
			}
			if e.Monthly.String() != tc.want || e.Forgotten.String() != tc.forgotten || !e.AtLeast().Equal(e.Monthly.After.Decimal) {
				t.Errorf("%s, %s forgotten, at least %s; want %s, %s", e.Monthly, e.Forgotten, e.AtLeast(), tc.want, tc.forgotten)
			}
			if !strings.HasPrefix(e.Summary(), tc.summary) || !strings.Contains(e.Table(), tc.says) {
				t.Errorf("it says %s\n%s", e.Summary(), e.Table())
			}
			checkSums(t, e)
		})
	}
}

// madeByTerraform is what Terraform showed of a plan of testdata/changes. With
// -update it plans again.
func madeByTerraform(t *testing.T, name string) []byte {
	t.Helper()
	dir := filepath.Join("testdata", "changes", name)
	path := filepath.Join(dir, "plan.json")
	if *update {
		if err := os.WriteFile(path, append(planWithTerraform(t, dir), '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func planWithTerraform(t *testing.T, dir string) []byte {
	t.Helper()
	work := t.TempDir()
	terraform := func(fails bool, args ...string) []byte {
		t.Helper()
		c := exec.CommandContext(t.Context(), "terraform", args...)
		c.Dir = work
		c.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE="+os.DevNull)
		out, err := c.Output()
		if (err != nil) != fails {
			t.Fatalf("terraform %q: %v\n%s", args, err, out)
		}
		return out
	}
	configure := func(name string) bool {
		t.Helper()
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) {
			return false
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(work, "main.tf"), raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		return true
	}
	configure("before.tf")
	terraform(false, "init")
	terraform(false, "apply", "-auto-approve")
	if configure("failing.tf") {
		terraform(true, "apply", "-auto-approve")
	}
	show := []string{"show", "-json"}
	if configure("after.tf") {
		plan := []string{"plan", "-out=plan.bin"}
		if filepath.Base(dir) == "target" {
			plan = append(plan, "-target=terraform_data.net")
		}
		terraform(filepath.Base(dir) == "errored", plan...)
		show = append(show, "plan.bin")
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, bytes.TrimSpace(terraform(false, show...)), "", " "); err != nil {
		t.Fatal(err)
	}
	return pretty.Bytes()
}
