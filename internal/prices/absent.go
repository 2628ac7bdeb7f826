package prices

import (
	"slices"
	"strings"
)

// Absent are keys that estimates look up and that no import brings: an estimate uses
// the price that came with the program, where there is one, and says of which day it
// is; else the component is not priced. In Key, * stands for any text without a slash.
type Absent struct{ Provider, Key, Why string }

// Why keys are absent.
const (
	// A rule is written for rows whose names were recorded, never from memory.
	notRecorded = "no row of it was recorded, and so its names in the provider's list are not known"
	spot        = "spot prices move from hour to hour: those of last week would be wrong"
	bundled     = "it is sold with a licence, a local disk or an accelerator, of which no row was recorded"
	allowance   = "the list prices it by what an account or a project has in all, or per machine behind it"
)

// NotBrought are the keys that the mappings use and no importer brings. A test holds
// that each key of a mapping is either brought or here.
func NotBrought() []Absent {
	var list []Absent
	for _, of := range []struct{ provider, why, keys string }{
		{"aws", notRecorded, `cloudwatch.metric ec2.instance/*/linux/dedicated ec2.instance/*/linux/host fargate.vcpu/windows/* fargate.memory/windows/* fargate.storage/*
			rds.instance/*/oracle-*/* rds.instance/*/sqlserver-*/* rds.instance/*/db2-*/* rds.storage/*/oracle-*/* rds.storage/*/sqlserver-*/* rds.storage/*/db2-*/*
			rds.storage/io2/*/* rds.iops/io2/* rds.throughput/gp3/*`},

		{"azure", notRecorded, `appgw.hours/* appgw.capacity/* appgw.data/* aks.cluster/premium lb.gateway.hours lb.rule public_ip/global/* public_ip/*/dynamic public_ip.ddos
			disk.operations/* disk.operations/*/*/* disk.capacity/* disk.iops/* disk.throughput/*
			redis/*/* postgres.flexible/* postgres.flexible.backup/* mysql.flexible/* mysql.flexible.storage mysql.flexible.iops mysql.flexible.io mysql.flexible.backup/*
			storage.blob/premium/* storage.blob.writes/premium/* storage.blob.reads/*/* storage.blob.retrieval/*/*
			storage.files/*/* storage.files.writes/*/* storage.files.reads/*/* storage.files.retrieval/*/*
			storage.pages/*/* storage.pages.writes/*/* storage.pages.reads/*/* storage.pages.retrieval/*/*
			container_app.vcpu container_app.memory container_app.requests container_app.management container_app.node/* key_vault.operations/*
			logs.data logs.storage dns.public dns.public.queries dns.private dns.private.queries`},
		{"azure", bundled, `vm/*/rhel vm/*/sles vm.licence/sqlserver/*/* marketplace/*/*/*`},
		{"azure", spot, `vm/*/*/spot`},

		{"gcp", notRecorded, `compute.disk/pd-extreme compute.disk/hyperdisk-* compute.disk/local-ssd compute.disk/*/regional compute.disk.iops/* compute.disk.iops/*/regional
			compute.disk.throughput/* compute.disk.throughput/*/regional compute.snapshot gke.autopilot.vcpu gke.autopilot.memory vpn.tunnel
			redis.basic.node/* redis.standard.node/* sql.backup sql.instance/*/* sql.instance/*/*/* sql.instance/*/*/*/* sql.licence/*/* sql.vcpu/*/* sql.vcpu/*/*/* sql.ram/*/* sql.ram/*/*/*
			storage.operations_a/* storage.operations_b/* storage.retrieval/* run.vcpu run.memory run.requests secret.accesses secret.version
			compute.instance/c4d-* compute.instance/c4n-* compute.instance/n4a-* compute.instance/n4d-* compute.instance/h3-* compute.instance/z3-* compute.instance/custom-*
			compute.instance/f1-micro compute.instance/g1-small compute.instance/m1-* compute.instance/m2-* compute.instance/m3-* compute.instance/m4-*`},
		{"gcp", bundled, `compute.gpu/* compute.licence/*/* compute.instance/a2-* compute.instance/a3-* compute.instance/g2-* compute.instance/g4-*
			compute.instance/*-lssd compute.instance/*-metal`},
		{"gcp", spot, `compute.instance/*/spot compute.core/*/spot compute.ram/*/spot compute.gpu/*/spot compute.disk/local-ssd/spot address/in-use/spot`},
		{"gcp", allowance, `lb.rule lb.data nat.hours nat.private.hours nat.private.data`},
	} {
		for key := range strings.FieldsSeq(of.keys) {
			list = append(list, Absent{of.provider, key, of.why})
		}
	}
	return list
}

// Unseen are the keys of rules for rows that were never recorded, by provider: their
// names are as others quote them. Where a list does not have them, the price that came
// with the program stays in use; what they bring is checked like any other.
func Unseen() map[string][]string {
	keys := map[string][]string{}
	for provider, rules := range map[string]ruleset{"aws": awsRules, "azure": azureRules, "gcp": gcpRules} {
		for _, r := range rules {
			if r.unseen {
				keys[provider] = append(keys[provider], r.key)
			}
		}
		keys[provider] = slices.Compact(slices.Sorted(slices.Values(keys[provider])))
	}
	return keys
}
