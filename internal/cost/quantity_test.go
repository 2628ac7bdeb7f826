package cost

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

// What the embedded list has no price of is looked up and counted right all the
// same, as soon as a list has it. Each want is a key, its unit and the quantity that
// was worked out by hand.
func TestQuantitiesWithoutListPrice(t *testing.T) {
	t.Parallel()
	for address, want := range map[string][]string{
		// 20 GiB less 13 regular ones, all month: 7 * 730.
		"gcp/google_compute_instance.extended": {"compute.core/n1-custom vCPU-hour 1022", "compute.ram/n1-custom GB-hour 6643", "compute.ram/n1-custom-extended GB-hour 5110", "compute.disk/pd-standard GB-month 10"},
		"gcp/google_compute_instance.spot":     {"compute.instance/n1-standard-1/spot hour 730", "compute.disk/pd-standard GB-month 10"},
		"gcp/google_compute_instance.windows":  {"compute.instance/n1-standard-2 hour 511", "compute.licence/windows/n1-standard-2 hour 730", "compute.gpu/nvidia-tesla-t4 hour 1460", "compute.disk/pd-standard GB-month 50"},
		"gcp/google_compute_instance.public":   {"compute.instance/e2-micro hour 730", "address/in-use hour 730", "compute.disk/pd-standard GB-month 10"},
		"gcp/google_compute_disk.extreme":      {"compute.disk/pd-extreme GB-month 500", "compute.disk.iops/pd-extreme IOPS-month 10000"},
		"gcp/google_compute_disk.hyper":        {"compute.disk/hyperdisk-balanced GB-month 100", "compute.disk.iops/hyperdisk-balanced IOPS-month 4000", "compute.disk.throughput/hyperdisk-balanced MiBps-month 200"},
		// 16 GiB in 4 vCPUs: 16 * 730.
		"gcp/google_sql_database_instance.regional":     {"sql.vcpu/regional vCPU-hour 2920", "sql.ram/regional GB-hour 11680", "sql.storage/ssd/regional GB-month 10"},
		"gcp/google_sql_database_instance.server":       {"sql.vcpu/zonal/sqlserver vCPU-hour 1460", "sql.ram/zonal/sqlserver GB-hour 5840", "sql.licence/sqlserver_2022_standard/db-custom-2-8192 hour 730", "sql.storage/ssd/zonal GB-month 20"},
		"gcp/google_sql_database_instance.shared":       {"sql.instance/db-f1-micro/zonal hour 730", "sql.storage/ssd/zonal GB-month 10", "sql.backup GB-month usage"},
		"gcp/google_compute_global_forwarding_rule.web": {"lb.rule hour 730", "lb.data GB usage"},
		"gcp/google_storage_bucket.wide":                {"storage.standard GB-month usage", "storage.operations_a/standard request usage", "storage.operations_b/standard request usage"},
		"gcp/google_container_cluster.autopilot":        {"gke.cluster hour 730", "gke.autopilot.vcpu vCPU-hour usage", "gke.autopilot.memory GB-hour usage"},
		"gcp/google_container_node_pool.gpu":            {"compute.instance/n1-standard-2 hour 511", "compute.disk/pd-standard GB-month 20", "compute.disk/local-ssd GB-month 375", "compute.gpu/nvidia-tesla-t4 hour 730"},
		// A primary and 3 replicas of 16 GB.
		"gcp/google_redis_instance.replicas": {"redis.standard.node/M3 GB-hour 46720"},

		"azure/azurerm_windows_virtual_machine.sql":  {"vm/Standard_D2s_v3/windows hour 730", "vm.licence/sqlserver/standard/Standard_D2s_v3 hour 730", "disk/premium/P4/LRS month 1"},
		"azure/azurerm_linux_virtual_machine.europe": {"vm/Standard_D2s_v3/linux hour 730", "disk/standard/S6/LRS month 1", "disk.operations/standard/S6/LRS request usage"},
		"azure/azurerm_managed_disk.ultra":           {"disk.capacity/ultrassd/lrs GB-month 100", "disk.iops/ultrassd/lrs IOPS-month 2000", "disk.throughput/ultrassd/lrs MiBps-month 50"},
		"azure/azurerm_lb.gateway":                   {"lb.gateway.hours hour 730", "lb.data/gateway GB usage"},
		"azure/azurerm_lb_rule.web":                  {"lb.rule hour 730"},
		"azure/azurerm_application_gateway.first":    {"appgw.hours/standard_medium hour 2190", "appgw.data/standard_medium GB usage"},
		// An instance has 10 capacity units; autoscaling has one at least.
		"azure/azurerm_application_gateway.second":           {"appgw.hours/standard_v2 hour 730", "appgw.capacity/standard_v2 unit-hour 14600", "appgw.capacity/standard_v2 unit-hour usage"},
		"azure/azurerm_application_gateway.scaled":           {"appgw.hours/waf_v2 hour 730", "appgw.capacity/waf_v2 unit-hour 7300", "appgw.capacity/waf_v2 unit-hour usage"},
		"azure/azurerm_kubernetes_cluster.usual":             {"vm/Standard_D2_v2/linux hour 730", "disk/standardssd/E10/LRS month 1"},
		"azure/azurerm_kubernetes_cluster_node_pool.windows": {"vm/Standard_D4s_v3/windows hour 730", "disk/premium/P4/LRS month 1"},
		// 900 IOPS less 300 and 3 for each of 100 GiB.
		"azure/azurerm_mysql_flexible_server.main":    {"mysql.flexible.iops IOPS-month 300", "mysql.flexible/GP_Standard_D2ads_v5 hour 730", "mysql.flexible.storage GB-month 100", "mysql.flexible.backup/lrs GB-month usage"},
		"azure/azurerm_mysql_flexible_server.standby": {"mysql.flexible/GP_Standard_D2ads_v5 hour 1460", "mysql.flexible.storage GB-month 40", "mysql.flexible.backup/lrs GB-month usage"},
		// 3 shards of a primary and a replica.
		"azure/azurerm_redis_cache.shards":   {"redis/Premium/P1 month 6"},
		"azure/azurerm_storage_account.cool": {"storage.blob/cool/RA-GRS GB-month usage", "storage.blob.writes/cool/RA-GRS request usage", "storage.blob.reads/cool/RA-GRS request usage", "storage.blob.retrieval/cool/RA-GRS GB usage"},
	} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			provider, at, _ := strings.Cut(address, "/")
			plan := at[:strings.IndexByte(at, '.')]
			switch plan { // those that stand in the plan of another
			case "google_compute_global_forwarding_rule":
				plan = "google_compute_forwarding_rule"
			case "azurerm_lb_rule":
				plan = "azurerm_lb"
			}
			r := resourceAt(t, estimateFile(t, provider+"/"+plan, Options{Book: dollarBook(provider, want)}), at)
			got := []string{}
			for i, c := range r.Components {
				quantity := string(c.State)
				if c.State == Priced {
					quantity = c.Quantity.String()
				}
				key := "?"
				if i < len(want) && c.State != NotPriced {
					key = strings.Fields(want[i])[0]
				}
				got = append(got, fmt.Sprintf("%s %s %s", key, c.Unit, quantity))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%q, want %q\n%q", got, want, states(r))
			}
		})
	}
}

// dollarBook has a price of a dollar for each key, wherever the plans are.
func dollarBook(provider string, lines []string) *Book {
	var prices []Price
	seen := map[string]bool{}
	for _, line := range lines {
		fields := strings.Fields(line)
		if seen[fields[0]] {
			continue
		}
		seen[fields[0]] = true
		for _, region := range []string{"us-central1", "us", Global, "eastus", "westus", "westeurope"} {
			prices = append(prices, Price{Provider: provider, Region: region, Key: fields[0], Unit: fields[1], USD: decimal.NewFromInt(1)})
		}
	}
	return NewBook(Snapshot{Provider: provider, Source: "test", Published: testNow, Prices: prices})
}

// A usage file puts usage into the total, each part of it in its tier.
func TestUsageOfAzureStorage(t *testing.T) {
	t.Parallel()
	u, err := ParseUsage([]byte(`{"azurerm_storage_account.hot": {"storage": 60000, "writes": 2000000}}`))
	if err != nil {
		t.Fatal(err)
	}
	r := resourceAt(t, estimateFile(t, "azure/azurerm_storage_account", Options{Usage: u}), "azurerm_storage_account.hot")
	// The first 51,200 GB at 0.0208, the rest at 0.019968; 10,000 writes for 0.055.
	if want := calculate(t, "51200 * 0.0208 + 8800 * 0.019968 + 200 * 0.055"); !r.Monthly.After.Equal(want) {
		t.Errorf("%s, want %s", r.Monthly.After, want)
	}
}
