package catalog_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
)

const cloudProvider = `{"default_region": "a-1", "regions": [{"name": "a-1"}, {"name": "b-2"}],
	"identity": {"data": "acme_whoami", "arguments": {"quick": true}, "says": "name"},
	"plugins": {"acme": {"source": "example/acme", "version": "1.2.3", "configuration": {"region": "{region}", "retry": [{"in": "{region}", "times": 3}]}}}}`

// A provider's plugins are in the root module, configured for the region, whether or
// not anything is left to deploy.
func TestPlugins(t *testing.T) {
	t.Parallel()
	c := MustLoadLab(t, map[string]string{
		"lab/provider.json": cloudProvider, "lab/.terraform.lock.hcl": "# pinned\n",
		"lab/thing/main.tf": "terraform {\n  required_providers {\n    acme = { source = \"example/acme\" }\n  }\n}\n\nresource \"acme_thing\" \"this\" {}\n",
	})
	if lines := problemLines(c); len(lines) > 0 {
		t.Fatalf("problems: %q", lines)
	}
	for _, resources := range [][]project.Resource{nil, {{Kind: "thing", Name: "one"}}} {
		out, err := c.Compose(catalog.Composition{Provider: "lab", Region: "b-2", Resources: resources})
		if err != nil {
			t.Fatal(err)
		}
		var root struct {
			Terraform struct {
				Required map[string]map[string]string `json:"required_providers"`
			}
			Provider map[string]any
		}
		if err := json.Unmarshal(out.Files[catalog.RootFile], &root); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]map[string]string{"acme": {"source": "example/acme", "version": "1.2.3"}}, root.Terraform.Required); diff != "" {
			t.Error(diff)
		}
		want := map[string]any{"acme": map[string]any{"region": "b-2", "retry": []any{map[string]any{"in": "b-2", "times": 3.0}}}}
		if diff := cmp.Diff(want, root.Provider); diff != "" {
			t.Error(diff)
		}
		if len(out.Plugins.All) != 1 || out.Plugins.All[0].Source != "example/acme" || string(out.Plugins.Lock) != "# pinned\n" {
			t.Errorf("plugins are %+v", out.Plugins)
		}
	}

	p, _ := c.Provider("lab")
	check, ok, err := p.IdentityCheck()
	if err != nil || !ok {
		t.Fatalf("identity: %t, %v", ok, err)
	}
	for _, part := range []string{`"acme_whoami"`, `"quick": true`, `"value": "${data.acme_whoami.this.name}"`, `"region": "a-1"`} {
		if !strings.Contains(string(check.Files[catalog.RootFile]), part) {
			t.Errorf("the check lacks %s:\n%s", part, check.Files[catalog.RootFile])
		}
	}
	sandbox, _ := MustLoad(t).Provider("sandbox")
	if _, ok, err := sandbox.IdentityCheck(); ok || err != nil {
		t.Errorf("the sandbox is asked who one is: %v", err)
	}
}

// What a provider.json and its modules may not say of plugins.
func TestBrokenPlugins(t *testing.T) {
	t.Parallel()
	const good = `"default_region": "a-1", "regions": [{"name": "a-1"}]`
	for name, c := range map[string]struct{ provider, module, want string }{
		"a range of versions": {`{` + good + `, "plugins": {"acme": {"source": "example/acme", "version": "~> 1.2"}}}`, "", "not exact"},
		"no source":           {`{` + good + `, "plugins": {"acme": {"version": "1.2.3"}}}`, "", "no address"},
		"an alias":            {`{` + good + `, "plugins": {"acme": {"source": "example/acme", "version": "1.2.3", "configuration": {"alias": "x"}}}}`, "", "aliases are the engine's"},
		"a name":              {`{` + good + `, "plugins": {"ac-me": {"source": "example/acme", "version": "1.2.3"}}}`, "", "small letters"},
		"identity":            {`{` + good + `, "identity": {"data": "x y"}}`, "", "no data source"},
		"an unknown plugin":   {`{` + good + `}`, "terraform {\n  required_providers {\n    acme = { source = \"example/acme\" }\n  }\n}\n", "lab/thing/main.tf:3: the plugin acme (example/acme) is not among those of lab"},
		"another source":      {cloudProvider, "terraform {\n  required_providers {\n    acme = { version = \"1.2.3\" }\n  }\n}\n", "hashicorp/acme"},
		"a provider block":    {cloudProvider, "provider \"acme\" {}\n", "has no provider block"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := MustLoadLab(t, map[string]string{"lab/provider.json": c.provider, "lab/thing/main.tf": c.module})
			if lines := strings.Join(problemLines(l), "\n"); !strings.Contains(lines, c.want) {
				t.Errorf("problems: %s", lines)
			}
			if _, ok := l.Kind("lab", "thing"); ok {
				t.Error("the kind is offered")
			}
		})
	}
}
