package cost

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/cloud-engine/cloudengine/internal/cost/mapping"
)

// What is assumed on a way that was not taken is not said.
func TestOnlyWhatIsUsedIsAssumed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kind, region string
		of           obj
		never        string
	}{
		"no replicas":      {"google_redis_instance", "us-central1", obj{"memory_size_gb": 4, "tier": "BASIC"}, "read replicas"},
		"a global address": {"azurerm_public_ip", "eastus", obj{"sku_tier": "Global", "allocation_method": "Static", "location": "eastus"}, "Standard address"},
		"a subnet told":    {"aws_instance", "us-east-1", machineOf("m5.large").with("associate_public_ip_address", true), "public IPv4"},
		"inside":           {"aws_lb", "us-east-1", obj{"internal": true}, "public IPv4"},
		"one kind of node": {"aws_eks_node_group", "us-east-1", obj{"instance_types": array{"m5.large"}, "scaling_config": array{obj{"desired_size": 1}}}, "instance type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := resourceAt(t, estimate(t, planOf(tc.region, created(tc.kind, "x", tc.of)), Options{Region: tc.region}), tc.kind+".x")
			if slices.ContainsFunc(r.Assumptions, func(a string) bool { return strings.Contains(a, tc.never) }) {
				t.Errorf("%q", r.Assumptions)
			}
		})
	}
}

// A conditional is made of both its branches, and so are its assumptions: none stands
// in a branch, but beside one that fails.
func TestNoAssumptionInABranch(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(mapping.Files, "*.hcl")
	if err != nil || len(names) == 0 {
		t.Fatal(err, names)
	}
	for _, name := range names {
		raw, err := fs.ReadFile(mapping.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		file, diags := hclsyntax.ParseConfig(raw, name, hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		visit(file.Body.(*hclsyntax.Body), func(c *hclsyntax.ConditionalExpr) {
			if calls := func(f string) bool { return callsIn(c.TrueResult, f) || callsIn(c.FalseResult, f) }; calls("assume") && !calls("fail") {
				t.Errorf("%s: an assumption in a branch", c.Range())
			}
		})
	}
}

// visit calls found for each conditional whose value counts; labels are but shown.
func visit(body *hclsyntax.Body, found func(*hclsyntax.ConditionalExpr)) {
	for name, a := range body.Attributes {
		if name == "label" {
			continue
		}
		_ = hclsyntax.VisitAll(a.Expr, func(n hclsyntax.Node) hcl.Diagnostics {
			if c, ok := n.(*hclsyntax.ConditionalExpr); ok {
				found(c)
			}
			return nil
		})
	}
	for _, b := range body.Blocks {
		visit(b.Body, found)
	}
}

func callsIn(e hclsyntax.Expression, name string) (calls bool) {
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		c, ok := n.(*hclsyntax.FunctionCallExpr)
		calls = calls || ok && c.Name == name
		return nil
	})
	return calls
}

// Storage that is as fast as a larger one costs as much as that.
func TestPerformanceTierOfPostgreSQL(t *testing.T) {
	t.Parallel()
	for tier, priced := range map[string]bool{"": true, "P4": true, "P10": false} {
		of := obj{"sku_name": "GP_Standard_D4s_v3", "storage_mb": 32768, "storage_tier": tier, "location": "westus"}
		r := resourceAt(t, estimate(t, planOf("us-east-1", created("azurerm_postgresql_flexible_server", "x", of)), Options{Region: "westus"}), "azurerm_postgresql_flexible_server.x")
		if c := r.Components[1]; (c.State == Priced) != priced {
			t.Errorf("tier %q: %+v", tier, c)
		}
	}
}
