package cost

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A provider writes more into the state than a configuration sets: defaults, figures of
// its own, and zeros, empty texts and empty lists for what is not there. What is there
// costs as much as it did when it was planned. The shapes are those of the providers'
// schemas (google 7.45, azurerm 5.2) and of what their sources read into a resource:
// flattenBootDisk and flattenNetworkInterfaces of google's compute package,
// flattenNodeConfig of its container package, and the Read of azurerm's resources.
func TestStateCostsWhatWasPlanned(t *testing.T) {
	t.Parallel()
	for name, tc := range stateShapes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := calculate(t, tc.month)
			planned := estimate(t, planOf("us-east-1", created(tc.kind, "x", tc.planned)), Options{}).Resources[0]
			there := tc.planned
			for k, v := range tc.state {
				there = there.with(k, v)
			}
			for action, change := range map[string]obj{
				"no-op":  changed(tc.kind, "x", there, there, "no-op"),
				"update": changed(tc.kind, "x", there, there.with("tags", obj{"a": "b"}), "update"),
				"delete": changed(tc.kind, "x", there, nil, "delete"),
			} {
				r := estimate(t, planOf("us-east-1", change), Options{}).Resources[0]
				if diff := cmp.Diff(parts(planned), parts(r)); diff != "" || !r.Monthly.Before.Equal(want) || !r.comparable() {
					t.Errorf("%s: %s, want %s: %q\n%s", action, r.Monthly, want, r.Assumptions, diff)
				}
			}
			if !planned.Monthly.After.Equal(want) {
				t.Errorf("planned: %s, want %s: %q", planned.Monthly, want, states(planned))
			}
		})
	}
}

// parts are the components of a resource and how much there is of each.
func parts(r Resource) (out []string) {
	for _, c := range r.Components {
		out = append(out, fmt.Sprint(c.Label, ", ", c.Quantity, " ", c.State, c.Reason))
	}
	return out
}

// stateShape is a resource as a configuration sets it, what its state has instead or
// beside that, and what it costs by hand.
type stateShape struct {
	kind           string
	planned, state obj
	month          string
}

// The figures are those of the hand.txt of Google Cloud and Azure.
func stateShapes() map[string]stateShape {
	params := obj{"size": 20, "type": "pd-ssd", "image": "debian-cloud/debian-12"}
	node := obj{"machine_type": "e2-standard-4", "disk_size_gb": 100, "disk_type": "pd-balanced"}
	nodeState := node.with("local_ssd_count", 0).with("guest_accelerator", array{}).with("spot", false).with("preemptible", false).with("image_type", "COS_CONTAINERD")
	image := array{obj{"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server", "version": "latest"}}
	return map[string]stateShape{
		"a machine": {
			kind:    "google_compute_instance",
			planned: obj{"zone": "us-central1-a", "machine_type": "e2-micro", "boot_disk": array{obj{"initialize_params": array{params}}}},
			state: obj{
				"boot_disk": array{obj{"source": "https://www.googleapis.com/compute/v1/projects/p/zones/us-central1-a/disks/x",
					"initialize_params": array{params.with("provisioned_iops", 0).with("provisioned_throughput", 0).with("snapshot", "").with("storage_pool", "").
						with("image", "https://www.googleapis.com/compute/v1/projects/debian-cloud/global/images/debian-12-bookworm-v20260714")}}},
				"network_interface": array{obj{"network": "default", "access_config": array{}}},
				"scheduling":        array{obj{"preemptible": false, "provisioning_model": "STANDARD", "automatic_restart": true}},
				"guest_accelerator": array{}, "scratch_disk": array{}, "attached_disk": array{}, "current_status": "RUNNING", "desired_status": nil},
			month: "730 * 0.0083764275 + 20 * 0.17",
		},
		"a disk": {
			kind:    "google_compute_disk",
			planned: obj{"zone": "us-central1-a", "size": 200, "type": "pd-ssd"},
			state: obj{"provisioned_iops": 0, "provisioned_throughput": 0, "snapshot": "", "source_disk": "", "image": "", "source_instant_snapshot": "",
				"users": array{}, "async_primary_disk": array{}},
			month: "200 * 0.17",
		},
		"a cluster": {
			kind:    "google_container_cluster",
			planned: obj{"location": "us-central1-a", "initial_node_count": 3},
			state: obj{"node_locations": array{}, "remove_default_node_pool": nil, "enable_autopilot": nil,
				"node_config": array{nodeState.with("machine_type", "e2-medium")},
				"node_pool":   array{obj{"name": "default-pool", "node_count": 3, "initial_node_count": 3, "node_config": array{nodeState.with("machine_type", "e2-medium")}}}},
			month: "730 * 0.1 + 3 * 730 * 0.03350571 + 3 * 100 * 0.1",
		},
		"a pool": {
			kind:    "google_container_node_pool",
			planned: obj{"location": "us-central1-a", "node_count": 2, "node_config": array{node}},
			state: obj{"node_config": array{nodeState}, "initial_node_count": 2, "node_locations": array{"us-central1-a"},
				"autoscaling": array{}, "placement_policy": array{}},
			month: "2 * 730 * 0.13402284 + 2 * 100 * 0.1",
		},
		// Four nodes in all zones together are one in each of three, and another.
		"a pool that scales": {
			kind:    "google_container_node_pool",
			planned: obj{"location": "us-central1", "autoscaling": array{obj{"total_min_node_count": 4, "total_max_node_count": 9}}, "node_config": array{node}},
			state: obj{"node_config": array{nodeState}, "initial_node_count": 0, "node_count": 1, "node_locations": array{"us-central1-a", "us-central1-b", "us-central1-c"},
				"autoscaling": array{obj{"total_min_node_count": 4, "total_max_node_count": 9, "min_node_count": 0, "max_node_count": 0, "location_policy": "ANY"}}},
			month: "4 * 730 * 0.13402284 + 4 * 100 * 0.1",
		},
		"a pool whose zones scale": {
			kind:    "google_container_node_pool",
			planned: obj{"location": "us-central1-a", "autoscaling": array{obj{"min_node_count": 2, "max_node_count": 5}}, "node_config": array{node}},
			state: obj{"node_config": array{nodeState}, "initial_node_count": 0, "node_count": 0, "node_locations": array{"us-central1-a"},
				"autoscaling": array{obj{"total_min_node_count": 0, "total_max_node_count": 0, "min_node_count": 2, "max_node_count": 5}}},
			month: "2 * 730 * 0.13402284 + 2 * 100 * 0.1",
		},
		"a database": {
			kind: "google_sql_database_instance",
			planned: obj{"region": "us-central1", "database_version": "POSTGRES_16",
				"settings": array{obj{"tier": "db-custom-2-7680", "disk_size": 50}}},
			state: obj{"settings": array{obj{"tier": "db-custom-2-7680", "disk_size": 50, "disk_type": "PD_SSD", "edition": "ENTERPRISE", "availability_type": "ZONAL",
				"activation_policy": "ALWAYS", "disk_autoresize": true, "disk_autoresize_limit": 0, "data_cache_config": array{},
				"backup_configuration": array{obj{"enabled": false, "location": ""}}}}, "replica_configuration": array{}, "master_instance_name": ""},
			month: "2 * 730 * 0.0413 + 7.5 * 730 * 0.007 + 50 * 0.17",
		},
		"an address": {
			kind:    "google_compute_address",
			planned: obj{"region": "us-central1", "name": "x", "address_type": "EXTERNAL"},
			state:   obj{"users": array{}, "ip_version": "", "purpose": "", "address": "192.0.2.7", "network_tier": "PREMIUM"},
			month:   "730 * 0.01",
		},
		"a cache": {
			kind:    "google_redis_instance",
			planned: obj{"region": "us-central1", "memory_size_gb": 4, "tier": "BASIC"},
			state:   obj{"replica_count": 0, "read_replicas_mode": "READ_REPLICAS_DISABLED", "nodes": array{obj{"id": "node-0", "zone": "us-central1-a"}}, "maintenance_policy": array{}},
			month:   "4 * 730 * 0.049",
		},
		"a machine of Azure": {
			kind: "azurerm_linux_virtual_machine",
			planned: obj{"location": "eastus", "size": "Standard_B1s", "source_image_reference": image,
				"os_disk": array{obj{"storage_account_type": "Premium_LRS", "caching": "ReadWrite", "disk_size_gb": 30}}},
			state: obj{"priority": "Regular", "dedicated_host_id": "", "dedicated_host_group_id": "", "license_type": "", "source_image_id": "", "plan": array{},
				"max_bid_price": -1, "os_disk": array{obj{"storage_account_type": "Premium_LRS", "disk_size_gb": 30, "diff_disk_settings": array{}, "name": "os"}}},
			month: "730 * 0.0104 + 5.28",
		},
		"a disk of Azure": {
			kind:    "azurerm_managed_disk",
			planned: obj{"location": "eastus", "storage_account_type": "Premium_LRS", "disk_size_gb": 32, "create_option": "Empty"},
			state: obj{"tier": "P4", "disk_iops_read_write": 120, "disk_mbps_read_write": 25, "disk_iops_read_only": 0, "max_shares": 0,
				"source_resource_id": "", "image_reference_id": "", "encryption_settings": array{}},
			month: "5.28",
		},
		"an address of Azure": {
			kind:    "azurerm_public_ip",
			planned: obj{"location": "eastus", "allocation_method": "Static", "sku": "Standard"},
			state:   obj{"public_ip_prefix_id": "", "ip_version": "IPv4", "sku_tier": "Regional", "ddos_protection_mode": "VirtualNetworkInherited", "ddos_protection_plan_id": "", "zones": array{}},
			month:   "730 * 0.005",
		},
		"a cluster of Azure": {
			kind:    "azurerm_kubernetes_cluster",
			planned: obj{"location": "eastus", "default_node_pool": array{obj{"vm_size": "Standard_D2s_v3", "auto_scaling_enabled": true, "min_count": 2, "max_count": 4, "os_disk_type": "Ephemeral"}}},
			state: obj{"sku_tier": "Free", "default_node_pool": array{obj{"vm_size": "Standard_D2s_v3", "auto_scaling_enabled": true, "min_count": 2, "max_count": 4, "node_count": 2,
				"os_disk_type": "Ephemeral", "os_disk_size_gb": 0, "node_public_ip_enabled": false, "zones": array{}}}},
			month: "2 * 730 * 0.096",
		},
		"a gateway of Azure": {
			kind:    "azurerm_application_gateway",
			planned: obj{"location": "eastus", "sku": array{obj{"name": "Standard_v2", "tier": "Standard_v2"}}, "autoscale_configuration": array{obj{"min_capacity": 2, "max_capacity": 3}}},
			state:   obj{"sku": array{obj{"name": "Standard_v2", "tier": "Standard_v2", "capacity": 0}}},
			month:   "0",
		},
		"a cache of Azure": {
			kind:    "azurerm_redis_cache",
			planned: obj{"location": "eastus", "sku_name": "Standard", "family": "C", "capacity": 3},
			state:   obj{"replicas_per_primary": 0, "replicas_per_master": 0, "shard_count": 0, "subnet_id": "", "zones": array{}},
			month:   "2 * 164.25",
		},
		"a PostgreSQL server of Azure": {
			kind:    "azurerm_postgresql_flexible_server",
			planned: obj{"location": "westus", "sku_name": "GP_Standard_D4s_v3"},
			state: obj{"storage_mb": 32768, "storage_tier": "P4", "high_availability": array{}, "source_server_id": "", "replication_role": "",
				"geo_redundant_backup_enabled": false, "customer_managed_key": array{}},
			month: "730 * 0.39 + 32 * 0.138",
		},
		// Where operations are paid for, how many there may be at a time is not.
		"a MySQL server of Azure": {
			kind:    "azurerm_mysql_flexible_server",
			planned: obj{"location": "westus", "sku_name": "GP_Standard_D2ads_v5", "storage": array{obj{"size_gb": 100, "io_scaling_enabled": true}}},
			state: obj{"storage": array{obj{"size_gb": 100, "io_scaling_enabled": true, "iops": 3200, "auto_grow_enabled": true, "log_on_disk_enabled": false}},
				"high_availability": array{}, "source_server_id": "", "geo_redundant_backup_enabled": false},
			month: "730 * 0.195",
		},
	}
}
