package templates_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	tfjson "github.com/hashicorp/terraform-json"
)

// labelled are the attributes by which clouds tell whose a thing is, by the first word
// of a resource's type.
var labelled = map[string][]string{
	"aws": {"tags"}, "azurerm": {"tags"}, "google": {"labels", "resource_labels"}, "hcloud": {"labels"},
}

// checkLabels: everything that takes labels says whose it is.
func checkLabels(t *testing.T, p *tfjson.Plan, labels map[string]string) {
	t.Helper()
	for _, c := range p.ResourceChanges {
		if !c.Change.Actions.Create() {
			continue
		}
		after, _ := c.Change.After.(map[string]any)
		cloud, _, _ := strings.Cut(c.Type, "_")
		for _, name := range labelled[cloud] {
			value, has := after[name]
			if !has {
				continue
			}
			given, _ := value.(map[string]any)
			for label, want := range labels {
				if given[label] != want {
					t.Errorf("%s has no %s %s = %q", c.Address, name, label, want)
				}
			}
		}
	}
}

// toAll is how plans say that anybody may come in.
var toAll = regexp.MustCompile(`^(source_ranges|source_address_prefix(es)?|.*authorized_networks.*|.*public_access_cidrs|ingress.*cidr_blocks|cidr_ipv[46]|rule\[\d+\]\.source_ips|.*authorized_ip_ranges)(\[\d+\])? = "(0\.0\.0\.0/0|::/0|\*|Internet)"`)

// checkClosed: unless people ask, nobody comes in from everywhere.
func checkClosed(t *testing.T, p *tfjson.Plan) {
	t.Helper()
	for _, c := range p.ResourceChanges {
		after, _ := c.Change.After.(map[string]any)
		if strings.Contains(c.Type, "egress") || after["direction"] == "EGRESS" || after["direction"] == "Outbound" || after["access"] == "Deny" {
			continue
		}
		for _, line := range lines("", c.Change.After, nil) {
			if toAll.MatchString(line) {
				t.Errorf("%s lets everybody in, unasked: %s", c.Address, line)
			}
		}
	}
}

func TestToAll(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		`source_ranges[0] = "0.0.0.0/0"`:                                                true,
		`source_address_prefix = "*"`:                                                   true,
		`cidr_ipv4 = "0.0.0.0/0"`:                                                       true,
		`rule[2].source_ips[1] = "::/0"`:                                                true,
		`source_ranges[0] = "10.0.0.0/8"`:                                               false,
		`destination_address_prefix = "*"`:                                              false,
		`ingress[0].cidr_blocks[0] = "::/0"`:                                            true,
		`rule[0].destination_ips[0] = "::/0"`:                                           false,
		`vpc_config[0].public_access_cidrs[0] = "0.0.0.0/0"`:                            true,
		`settings[0].ip_configuration[0].authorized_networks[0].value = "0.0.0.0/0"`:    true,
		`api_server_access_profile[0].authorized_ip_ranges[0] = "0.0.0.0/0"`:            true,
		`master_authorized_networks_config[0].cidr_blocks[0].cidr_block = "10.0.0.0/8"`: false,
	} {
		if toAll.MatchString(line) != want {
			t.Errorf("%s: want %v", line, want)
		}
	}
}

// What people read beside a field of a form is not cut off: Discord shows 100 characters.
func TestDescriptionsFit(t *testing.T) {
	t.Parallel()
	c := mustLoad(t)
	for _, p := range c.Providers() {
		for _, k := range c.Kinds(p.Name) {
			for _, v := range k.Variables {
				if first, _, _ := strings.Cut(v.Description, "\n"); v.Asked && utf8.RuneCountInString(first) > 100 {
					t.Errorf("%s/%s: the first line on %s has %d characters: %s", p.Name, k.Name, v.Name, utf8.RuneCountInString(first), first)
				}
			}
		}
	}
}
