package cost

import "testing"

// gcpLink begins what Google Cloud calls a resource.
const gcpLink = "https://www.googleapis.com/compute/v1/"

// standingMachine is a machine as the provider reads it into state: with what its boot
// disk is like, wherever that is from, and with the address that it has.
func standingMachine(disk, address string) obj {
	return obj{
		"name": "web", "zone": "us-central1-a", "machine_type": "e2-micro", "scratch_disk": array{}, "guest_accelerator": array{},
		"boot_disk": array{obj{"source": gcpLink + disk, "initialize_params": array{obj{"size": 20, "type": "pd-ssd", "image": "", "provisioned_iops": 0, "provisioned_throughput": 0}}}},
		"network_interface": array{
			obj{"access_config": array{}},
			obj{"access_config": array{obj{"nat_ip": address, "network_tier": "PREMIUM"}}},
		},
	}
}

// A boot disk that is a resource of its own is paid for once, whether it is found by
// its link, by its id, or by what the configuration sets.
func TestBootDiskIsPaidForOnce(t *testing.T) {
	t.Parallel()
	const compute, storage = "730 * 0.0083764275", "20 * 0.17"
	const id = "projects/p/zones/us-central1-a/disks/root"
	machine := standingMachine(id, "192.0.2.1")
	machine["network_interface"] = array{}
	disk := obj{"id": id, "self_link": gcpLink + id, "name": "root", "zone": "us-central1-a", "size": 20, "type": "pd-ssd"}
	named := obj{"boot_disk": array{obj{"source": obj{"references": array{"var.disk"}}}}}
	for name, tc := range map[string]struct {
		changes []obj
		config  obj
		want    string // of the machine
		own     bool   // and the disk is a resource of the plan
	}{
		"planned": {[]obj{
			created("google_compute_disk", "root", disk.with("id", nil).with("self_link", nil)),
			unknownAfter(created("google_compute_instance", "web", machine.with("boot_disk", array{obj{"auto_delete": false}})), obj{"boot_disk": array{obj{"source": true, "initialize_params": true}}}),
		}, obj{"boot_disk": array{obj{"source": obj{"references": array{"google_compute_disk.root.self_link", "google_compute_disk.root"}}}}}, compute, true},
		"there":          {[]obj{inState("google_compute_disk.root", disk), inState("google_compute_instance.web", machine)}, obj{}, compute, true},
		"in two regions": {[]obj{inState("google_compute_region_disk.root", disk), inState("google_compute_instance.web", machine)}, obj{}, compute, true},
		"destroyed":      {[]obj{changed("google_compute_disk", "root", disk, nil, "delete"), changed("google_compute_instance", "web", machine, nil, "delete")}, nil, compute, true},
		"of another":     {[]obj{inState("google_compute_disk.other", disk.with("self_link", gcpLink+id+"-2").with("id", id+"-2").with("name", "root-2")), inState("google_compute_instance.web", machine)}, obj{}, compute + " + " + storage, true},
		"elsewhere":      {[]obj{inState("google_compute_instance.web", machine)}, named, compute, false},
		"of its own":     {[]obj{inState("google_compute_instance.web", machine)}, obj{"boot_disk": array{obj{"initialize_params": array{obj{}}}}}, compute + " + " + storage, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := planOf("us-east-1", tc.changes...)
			if tc.config != nil {
				plan = plan.configured(map[string]obj{"google_compute_instance.web": tc.config, "google_compute_disk.root": {}})
			}
			r := resourceAt(t, estimate(t, plan, Options{}), "google_compute_instance.web")
			got := r.Monthly.After
			if r.Monthly.After.IsZero() {
				got = r.Monthly.Before
			}
			if want := calculate(t, tc.want); !got.Equal(want) {
				t.Errorf("%s, want %s: %q", got, want, states(r))
			}
		})
	}
}

// What licence a machine pays for, the image of its disk tells, wherever that is named.
func TestLicenceOfABootDisk(t *testing.T) {
	t.Parallel()
	const id = "projects/p/zones/us-central1-a/disks/root"
	disk := obj{"id": id, "self_link": gcpLink + id, "name": "root", "zone": "us-central1-a", "size": 20, "type": "pd-ssd", "image": "windows-cloud/windows-2022"}
	machine := obj{"name": "web", "zone": "us-central1-a", "machine_type": "e2-micro", "boot_disk": array{obj{"source": gcpLink + id}}}
	e := estimate(t, planOf("us-east-1", created("google_compute_disk", "root", disk), created("google_compute_instance", "web", machine)), Options{})
	if r := resourceAt(t, e, "google_compute_instance.web"); len(r.Components) != 2 || r.Components[1].Label != "Licence of the image, windows" {
		t.Errorf("%+v", r.Components)
	}
}

// An address that Google Cloud chose goes on costing once it is known; one that is a
// resource is paid for there.
func TestAddressesOfAMachineThatIsThere(t *testing.T) {
	t.Parallel()
	nics := func(config obj) obj {
		return obj{"network_interface": array{obj{}, obj{"access_config": array{config}}}}
	}
	machine := standingMachine("projects/p/zones/us-central1-a/disks/web", "192.0.2.1")
	address := obj{"name": "web", "region": "us-central1", "address": "192.0.2.1", "users": array{}}
	planned := machine.with("network_interface", array{obj{"access_config": array{}}, obj{"access_config": array{obj{}}}})
	for name, tc := range map[string]struct {
		machine obj
		config  obj
		address obj // nil: there is none
		counted bool
	}{
		"planned":                  {unknownAfter(created("google_compute_instance", "web", planned), obj{"network_interface": array{obj{}, obj{"access_config": array{obj{"nat_ip": true}}}}}), nics(obj{}), nil, true},
		"there":                    {inState("google_compute_instance.web", machine), nics(obj{}), nil, true},
		"destroyed":                {changed("google_compute_instance", "web", machine, nil, "delete"), obj{}, nil, true},
		"a resource's":             {inState("google_compute_instance.web", machine), nics(obj{}), address, false},
		"a resource's, destroyed":  {changed("google_compute_instance", "web", machine, nil, "delete"), obj{}, address, false},
		"another resource's":       {inState("google_compute_instance.web", machine), nics(obj{}), address.with("address", "192.0.2.2"), true},
		"set by the configuration": {inState("google_compute_instance.web", machine), nics(obj{"nat_ip": obj{"references": array{"var.address"}}}), nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changes := []obj{tc.machine}
			if tc.address != nil {
				changes = append(changes, inState("google_compute_address.web", tc.address))
			}
			e := estimate(t, planOf("us-east-1", changes...).configured(map[string]obj{"google_compute_instance.web": tc.config}), Options{})
			counted := false
			for _, c := range resourceAt(t, e, "google_compute_instance.web").Components {
				if c.Label == "External address in use" {
					counted = c.Quantity.Equal(HoursPerMonth)
				}
			}
			if counted != tc.counted {
				t.Errorf("it is counted: %v", counted)
			}
		})
	}
}

// A cluster that is there has all of its pools in state; those that are resources of
// their own are paid for there.
func TestPoolsAreCountedOnce(t *testing.T) {
	t.Parallel()
	// Of a node e2-standard-4 with 100 GB of pd-balanced.
	const node = "730 * 0.13402284 + 100 * 0.1"
	pool := func(name string) obj {
		return obj{"name": name, "node_count": 1, "initial_node_count": 1, "node_config": array{obj{"machine_type": "e2-standard-4", "disk_size_gb": 100, "disk_type": "pd-balanced"}}}
	}
	cluster := obj{"name": "c", "location": "us-central1-a", "initial_node_count": 0, "node_locations": array{}}
	own := func(cluster string) obj {
		return pool("p").with("location", "us-central1-a").with("cluster", cluster).with("node_locations", array{"us-central1-a"})
	}
	for name, tc := range map[string]struct {
		pools   array
		changes []obj
		want    string // of all
	}{
		"planned":               {nil, []obj{created("google_container_node_pool", "p", own("c"))}, "730 * 0.1 + " + node},
		"there":                 {array{pool("p")}, []obj{inState("google_container_node_pool.p", own("c"))}, "730 * 0.1 + " + node},
		"beside the default":    {array{pool("p"), pool("default-pool")}, []obj{inState("google_container_node_pool.p", own("c"))}, "730 * 0.1 + " + node + " + " + node},
		"of another cluster":    {array{pool("p")}, []obj{inState("google_container_node_pool.p", own("d"))}, "730 * 0.1 + " + node + " + " + node},
		"all are the cluster's": {array{pool("p")}, nil, "730 * 0.1 + " + node},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := inState("google_container_cluster.c", cluster.with("node_pool", tc.pools))
			if name == "planned" {
				c = created("google_container_cluster", "c", cluster)
			}
			e := estimate(t, planOf("us-east-1", append(tc.changes, c)...), Options{})
			if want := calculate(t, tc.want); !e.Monthly.After.Equal(want) {
				t.Errorf("%s, want %s", e.Monthly, want)
			}
		})
	}
}
