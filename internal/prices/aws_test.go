package prices

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

// The recorded head of an EC2 file, as AWS wrote it.
func TestReadRecordedAWS(t *testing.T) {
	t.Parallel()
	var p page
	if err := readAWS(bytes.NewReader(recorded(t, "aws_offer_ec2_ebs_head.csv")), "AmazonEC2", "eu-west-3", today, &p); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range p.prices {
		got = append(got, strings.Join([]string{x.Provider, x.Region, x.Key, x.USD.String(), x.Unit, x.SKU}, " "))
	}
	want := "aws eu-west-3 ebs.storage/io1 0.145 GB-month F8HSDG64NTJKTEST, aws eu-west-3 ebs.storage/st1 0.053 GB-month EHKX3M49Y895TEST"
	if text := strings.Join(got, ", "); text != want || p.published.Format("2006-01-02") != "2020-10-19" {
		t.Errorf("got %s of %s", text, p.published)
	}
}

// A file without the columns that prices are told apart by is refused, whoever's it is.
func TestRecordedAWSWithOtherColumns(t *testing.T) {
	t.Parallel()
	var p page
	err := readAWS(bytes.NewReader(recorded(t, "aws_offer_comprehend_head.csv")), "AmazonEC2", "ap-south-1", today, &p)
	var shape *shapeError
	if !errors.As(err, &shape) || !strings.Contains(err.Error(), "has no column") {
		t.Errorf("got %v", err)
	}
}

// What a row is the price of. Amounts are worked out by hand: 40.96 per GiBps is
// 40.96 / 1024 = 0.04 per MiBps.
func TestAWSRules(t *testing.T) {
	t.Parallel()
	with := func(r row, column, value string) row {
		r[column] = value
		return r
	}
	for name, test := range map[string]struct {
		service string
		row     row
		want    string // keys, price and unit; empty: no price of ours
	}{
		"a machine":                 {"AmazonEC2", machineRow("m5.large", "0.096"), "ec2.instance/m5.large/linux/shared 0.096 hour"},
		"a Windows machine":         {"AmazonEC2", with(machineRow("m5.large", "0.188"), "Operating System", "Windows"), ""},
		"dedicated":                 {"AmazonEC2", with(machineRow("m5.large", "0.1"), "Tenancy", "Dedicated"), ""},
		"with SQL Server":           {"AmazonEC2", with(machineRow("m5.large", "0.5"), "Pre Installed S/W", "SQL Std"), ""},
		"a reservation not used":    {"AmazonEC2", with(machineRow("m5.large", "0.096"), "CapacityStatus", "UnusedCapacityReservation"), ""},
		"reserved":                  {"AmazonEC2", with(machineRow("m5.large", "0.06"), "TermType", "Reserved"), ""},
		"in yuan":                   {"AmazonEC2", with(machineRow("m5.large", "0.9"), "Currency", "CNY"), ""},
		"in a city":                 {"AmazonEC2", with(machineRow("m5.large", "0.1"), "Location Type", "AWS Local Zone"), ""},
		"a unit nobody knows":       {"AmazonEC2", with(machineRow("m5.large", "0.1"), "Unit", "Fortnights"), ""},
		"gp3 throughput":            {"AmazonEC2", row{"Product Family": "Provisioned Throughput", "usageType": "USE2-EBS:VolumeP-Throughput.gp3", "Unit": "GiBps-mo", "PricePerUnit": "40.96"}, "ebs.throughput/gp3 0.04 MiBps-month"},
		"io1 operations":            {"AmazonEC2", row{"Product Family": "System Operation", "usageType": "EU-EBS:VolumeP-IOPS.piops", "Unit": "IOPS-Mo", "PricePerUnit": "0.072"}, "ebs.iops/io1 0.072 IOPS-month"},
		"io2 beyond 32,000":         {"AmazonEC2", row{"Product Family": "System Operation", "usageType": "EU-EBS:VolumeP-IOPS.io2.tier2", "Unit": "IOPS-Mo", "PricePerUnit": "0.0504"}, "ebs.iops/io2 0.0504 IOPS-month 32000-64000"},
		"NAT":                       {"AmazonEC2", row{"Product Family": "NAT Gateway", "usageType": "EU-NatGateway-Hours", "PricePerUnit": "0.048"}, "nat.hours 0.048 hour"},
		"provided NAT":              {"AmazonEC2", row{"Product Family": "NAT Gateway", "usageType": "EU-NatGateway-Prvd-Bytes", "Unit": "GB", "PricePerUnit": "0"}, ""},
		"ALB":                       {"AWSELB", row{"Product Family": "Load Balancer-Application", "usageType": "LoadBalancerUsage", "PricePerUnit": "0.0225"}, "elb.hours/application 0.0225 hour"},
		"NLB":                       {"AWSELB", row{"Product Family": "Load Balancer-Network", "usageType": "LCUUsage", "Unit": "LCU-Hrs", "PricePerUnit": "0.006"}, "elb.lcu/network 0.006 LCU-hour"},
		"classic":                   {"AWSELB", row{"Product Family": "Load Balancer", "usageType": "USW2-LoadBalancerUsage", "PricePerUnit": "0.025"}, "elb.hours/classic 0.025 hour"},
		"ALB on an Outpost":         {"AWSELB", row{"Product Family": "Load Balancer-Application", "usageType": "EU-Outposts-LoadBalancerUsage", "PricePerUnit": "0.0252"}, ""},
		"ALB's trust store":         {"AWSELB", row{"Product Family": "Load Balancer-Application", "usageType": "TS-LoadBalancerUsage", "PricePerUnit": "0.0056"}, ""},
		"RDS":                       {"AmazonRDS", databaseRow("PostgreSQL", "Multi-AZ", "Multi-AZUsage:db.m5.large"), "rds.instance/db.m5.large/postgres/multi 0.356 hour"},
		"RDS with readable standby": {"AmazonRDS", databaseRow("PostgreSQL", "Multi-AZ (readable standbys)", "Multi-AZClusterUsage:db.m5.large"), ""},
		"Oracle":                    {"AmazonRDS", databaseRow("Oracle", "Single-AZ", "InstanceUsage:db.m5.large"), ""},
		"Aurora, other terms":       {"AmazonRDS", databaseRow("Aurora MySQL", "Single-AZ", "InstanceUsageIOOptimized:db.r5.large"), ""},
		"RDS storage of any engine": {"AmazonRDS", row{"Product Family": "Database Storage", "usageType": "EU-RDS:GP3-Storage", "Volume Type": "General Purpose-GP3", "Database Engine": "Any", "Deployment Option": "Single-AZ", "Unit": "GB-Mo", "PricePerUnit": "0.127"},
			"rds.storage/gp3/mariadb/single 0.127 GB-month, rds.storage/gp3/mysql/single 0.127 GB-month, rds.storage/gp3/postgres/single 0.127 GB-month"},
		"a cache":               {"AmazonElastiCache", row{"Product Family": "Cache Instance", "usageType": "EU-NodeUsage:cache.m5.large", "Instance Type": "cache.m5.large", "Cache Engine": "Redis", "PricePerUnit": "0.172"}, "elasticache.node/cache.m5.large/redis 0.172 hour"},
		"a cache on an Outpost": {"AmazonElastiCache", row{"Product Family": "Cache Instance", "usageType": "EU-Outpost-NodeUsage:cache.m5.large", "Instance Type": "cache.m5.large", "Cache Engine": "Redis", "PricePerUnit": "0.065"}, ""},
		"Fargate":               {"AmazonECS", row{"usageType": "USE1-Fargate-vCPU-Hours:perCPU", "Unit": "hours", "PricePerUnit": "0.04048"}, "fargate.vcpu/linux/x86_64 0.04048 vCPU-hour"},
		"Fargate on ARM":        {"AmazonECS", row{"usageType": "USE1-Fargate-ARM-GB-Hours", "Unit": "hours", "PricePerUnit": "0.00356"}, "fargate.memory/linux/arm64 0.00356 GB-hour"},
		"Lambda":                {"AWSLambda", row{"usageType": "EU-Lambda-GB-Second-ARM", "Unit": "Lambda-GB-Second", "PricePerUnit": "0.0000133334"}, "lambda.duration/arm64 0.0000133334 GB-second"},
		"operations of RDS":     {"AmazonRDS", row{"usageType": "EU-RDS:Multi-AZ-PIOPS", "Unit": "IOPS-Mo", "PricePerUnit": "0.22"}, "rds.iops/io1/multi 0.22 IOPS-month"},
		"DynamoDB":              {"AmazonDynamoDB", row{"usageType": "EU-WriteCapacityUnit-Hrs", "Unit": "WriteCapacityUnit-Hrs", "PricePerUnit": "0.000735"}, "dynamodb.write 0.000735 unit-hour"},
		"logs":                  {"AmazonCloudWatch", row{"usageType": "EU-DataProcessing-Bytes", "Unit": "GB", "PricePerUnit": "0.57"}, "cloudwatch.logs.ingest 0.57 GB"},
		"requests of S3":        {"AmazonS3", row{"usageType": "Requests-Tier1", "Unit": "Requests", "PricePerUnit": "0.000005"}, "s3.requests/tier1 0.000005 request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header, found := columns(t), finds{}
			line := test.row.line(header, 0)
			err := found.addAWS(test.service, "r", today, func(name string) string {
				for i, column := range header {
					if column == name {
						return line[i]
					}
				}
				t.Errorf("it looks at a column %q", name)
				return ""
			})
			var got []string
			for _, p := range found.prices() {
				text := p.Key + " " + p.USD.String() + " " + p.Unit
				if !p.TierStart.IsZero() {
					text += " " + p.TierStart.String() + "-" + p.TierEnd.String()
				}
				got = append(got, text)
			}
			if text := strings.Join(got, ", "); err != nil || text != test.want {
				t.Errorf("got %q, %v", text, err)
			}
		})
	}
}

func databaseRow(engine, zones, usage string) row {
	return row{"Product Family": "Database Instance", "Instance Type": "db.m5.large", "Database Engine": engine, "Deployment Option": zones,
		"License Model": "No license required", "usageType": usage, "PricePerUnit": "0.356"}
}

// A price of nothing beside a real one is that of what is paid elsewhere; alone, it is
// what the list says.
func TestNothingBesideAPrice(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		usd  []string
		want int
	}{
		"alone": {[]string{"0"}, 1}, "before": {[]string{"0", "1"}, 1}, "after": {[]string{"1", "0"}, 1}, "the same twice": {[]string{"1", "1.0"}, 1}, "two": {[]string{"1", "2"}, 2},
	} {
		found := finds{}
		for _, usd := range test.usd {
			found.add(mustPrice("r", "k", usd))
		}
		if list := found.prices(); len(list) != test.want || len(test.usd) > 1 && list[0].USD.IsZero() {
			t.Errorf("%s: %v", name, list)
		}
	}
}

// A file of the size of the largest there are passes through a fraction of the memory
// that the importer may take. It runs alone, so that what is measured is its own.
func TestMemoryOfALargeFile(t *testing.T) { //nolint:paralleltest // measured
	const limit = 32 << 20
	header := columns(t)
	r, w := io.Pipe()
	var peak uint64
	go func() {
		_, err := w.Write(bytes.Join([][]byte{
			[]byte(`"FormatVersion","v1.0"`), []byte(`"Disclaimer",""`), []byte(`"Publication Date","2026-07-20T00:00:00Z"`), []byte(`"Version","1"`), []byte(`"OfferCode","AmazonEC2"`),
			[]byte(`"` + strings.Join(header, `","`) + `"`), nil,
		}, []byte("\n")))
		// 100 MB of 100,000 rows, of which one in 100 is of ours.
		row := func(i int, attribute, value string) string {
			given := machineRow("m5.large", "0.096")
			given[attribute], given["PriceDescription"] = value, strings.Repeat("x", 700)
			return `"` + strings.Join(given.line(header, i), `","`) + "\"\n"
		}
		others := row(0, "Tenancy", "Dedicated")
		for i := 0; i < 100_000 && err == nil; i++ {
			line := others
			if i%100 == 0 {
				line = row(i, "Instance Type", "m"+strings.Repeat("5", i/10_000+1)+".large")
			}
			_, err = io.WriteString(w, line)
			if i%10_000 == 0 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}
		w.CloseWithError(err) // without one: the end
	}()
	var p page
	if err := readAWS(r, "AmazonEC2", "us-east-1", today, &p); err != nil {
		t.Fatal(err)
	}
	if len(p.prices) != 10 {
		t.Errorf("%d prices", len(p.prices))
	}
	t.Logf("100 MB took at most %d MiB of heap", peak>>20)
	if peak > limit {
		t.Errorf("%d MiB of heap, more than %d", peak>>20, limit>>20)
	}
}

func mustPrice(region, key, usd string) cost.Price {
	return cost.Price{Provider: "aws", Region: region, Key: key, Unit: cost.UnitHour, USD: number(usd)}
}
