package prices

import "github.com/cloud-engine/cloudengine/internal/cost"

var azureUnits = units{
	{"1 Hour", cost.UnitHour}: same, {"1/Hour", cost.UnitHour}: same, {"1/Month", cost.UnitMonth}: same, {"1 GB", cost.UnitGB}: same,
	{"1 GB/Month", cost.UnitGBMonth}: same, {"10K", cost.UnitRequest}: {1, 10_000},
}

var azureWords = map[string]string{
	"Premium SSD": "premium", "Standard SSD": "standardssd", "Standard HDD": "standard",
	"Basic": "basic", "Standard": "standard", "Hot": "hot", "Cool": "cool", "Cold": "cold", "Archive": "archive",
	"PostgreSQL": "postgres", "MySQL": "mysql",
}

// azureRules are what is known of Azure's meters.
var azureRules = compile([]rule{
	{service: "Virtual Machines", unit: cost.UnitHour, key: "vm/{armSkuName}/{system}", where: map[string]string{
		"productName": "Virtual Machines .* Series", "armSkuName": "Standard_.+", "system": "(?P<system>linux|windows)"}},
	{unseen: true, service: "Storage", unit: cost.UnitMonth, key: "disk/{kind}/{size}/{copies}", words: azureWords, where: map[string]string{
		"productName": "(?P<kind>Premium SSD|Standard SSD|Standard HDD) Managed Disks", "skuName": "(?P<size>[PES][0-9]+) (?P<copies>LRS|ZRS)",
		"meterName": "[PES][0-9]+ (?:LRS|ZRS) Disk"}},
	{unseen: true, service: "Storage", unit: cost.UnitGBMonth, key: "storage.blob/{tier}/{copies}", words: azureWords, where: map[string]string{
		"productName": "General Block Blob v2", "skuName": "(?P<tier>Hot|Cool|Cold|Archive) (?P<copies>[A-Z-]+)", "meterName": ".* Data Stored"}},
	{unseen: true, service: "Storage", unit: cost.UnitRequest, key: "storage.blob.writes/{tier}/{copies}", words: azureWords, where: map[string]string{
		"productName": "General Block Blob v2", "skuName": "(?P<tier>Hot|Cool|Cold|Archive) (?P<copies>[A-Z-]+)", "meterName": ".* Write Operations"}},
	{unseen: true, service: "NAT Gateway", unit: cost.UnitHour, key: "nat.hours", where: map[string]string{"meterName": "Standard Gateway"}},
	{unseen: true, service: "NAT Gateway", unit: cost.UnitGB, key: "nat.data", where: map[string]string{"meterName": "Standard Data Processed"}},
	{unseen: true, service: "Virtual Network", unit: cost.UnitHour, key: "public_ip/{sku}/static", words: azureWords, where: map[string]string{
		"productName": "IP Addresses", "meterName": "(?P<sku>Basic|Standard) IPv4 Static Public IP"}},
	{unseen: true, service: "Load Balancer", unit: cost.UnitGB, key: "lb.data/standard", where: map[string]string{"meterName": "Standard Data Processed"}},
	{unseen: true, service: "Azure Kubernetes Service", unit: cost.UnitHour, key: "aks.cluster/standard", where: map[string]string{"meterName": "Standard Uptime SLA"}},
	{unseen: true, service: "Azure Database for PostgreSQL", unit: cost.UnitGBMonth, key: "postgres.flexible.storage", where: map[string]string{
		"productName": ".* Flexible Server Storage", "meterName": "Storage Data Stored"}},
})
