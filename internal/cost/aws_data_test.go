package cost

import (
	"slices"
	"strings"
	"testing"
)

// What of gp3 is free depends on the engine and on the size; what is more has a
// quantity, or a reason why it has none.
func TestFreePerformanceOfDatabases(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		engine           string
		gb, iops, flow   any
		wantIOPS, wantMB string // quantities; empty: there is nothing to be paid for
	}{
		"small":                {"postgres", 100, nil, nil, "", ""},
		"what is free":         {"postgres", 400, 12000, 500, "", ""},
		"large":                {"mysql", 400, 15000, 700, "3000", "200"},
		"just not large":       {"mysql", 399, 3001, 126, "1", "1"},
		"Oracle":               {"oracle-ee", 200, 13000, 500, "1000", ""},
		"a small Oracle":       {"oracle-se2", 199, 4000, 125, "1000", ""},
		"SQL Server":           {"sqlserver-se", 1000, 4000, 200, "1000", "75"},
		"nothing of its size":  {"postgres", nil, nil, nil, "", ""},
		"IOPS but of no size":  {"postgres", nil, 13000, nil, "not set: allocated_storage", ""},
		"SQL Server, no size ": {"sqlserver-se", nil, 4000, nil, "1000", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := func(key, unit string) Price { return price("aws", "us-east-1", key, unit, "1") }
			of := obj{"engine": tc.engine, "instance_class": "db.m5.large", "storage_type": "gp3", "allocated_storage": tc.gb, "iops": tc.iops, "storage_throughput": tc.flow}
			book := smallBook(in("rds.iops/gp3/single", UnitIOPSMonth), in("rds.throughput/gp3/single", UnitMiBpsMonth))
			r := resourceAt(t, estimate(t, planOf("us-east-1", created("aws_db_instance", "x", of)), Options{Book: book}), "aws_db_instance.x")
			got := map[string]string{}
			for _, c := range r.Components {
				got[c.id] = c.Reason
				if c.State == Priced {
					got[c.id] = c.Quantity.String()
				}
			}
			if got["iops"] != tc.wantIOPS || got["throughput"] != tc.wantMB {
				t.Errorf("%s IOPS and %s MiB/s, want %s and %s", got["iops"], got["throughput"], tc.wantIOPS, tc.wantMB)
			}
		})
	}
}

// A replica is as its source is.
func TestDatabaseReplica(t *testing.T) {
	t.Parallel()
	source := created("aws_db_instance", "source", obj{"id": "db-1", "engine": "postgres", "instance_class": "db.t3.large", "allocated_storage": 100, "storage_type": "gp2"})
	replica := created("aws_db_instance", "replica", obj{"replicate_source_db": "db-1", "instance_class": "db.t3.large", "publicly_accessible": true})
	r := resourceAt(t, estimate(t, planOf("us-east-1", source, replica), Options{}), "aws_db_instance.replica")
	// As in hand.txt, and an address.
	if want := calculate(t, "730 * 0.145 + 100 * 0.115 + 730 * 0.005"); !r.Monthly.After.Equal(want) {
		t.Errorf("%s, want %s: %q", r.Monthly.After, want, states(r))
	}
}

// Balancers that face the internet have an address in each subnet.
func TestAddressesOfBalancers(t *testing.T) {
	t.Parallel()
	two := array{"subnet-1", "subnet-2"}
	const none = "no public IPv4 addresses assumed"
	for name, tc := range map[string]struct {
		kind string
		of   obj
		want string // of addresses alone
		says bool
	}{
		"of the internet":      {"aws_lb", obj{"internal": false, "subnets": two}, "2 * 730 * 0.005", false},
		"inside":               {"aws_lb", obj{"internal": true, "subnets": two}, "0", false},
		"a gateway":            {"aws_lb", obj{"load_balancer_type": "gateway", "subnets": two}, "0", false},
		"with IPv6 alone":      {"aws_lb", obj{"ip_address_type": "dualstack-without-public-ipv4", "subnets": two}, "0", false},
		"addresses of its own": {"aws_lb", obj{"load_balancer_type": "network", "subnets": two, "subnet_mapping": array{obj{"allocation_id": "eip-1"}, obj{"allocation_id": ""}}}, "730 * 0.005", false},
		"subnets elsewhere":    {"aws_lb", obj{}, "0", true},
		"classic":              {"aws_elb", obj{"internal": false, "subnets": two}, "2 * 730 * 0.005", false},
		"classic, inside":      {"aws_elb", obj{"internal": true, "subnets": two}, "0", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			book := smallBook(price("aws", "us-east-1", "vpc.public_ipv4", UnitHour, "0.005"))
			r := resourceAt(t, estimate(t, planOf("us-east-1", created(tc.kind, "x", tc.of)), Options{Book: book}), tc.kind+".x")
			if want := calculate(t, tc.want); !r.Monthly.After.Equal(want) {
				t.Errorf("%s, want %s: %+v", r.Monthly.After, want, r.Components)
			}
			if slices.Contains(r.Assumptions, none) != tc.says {
				t.Errorf("%q", r.Assumptions)
			}
		})
	}
}

// What is sold at other prices than the usual is not taken for the usual.
func TestOtherClassesAreNotPriced(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kind string
		of   obj
		want string
	}{
		"a table":     {"aws_dynamodb_table", obj{"billing_mode": "PAY_PER_REQUEST", "table_class": "STANDARD_INFREQUENT_ACCESS"}, "infrequent access"},
		"a log group": {"aws_cloudwatch_log_group", obj{"log_group_class": "INFREQUENT_ACCESS"}, "class INFREQUENT_ACCESS"},
		"replicas":    {"aws_dynamodb_table", obj{"billing_mode": "PAY_PER_REQUEST", "replica": array{obj{"region_name": "eu-west-1"}}}, "replicas of tables"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, _ := aws(t, tc.kind, tc.of); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, tc.want) }) {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}
