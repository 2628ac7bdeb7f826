package fakehcloud

import (
	"net/netip"
	"slices"
)

// networks have subnets and routes, and go only when nobody is in them.
var networks = &kind{
	singular: "network",
	quiet:    true,
	make: func(_ *Cloud, body fields) (fields, *Error) {
		f := taken(body, "ip_range")
		text, _ := body["ip_range"].(string)
		if r, err := netip.ParsePrefix(text); err != nil || r != r.Masked() || !r.Addr().IsPrivate() {
			return nil, invalid("ip_range", "network is not a private address range")
		}
		f["subnets"], f["routes"], f["expose_routes_to_vswitch"] = []any{}, []any{}, body["expose_routes_to_vswitch"] == true
		return f, nil
	},
	show: func(c *Cloud, o *object, f fields) {
		f["servers"], f["load_balancers"] = c.members("servers", o.id), c.members("load_balancers", o.id)
	},
	gone: func(c *Cloud, o *object) *Error {
		if len(c.members("servers", o.id))+len(c.members("load_balancers", o.id)) > 0 {
			return unprocessable("resource_in_use", "network is still in use")
		}
		return nil
	},
	actions: map[string]func(*Cloud, *object, fields) *Error{
		"add_subnet":    addSubnet,
		"delete_subnet": deleteSubnet,
		"add_route": func(_ *Cloud, o *object, body fields) *Error {
			o.fields["routes"] = append(list(o.fields["routes"]), body)
			return nil
		},
		"delete_route": func(_ *Cloud, o *object, body fields) *Error {
			o.fields["routes"] = slices.DeleteFunc(list(o.fields["routes"]), func(r any) bool {
				return r.(fields)["destination"] == body["destination"]
			})
			return nil
		},
	},
}

func addSubnet(_ *Cloud, o *object, body fields) *Error {
	text, _ := body["ip_range"].(string)
	r, err := netip.ParsePrefix(text)
	if err != nil || !netip.MustParsePrefix(o.text("ip_range")).Contains(r.Addr()) {
		return invalid("ip_range", "subnet is not in the network")
	}
	for _, s := range list(o.fields["subnets"]) {
		if netip.MustParsePrefix(s.(fields)["ip_range"].(string)).Overlaps(r) {
			return invalid("ip_range", "subnets overlap")
		}
	}
	o.fields["subnets"] = append(list(o.fields["subnets"]), fields{
		"type": body["type"], "ip_range": text, "network_zone": body["network_zone"],
		"gateway": netip.MustParsePrefix(o.text("ip_range")).Addr().Next().String(),
	})
	return nil
}

func deleteSubnet(c *Cloud, o *object, body fields) *Error {
	text, _ := body["ip_range"].(string)
	r, err := netip.ParsePrefix(text)
	if err != nil {
		return invalid("ip_range", "not a range")
	}
	for _, plural := range []string{"servers", "load_balancers"} {
		for _, member := range c.all(plural) {
			if ip, ok := member.address(o.id); ok && r.Contains(ip) {
				return unprocessable("resource_in_use", "subnet is still in use")
			}
		}
	}
	o.fields["subnets"] = slices.DeleteFunc(list(o.fields["subnets"]), func(s any) bool { return s.(fields)["ip_range"] == text })
	return nil
}

// members are the ids of those who are in a network.
func (c *Cloud) members(plural string, network int64) []any {
	found := []any{}
	for _, o := range c.all(plural) {
		if _, ok := o.address(network); ok {
			found = append(found, o.id)
		}
	}
	return found
}

// address is that of an object in a network.
func (o *object) address(network int64) (netip.Addr, bool) {
	for _, n := range list(o.fields["private_net"]) {
		if n := n.(fields); number(n["network"]) == network {
			return netip.MustParseAddr(n["ip"].(string)), true
		}
	}
	return netip.Addr{}, false
}

// attach gives an object an address in a network: the first one that is free.
func attach(c *Cloud, o *object, body fields) *Error {
	network := c.find("networks", number(body["network"]))
	if network == nil {
		return notFound()
	}
	if _, ok := o.address(network.id); ok {
		return unprocessable("server_already_attached", "already attached to this network")
	}
	for _, s := range list(network.fields["subnets"]) {
		text := s.(fields)["ip_range"].(string)
		if want, ok := body["ip_range"].(string); ok && want != text {
			continue
		}
		r := netip.MustParsePrefix(text)
		for ip := r.Addr().Next().Next(); r.Contains(ip); ip = ip.Next() {
			if c.free(network.id, ip) {
				o.fields["private_net"] = append(list(o.fields["private_net"]), fields{
					"network": network.id, "ip": ip.String(), "alias_ips": []any{}, "mac_address": "86:00:00:00:00:01",
				})
				return nil
			}
		}
	}
	return unprocessable("no_subnet_available", "no subnet or IP is available in the network")
}

func (c *Cloud) free(network int64, ip netip.Addr) bool {
	for _, plural := range []string{"servers", "load_balancers"} {
		for _, o := range c.all(plural) {
			if has, ok := o.address(network); ok && has == ip {
				return false
			}
		}
	}
	return true
}

func detach(_ *Cloud, o *object, body fields) *Error {
	o.fields["private_net"] = slices.DeleteFunc(list(o.fields["private_net"]), func(n any) bool {
		return number(n.(fields)["network"]) == number(body["network"])
	})
	return nil
}
