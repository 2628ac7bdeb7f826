package fakehcloud

import (
	"fmt"
	"maps"
	"slices"
)

// balancers are load balancers.
var balancers = &kind{
	singular: "load_balancer",
	quiet:    true,
	make: func(c *Cloud, body fields) (fields, *Error) {
		f := taken(body)
		kind, ok := c.offer("load_balancer_types", body["load_balancer_type"])
		if !ok {
			return nil, invalid("load_balancer_type", "load balancer type not found")
		}
		place, ok := c.offer("locations", body["location"])
		if !ok {
			return nil, invalid("location", "location not found")
		}
		f["load_balancer_type"], f["location"] = kind, place
		f["algorithm"] = fields{"type": "round_robin"}
		f["services"], f["targets"], f["private_net"] = []any{}, []any{}, []any{}
		return f, nil
	},
	made: func(c *Cloud, o *object, _ fields) {
		o.fields["public_net"] = fields{
			"enabled": true,
			"ipv4":    fields{"ip": fmt.Sprintf("198.51.100.%d", c.made["load_balancers"]), "dns_ptr": "lb.example.com"},
			"ipv6":    fields{"ip": "2001:db8::1", "dns_ptr": "lb.example.com"},
		}
	},
	actions: map[string]func(*Cloud, *object, fields) *Error{
		"attach_to_network":        attach,
		"detach_from_network":      detach,
		"enable_public_interface":  public(true),
		"disable_public_interface": public(false),
		"add_service":              addService,
		"update_service":           updateService,
		"delete_service": func(_ *Cloud, o *object, body fields) *Error {
			o.fields["services"] = slices.DeleteFunc(list(o.fields["services"]), func(s any) bool {
				return number(s.(fields)["listen_port"]) == number(body["listen_port"])
			})
			return nil
		},
		"add_target":    addTarget,
		"remove_target": removeTarget,
		"change_type": func(c *Cloud, o *object, body fields) *Error {
			kind, ok := c.offer("load_balancer_types", body["load_balancer_type"])
			if !ok {
				return invalid("load_balancer_type", "load balancer type not found")
			}
			o.fields["load_balancer_type"] = kind
			return nil
		},
	},
}

func public(on bool) func(*Cloud, *object, fields) *Error {
	return func(_ *Cloud, o *object, _ fields) *Error {
		net := maps.Clone(inside(o.fields, "public_net"))
		net["enabled"] = on
		o.fields["public_net"] = net
		return nil
	}
}

func addService(_ *Cloud, o *object, body fields) *Error {
	for _, s := range list(o.fields["services"]) {
		if number(s.(fields)["listen_port"]) == number(body["listen_port"]) {
			return unprocessable("source_port_already_used", "the source port is already in use")
		}
	}
	service := fields{"proxyprotocol": false}
	maps.Copy(service, body)
	http := fields{"cookie_name": "HCLBSTICKY", "cookie_lifetime": 300, "certificates": []any{}, "redirect_http": false, "sticky_sessions": false, "timeout_idle": 60}
	maps.Copy(http, inside(body, "http"))
	service["http"] = http
	o.fields["services"] = append(list(o.fields["services"]), service)
	return nil
}

func updateService(_ *Cloud, o *object, body fields) *Error {
	for _, s := range list(o.fields["services"]) {
		if s := s.(fields); number(s["listen_port"]) == number(body["listen_port"]) {
			http := maps.Clone(inside(s, "http"))
			maps.Copy(http, inside(body, "http"))
			maps.Copy(s, body)
			s["http"] = http
			return nil
		}
	}
	return notFound()
}

func addTarget(c *Cloud, o *object, body fields) *Error {
	id := number(inside(body, "server")["id"])
	s := c.find("servers", id)
	if s == nil {
		return notFound()
	}
	for _, t := range list(o.fields["targets"]) {
		if number(inside(t.(fields), "server")["id"]) == id {
			return unprocessable("target_already_defined", "the target is already defined")
		}
	}
	if body["use_private_ip"] == true {
		nets := list(o.fields["private_net"])
		if len(nets) == 0 {
			return unprocessable("load_balancer_not_attached_to_network", "the load balancer is not attached to a network")
		}
		if _, ok := s.address(number(nets[0].(fields)["network"])); !ok {
			return unprocessable("server_not_attached_to_network", "the server is not attached to the network of the load balancer")
		}
	}
	o.fields["targets"] = append(list(o.fields["targets"]), fields{
		"type": body["type"], "server": fields{"id": id}, "use_private_ip": body["use_private_ip"] == true, "health_status": []any{},
	})
	return nil
}

func removeTarget(_ *Cloud, o *object, body fields) *Error {
	id := number(inside(body, "server")["id"])
	o.fields["targets"] = slices.DeleteFunc(list(o.fields["targets"]), func(t any) bool {
		return number(inside(t.(fields), "server")["id"]) == id
	})
	return nil
}

// certificates are issued at once, for domains whose zone is here.
var certificates = &kind{
	singular: "certificate",
	quiet:    true,
	make: func(c *Cloud, body fields) (fields, *Error) {
		for _, domain := range list(body["domain_names"]) {
			if !slices.ContainsFunc(c.all("zones"), func(z *object) bool { return within(domain.(string), z.text("name")) }) {
				return nil, unprocessable("dns_zone_not_found", "DNS zone not found")
			}
		}
		f := taken(body, "type", "domain_names")
		f["certificate"], f["fingerprint"] = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "03:c7"
		f["not_valid_before"], f["not_valid_after"] = began, "2026-04-01T00:00:00+00:00"
		f["status"], f["used_by"] = fields{"issuance": "completed", "renewal": "scheduled", "error": nil}, []any{}
		return f, nil
	},
	gone: func(c *Cloud, o *object) *Error {
		for _, b := range c.all("load_balancers") {
			for _, s := range list(b.fields["services"]) {
				if slices.ContainsFunc(list(inside(s.(fields), "http")["certificates"]), func(id any) bool { return number(id) == o.id }) {
					return unprocessable("resource_in_use", "certificate is still in use")
				}
			}
		}
		return nil
	},
}
