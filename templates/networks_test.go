package templates_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/catalog"
)

// Networks have private ranges, of any cloud's choice that it does not keep for itself.
func TestNetworkRanges(t *testing.T) {
	t.Parallel()
	c := mustLoad(t)
	for _, p := range c.Providers() {
		if len(p.Plugins.All) == 0 {
			continue
		}
		for cidr, want := range map[string]bool{
			"10.20.0.0/16": true, "172.20.0.0/18": true, "192.168.0.0/20": true,
			"10.20.0.1/16": false, "8.8.0.0/16": false, "100.64.0.0/16": false, "172.15.0.0/16": false, "172.32.0.0/16": false,
			"172.30.0.0/16": p.Name != "azure", "172.31.128.0/17": p.Name != "azure",
		} {
			if got := takesRange(t, c, p.Name, cidr); got != want {
				t.Errorf("a network of %s takes %s: %v, want %v", p.Name, cidr, got, want)
			}
		}
	}
}

// clusterRanges are how plans write the addresses of pods and services.
var clusterRanges = regexp.MustCompile(`(?m)^  (?:.*\.)?((?:pod|service)_cidr|service_ipv4_cidr|(?:cluster|services)_ipv4_cidr_block) = "(.*)"$`)

// What clusters take for pods and services is never a network's: their own choice is
// outside of what networks take, or the cloud chooses what is free, of a size.
func TestClustersBesideNetworks(t *testing.T) {
	t.Parallel()
	c := mustLoad(t)
	for _, provider := range []string{"aws", "azure", "gcp"} {
		for _, variant := range []string{minimal, "full"} {
			raw, err := os.ReadFile(filepath.Join("testdata", provider, "kubernetes-"+variant+".plan"))
			if err != nil {
				t.Fatal(err)
			}
			found := clusterRanges.FindAllStringSubmatch(string(raw), -1)
			if provider != "aws" && len(found) < 2 {
				t.Errorf("%s, %s: found %d ranges of pods and services", provider, variant, len(found))
			}
			for _, m := range found {
				if name, cidr := m[1], m[2]; cidr[0] != '/' && takesRange(t, c, provider, cidr) {
					t.Errorf("%s, %s: the cluster's %s is %s, and a network may be just that", provider, variant, name, cidr)
				}
			}
		}
	}
}

// takesRange reports whether the form of a cloud's network takes a range.
func takesRange(t *testing.T, c *catalog.Catalog, provider, cidr string) bool {
	t.Helper()
	k, ok := c.Kind(provider, "vpc")
	if !ok {
		t.Fatalf("%s has no networks", provider)
	}
	_, faults := k.Check(map[string]string{catalog.NameField: name, "cidr": cidr})
	return len(faults) == 0
}

// SSH, databases and the APIs of clusters are never open to everybody, not in halves either.
func TestNeverOpenToEverybody(t *testing.T) {
	t.Parallel()
	c := mustLoad(t)
	tested := 0
	for _, p := range c.Providers() {
		if len(p.Plugins.All) == 0 {
			continue
		}
		cases := mustCases(t, p.Name)
		for kind, field := range map[string]string{"compute_vm": "ssh_cidrs", "database": "allowed_cidrs", "kubernetes": "allowed_cidrs"} {
			k, _ := c.Kind(p.Name, kind)
			if _, ok := k.Variable(field); !ok {
				continue
			}
			tested++
			for cidrs, want := range map[string]bool{
				"203.0.113.0/24": true, "0.0.0.0/0": false, "203.0.113.0/24\n0.0.0.0/0": false, "0.0.0.0/1\n128.0.0.0/1": false,
			} {
				raw := maps.Clone(cases[kind].Settings["full"])
				raw[catalog.NameField], raw[field] = name, cidrs
				if _, faults := k.Check(raw); (len(faults) == 0) != want {
					t.Errorf("%s/%s takes %s %q: %v, want %v", p.Name, kind, field, cidrs, faults, want)
				}
			}
		}
	}
	if tested < 7 {
		t.Errorf("only %d kinds have ranges to test", tested)
	}
}
