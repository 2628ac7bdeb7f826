package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

// attributes are what the figures of AWS say beside the price.
type attributes struct {
	UsageType, VolumeAPIName, VolumeType, InstanceType, CacheEngine, DatabaseEngine, DeploymentOption string

	Family string `json:"product_family"`
}

// units are the figures' words for units, and how many of ours they are.
var units = map[string]struct {
	unit string
	of   int64
}{
	"Hrs": {cost.UnitHour, 1}, "h": {cost.UnitHour, 1}, "1 Hour": {cost.UnitHour, 1},
	"GB": {cost.UnitGB, 1}, "GiB": {cost.UnitGB, 1}, "1 GB": {cost.UnitGB, 1},
	"GB-Mo": {cost.UnitGBMonth, 1}, "GB-month": {cost.UnitGBMonth, 1}, "GiB-mo": {cost.UnitGBMonth, 1}, "1 GB/Month": {cost.UnitGBMonth, 1},
	"IOPS-Mo": {cost.UnitIOPSMonth, 1}, "IOs": {cost.UnitRequest, 1}, "MiBps-Mo": {cost.UnitMiBpsMonth, 1}, "GiBps-mo": {cost.UnitMiBpsMonth, 1024},
	"LCU-Hrs": {cost.UnitLCUHour, 1}, "vCPU-h": {cost.UnitVCPUHour, 1},
	"1k requests": {cost.UnitRequest, 1000}, "10K": {cost.UnitRequest, 10000},
	"1/Month": {cost.UnitMonth, 1}, "node-month": {cost.UnitMonth, 1},
}

// canonical brings a row to the keys of package cost. A row that no mapping asks
// for is no price.
func canonical(r map[string]string) ([]cost.Price, error) {
	if r["region"] == "?" {
		return nil, nil
	}
	var keys []string
	var start, end string
	if r["kind"] == "compute_instance" {
		keys = []string{machine(r["provider"], r["key"])}
	} else {
		switch r["provider"] {
		case "aws":
			keys, start, end = aws(r)
		case "gcp":
			keys = named(gcpKeys, r["key"])
		case "azure":
			keys, start, end = azure(r["key"])
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	u, ok := units[r["unit"]]
	if !ok {
		return nil, fmt.Errorf("unit %q is not known", r["unit"])
	}
	if r["provider"] == "gcp" && r["unit"] == "GiB-mo" && (r["kind"] == "managed_database" || r["kind"] == "managed_cache") {
		u.unit, u.of = cost.UnitGBHour, cost.HoursPerMonth.IntPart() // memory is sold by the hour
	}
	usd, err := decimal.NewFromString(r["price_usd"])
	if err != nil {
		return nil, err
	}
	p := cost.Price{Unit: u.unit, USD: usd.Div(decimal.NewFromInt(u.of)), TierStart: number(start), TierEnd: number(end)}
	var out []cost.Price
	for _, key := range keys {
		p.Key = key
		out = append(out, p)
	}
	return out, nil
}

func number(text string) decimal.Decimal {
	if text == "" {
		return decimal.Zero
	}
	return decimal.RequireFromString(text)
}

func named(keys map[string]string, name string) []string {
	if key, ok := keys[name]; ok {
		return []string{key}
	}
	return nil
}

// Where a tier ends, in GB and IOPS, as the providers' price pages say; the figures
// do not: https://aws.amazon.com/ebs/pricing/, https://aws.amazon.com/s3/pricing/
const (
	first50TB  = "51200"
	first500TB = "512000"
	io2Tier2   = "32000"
	io2Tier3   = "64000"
)

var gcpKeys = map[string]string{
	"pd-standard": "compute.disk/pd-standard", "pd-balanced": "compute.disk/pd-balanced", "pd-ssd": "compute.disk/pd-ssd",
	"pd-extreme": "compute.disk/pd-extreme", "local-ssd": "compute.disk/local-ssd", "snapshot": "compute.snapshot",
	"static IP (unused)": "address/static-unused", "NAT data processed": "nat.data", "NAT gateway": "nat.hours", "VPN tunnel": "vpn.tunnel",
	"standard": "storage.standard", "nearline": "storage.nearline", "coldline": "storage.coldline", "archive": "storage.archive",
	"vCPU zonal": "sql.vcpu/zonal", "vCPU regional": "sql.vcpu/regional", "RAM zonal": "sql.ram/zonal",
	"SSD zonal": "sql.storage/ssd/zonal", "SSD regional": "sql.storage/ssd/regional",
	"forwarding rule (WARNING: additional-rule rate, first five rules cost more)": "lb.rule", "LB ingress data": "lb.data",
	"cluster fee": "gke.cluster", "redis basic M1": "redis.basic/M1", "redis standard M1": "redis.standard/M1",
}

var azureKeys = map[string]string{
	"Premium SSD P4 LRS": "disk/premium/P4/LRS", "Standard HDD S4 LRS": "disk/standard/S4/LRS", "Standard SSD E30 LRS": "disk/standardssd/E30/LRS",
	"Standard gateway": "nat.hours", "Data processed": "nat.data", "Standard static": "public_ip/standard/static",
	"Standard data processed": "lb.data/standard", "PostgreSQL flexible storage": "postgres.flexible.storage",
	"AKS Standard uptime SLA": "aks.cluster/standard", "Standard C3 (per node-month)": "redis/Standard/C3",
	"Blob StorageV2 Standard LRS Hot write operations": "storage.blob.writes/hot/LRS",
}

func azure(key string) (keys []string, start, end string) {
	if sku, ok := strings.CutPrefix(key, "PostgreSQL flexible "); ok && sku != "storage" {
		return []string{"postgres.flexible/" + sku}, "", ""
	}
	if sku, ok := strings.CutPrefix(key, "MySQL flexible "); ok {
		return []string{"mysql.flexible/" + sku}, "", ""
	}
	if tier, ok := strings.CutPrefix(key, "Blob StorageV2 Standard LRS Hot capacity "); ok {
		keys = []string{"storage.blob/hot/LRS"}
		switch tier {
		case "(first 50TB)":
			return keys, "", first50TB
		case "(next 450TB)":
			return keys, first50TB, first500TB
		}
		return keys, first500TB, ""
	}
	return named(azureKeys, key), "", ""
}

func aws(r map[string]string) (keys []string, start, end string) {
	var a attributes
	if err := json.Unmarshal([]byte(r["attributes"]), &a); err != nil || strings.Contains(a.UsageType, "Outpost") {
		return nil, "", "" // Outposts are hardware of one's own
	}
	key := r["key"]
	switch r["kind"] {
	case "block_storage":
		return []string{"ebs.storage/" + either(a.VolumeAPIName, key)}, "", ""
	case "block_storage_iops":
		return awsIOPS(either(a.VolumeAPIName, key), key)
	case "block_storage_throughput":
		return []string{"ebs.throughput/" + either(a.VolumeAPIName, key)}, "", ""
	case "load_balancer":
		return awsBalancer(a, key), "", ""
	case "nat_gateway":
		if strings.Contains(key, "-Prvd-") { // a private one, priced elsewhere
			return nil, "", ""
		}
		return ending(key, map[string]string{"NatGateway-Hours": "nat.hours", "NatGateway-Bytes": "nat.data"}), "", ""
	case "public_ip":
		return ending(key, map[string]string{"PublicIPv4": "vpc.public_ipv4"}), "", ""
	case "managed_kubernetes":
		return []string{"eks.cluster"}, "", ""
	case "managed_cache":
		if a.CacheEngine == "" { // Redis and Memcached have one price
			return []string{"elasticache.node/" + key + "/redis", "elasticache.node/" + key + "/memcached"}, "", ""
		}
		return []string{"elasticache.node/" + a.InstanceType + "/" + strings.ToLower(a.CacheEngine)}, "", ""
	case "managed_database":
		return awsDatabase(a, key), "", ""
	case "managed_database_storage":
		return awsDatabaseStorage(a, key), "", ""
	case "object_storage":
		switch key {
		case "Standard/Requests-Tier1":
			return []string{"s3.requests/tier1"}, "", ""
		case "Standard/Requests-Tier2":
			return []string{"s3.requests/tier2"}, "", ""
		}
		return []string{"s3.storage/standard"}, "", first50TB
	}
	return nil, "", ""
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func ending(name string, keys map[string]string) []string {
	for end, key := range keys {
		if strings.HasSuffix(name, end) {
			return []string{key}
		}
	}
	return nil
}

func awsIOPS(volume, key string) (keys []string, start, end string) {
	switch {
	case volume == "standard":
		return []string{"ebs.io/standard"}, "", ""
	case strings.HasSuffix(key, "tier3"):
		return []string{"ebs.iops/io2"}, io2Tier3, ""
	case strings.HasSuffix(key, "tier2"):
		return []string{"ebs.iops/io2"}, io2Tier2, io2Tier3
	case volume == "io2":
		return []string{"ebs.iops/io2"}, "", io2Tier2
	}
	return []string{"ebs.iops/" + volume}, "", ""
}

// awsBalancer tells kinds of load balancers apart by product family: their usage
// types are the same.
func awsBalancer(a attributes, key string) []string {
	kind, name, named := strings.Cut(key, "/")
	if !named {
		kind, name = strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(a.Family, "Load Balancer"), "-")), key
	}
	kind = either(kind, "classic")
	return ending(name, map[string]string{"LoadBalancerUsage": "elb.hours/" + kind, "LCUUsage": "elb.lcu/" + kind, "DataProcessing-Bytes": "elb.data/" + kind})
}

var (
	awsEngines = map[string]string{"MySQL": "mysql", "PostgreSQL": "postgres", "MariaDB": "mariadb", "Aurora MySQL": "aurora-mysql", "Aurora PostgreSQL": "aurora-postgresql"}
	awsZones   = map[string]string{"Single-AZ": "single", "Multi-AZ": "multi"}
	awsVolumes = map[string]string{"General Purpose": "gp2", "General Purpose-GP3": "gp3", "Provisioned IOPS": "io1", "Magnetic": "standard", "gp2": "gp2"}
)

func awsDatabase(a attributes, key string) []string {
	class, engine, zones := a.InstanceType, a.DatabaseEngine, a.DeploymentOption
	if class == "" { // "db.t3.large MySQL Multi-AZ"
		words := strings.Fields(key)
		class, engine, zones = words[0], words[1], words[2]
	}
	if awsEngines[engine] == "" || awsZones[zones] == "" {
		return nil
	}
	return []string{"rds.instance/" + class + "/" + awsEngines[engine] + "/" + awsZones[zones]}
}

// awsDatabaseStorage: a price for any engine is one for each of the open ones.
func awsDatabaseStorage(a attributes, key string) []string {
	volume, zones := a.VolumeType, a.DeploymentOption
	if volume == "" { // "gp2 Multi-AZ"
		words := strings.Fields(key)
		volume, zones = words[0], words[1]
	}
	if volume == "General Purpose-Aurora" {
		return []string{"rds.storage/aurora"}
	}
	if awsVolumes[volume] == "" || awsZones[zones] == "" {
		return nil
	}
	engines := []string{"mysql", "postgres", "mariadb"}
	if engine := awsEngines[a.DatabaseEngine]; engine != "" {
		engines = []string{engine}
	}
	var keys []string
	for _, engine := range engines {
		keys = append(keys, "rds.storage/"+awsVolumes[volume]+"/"+engine+"/"+awsZones[zones])
	}
	return keys
}
