package catalog_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/project"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	c := MustLoad(t)
	vpc := project.Resource{Kind: "vpc", Name: "main"}
	vm := project.Resource{Kind: "compute_vm", Name: "web"}
	lb := project.Resource{Kind: "load_balancer", Name: "lb"}
	with := func(r project.Resource, values map[string]any) project.Resource {
		r.Values = values
		return r
	}
	type resources = []project.Resource
	for name, tc := range map[string]struct {
		provider, region string
		resources        resources
		want             []string
	}{
		"nothing":                           {resources: nil},
		"all that it needs":                 {resources: resources{lb, vm, vpc}},
		"unknown provider":                  {provider: "nowhere", want: []string{"Provider: nowhere is not one of aws, azure, gcp, hetzner, sandbox."}},
		"unknown region":                    {region: "mars-1", resources: resources{vpc}, want: []string{"Region: mars-1 is not one of eu-1, eu-2, us-1, ap-1."}},
		"a region that is gone, to be left": {region: "mars-1"},
		"no region at all":                  {region: "${x}", want: []string{"Region: ${x} is not one of eu-1, eu-2, us-1, ap-1."}},
		"unknown kind": {
			resources: resources{{Kind: "queue", Name: "q"}},
			want:      []string{"queue.q · Kind: queue is not one of vpc, compute_vm, database, bucket, load_balancer."},
		},
		"the same name twice": {
			resources: resources{vpc, vpc},
			want:      []string{"vpc.main · Name: There are two of this name: rename or remove one."},
		},
		"the same name for different kinds": {resources: resources{vpc, {Kind: "bucket", Name: "main"}}},
		"something missing, said once": {
			resources: resources{vpc, lb},
			want:      []string{"load_balancer.lb · Target: Needs a compute_vm in this stack: add one."},
		},
		"two networks": {
			resources: resources{vm, vpc, {Kind: "vpc", Name: "b"}},
			want:      []string{"compute_vm.web · Network: Could use vpc.b or vpc.main: edit compute_vm.web and choose one."},
		},
		"two networks, one chosen": {
			resources: resources{with(vm, map[string]any{"network_id": "vpc.b"}), vpc, {Kind: "vpc", Name: "b"}},
		},
		"a network that is gone": {
			resources: resources{with(vm, map[string]any{"network_id": "vpc.b"}), vpc},
			want:      []string{"compute_vm.web · Network: Uses vpc.b, which is not in this stack: add it, or edit compute_vm.web."},
		},
		"values that no longer fit": {
			resources: resources{with(vm, map[string]any{"size": "tiny", "disk_gib": []any{1.0}, "colour": "red", "sandbox_fail": "x"})},
			want: []string{
				"compute_vm.web · Size: tiny is not one of small, medium, large.",
				"compute_vm.web · Disk (GiB): 1 is not a whole number from 10 to 1000.",
				"compute_vm.web · sandbox_fail: A compute_vm no longer has this setting: edit the resource and save it again.",
				"compute_vm.web · colour: A compute_vm no longer has this setting: edit the resource and save it again.",
			},
		},
		"a null": {
			resources: resources{with(vm, map[string]any{"size": nil})},
			want:      []string{"compute_vm.web · Size: needed: one of small, medium, large."},
		},
		"a name that could be code": {
			resources: resources{{Kind: "vpc", Name: `x" ${file("/etc/passwd")}`}},
			want: []string{
				`vpc.x" ${file("/etc/passwd")} · Name: x" ${file("/etc/passwd")} is not 1 to 31 characters: small letters, digits and dashes, a letter first, no dash last.`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			provider, region := tc.provider, tc.region
			if provider == "" {
				provider = "sandbox"
			}
			if region == "" {
				region = "eu-1"
			}
			var got []string
			for _, f := range c.Validate(provider, region, tc.resources) {
				got = append(got, f.String())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
