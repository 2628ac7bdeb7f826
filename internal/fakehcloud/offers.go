package fakehcloud

import (
	"maps"
	"slices"
)

// offers are what is sold, by plural: enough of it for the modules.
var offers = map[string][]fields{
	"locations":           locations,
	"server_types":        serverTypes,
	"images":              images,
	"load_balancer_types": balancerTypes,
}

var locations = []fields{
	location(1, "fsn1", "DE", "Falkenstein", "eu-central"),
	location(2, "nbg1", "DE", "Nuremberg", "eu-central"),
	location(3, "hel1", "FI", "Helsinki", "eu-central"),
	location(4, "ash", "US", "Ashburn, VA", "us-east"),
	location(5, "hil", "US", "Hillsboro, OR", "us-west"),
	location(6, "sin", "SG", "Singapore", "ap-southeast"),
}

func location(id int64, name, country, city, zone string) fields {
	return fields{"id": id, "name": name, "description": city, "country": country, "city": city, "latitude": 0.0, "longitude": 0.0, "network_zone": zone}
}

var (
	europe = []string{"fsn1", "nbg1", "hel1"}
	abroad = []string{"ash", "hil", "sin"}
)

var serverTypes = []fields{
	serverType(114, "cx23", 2, 4, 40, europe...),
	serverType(115, "cx33", 4, 8, 80, europe...),
	serverType(116, "cx43", 8, 16, 160, europe...),
	serverType(23, "cpx21", 3, 4, 80, abroad...),
	serverType(24, "cpx31", 4, 8, 160, abroad...),
	serverType(96, "ccx13", 2, 8, 80, append(abroad, europe...)...),
}

// Open makes a location known, as Hetzner does before much is sold there: ccx13.
func (c *Cloud) Open(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	place := location(int64(len(c.offers["locations"])+1), name, "XX", name, "eu-central")
	c.offers["locations"] = append(c.offers["locations"], place)
	c.sell("ccx13", func(at []any) []any { return append(at, soldAt(place)) })
}

// Withdraw ends the sale of a server type in a location.
func (c *Cloud) Withdraw(serverType, location string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sell(serverType, func(at []any) []any {
		return slices.DeleteFunc(at, func(l any) bool { return l.(fields)["name"] == location })
	})
}

// sell changes where a server type is sold.
func (c *Cloud) sell(serverType string, change func([]any) []any) {
	for i, t := range c.offers["server_types"] {
		if t["name"] == serverType {
			t = maps.Clone(t)
			t["locations"] = change(slices.Clone(list(t["locations"])))
			c.offers["server_types"][i] = t
		}
	}
}

func copied(offers map[string][]fields) map[string][]fields {
	out := map[string][]fields{}
	for plural, all := range offers {
		out[plural] = slices.Clone(all)
	}
	return out
}

func soldAt(location fields) fields {
	return fields{"id": location["id"], "name": location["name"], "recommended": true, "available": true, "deprecation": nil}
}

func serverType(id int64, name string, cores, memory, disk int, sold ...string) fields {
	at := []any{}
	for _, l := range locations {
		for _, name := range sold {
			if l["name"] == name {
				at = append(at, soldAt(l))
			}
		}
	}
	return fields{
		"id": id, "name": name, "description": name, "category": "shared", "cores": cores, "memory": memory, "disk": disk,
		"storage_type": "local", "cpu_type": "shared", "architecture": "x86", "prices": []any{}, "deprecated": false, "deprecation": nil, "locations": at,
	}
}

var images = []fields{
	image(161547269, "ubuntu-24.04", "ubuntu", "24.04"),
	image(310557660, "debian-13", "debian", "13"),
	image(114690387, "debian-12", "debian", "12"),
	image(103908070, "alma-9", "alma", "9"),
}

func image(id int64, name, flavor, version string) fields {
	return fields{
		"id": id, "type": "system", "status": "available", "name": name, "description": name, "image_size": nil, "disk_size": 5,
		"created": began, "os_flavor": flavor, "os_version": version, "rapid_deploy": true, "architecture": "x86",
		"protection": fields{"delete": false}, "labels": fields{},
	}
}

var balancerTypes = []fields{
	balancerType(1, "lb11", 10000, 5, 25),
	balancerType(2, "lb21", 20000, 15, 75),
	balancerType(3, "lb31", 40000, 30, 150),
}

func balancerType(id int64, name string, connections, services, targets int) fields {
	return fields{
		"id": id, "name": name, "description": name, "max_connections": connections, "max_services": services, "max_targets": targets,
		"max_assigned_certificates": 10, "prices": []any{}, "deprecated": nil,
	}
}
