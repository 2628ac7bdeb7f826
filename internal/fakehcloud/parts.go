package fakehcloud

import (
	"fmt"
	"slices"
)

// mostSpread is how many servers a placement group may have:
// https://docs.hetzner.com/cloud/placement-groups/overview.
const mostSpread = 10

// addresses are primary IPs.
var addresses = &kind{
	singular: "primary_ip",
	quiet:    true,
	make: func(c *Cloud, body fields) (fields, *Error) {
		place, ok := c.offer("locations", body["location"])
		if body["type"] != "ipv4" || !ok {
			return nil, invalid("location", "location not found")
		}
		f := taken(body, "auto_delete")
		f["location"] = place
		return c.address(f), nil
	},
	gone: func(_ *Cloud, o *object) *Error {
		if o.number("assignee_id") != 0 {
			return unprocessable("must_be_unassigned", "primary IP must be unassigned to be deleted")
		}
		return nil
	},
	actions: map[string]func(*Cloud, *object, fields) *Error{
		"assign": func(c *Cloud, o *object, body fields) *Error {
			s := c.find("servers", number(body["assignee_id"]))
			if s == nil {
				return notFound()
			}
			return c.whileOff(s, func() { o.fields["assignee_id"] = s.id })
		},
		"unassign": func(c *Cloud, o *object, _ fields) *Error {
			s := c.find("servers", o.number("assignee_id"))
			if s == nil {
				return unprocessable("primary_ip_not_assigned", "primary IP is not assigned")
			}
			return c.whileOff(s, func() { o.fields["assignee_id"] = nil })
		},
	},
}

// address completes a primary IP with its number, of those for documentation.
func (c *Cloud) address(f fields) fields {
	f["ip"] = fmt.Sprintf("203.0.113.%d", 1+c.made["primary_ips"]%254)
	f["type"], f["assignee_type"], f["blocked"], f["dns_ptr"] = "ipv4", "server", false, []any{}
	if _, ok := f["auto_delete"]; !ok {
		f["auto_delete"] = false
	}
	if _, ok := f["assignee_id"]; !ok {
		f["assignee_id"] = nil
	}
	return f
}

func (c *Cloud) whileOff(s *object, do func()) *Error {
	if s.text("status") != "off" {
		return unprocessable("server_not_stopped", "server must be stopped")
	}
	do()
	return nil
}

// groups keep servers apart.
var groups = &kind{
	singular: "placement_group",
	quiet:    true,
	make:     func(_ *Cloud, body fields) (fields, *Error) { return taken(body, "type"), nil },
	show: func(c *Cloud, o *object, f fields) {
		f["servers"] = []any{}
		for _, s := range c.all("servers") {
			if s.number("group") == o.id {
				f["servers"] = append(list(f["servers"]), s.id)
			}
		}
	},
	gone: func(c *Cloud, o *object) *Error {
		if len(list(c.view(o)["servers"])) > 0 {
			return unprocessable("resource_in_use", "placement group is still in use")
		}
		return nil
	},
}

// volumes are disks beside a server's own.
var volumes = &kind{
	singular: "volume",
	quiet:    true,
	make: func(c *Cloud, body fields) (fields, *Error) {
		if gib := number(body["size"]); gib < 10 || gib > 10240 {
			return nil, invalid("size", "size must be between 10 and 10240")
		}
		f := taken(body, "size", "format", "server")
		if s := c.find("servers", number(body["server"])); s != nil {
			f["location"] = s.fields["location"]
		} else if place, ok := c.offer("locations", body["location"]); ok {
			f["location"], f["server"] = place, nil
		} else {
			return nil, invalid("location", "location not found")
		}
		f["status"] = "available"
		return f, nil
	},
	made: func(_ *Cloud, o *object, _ fields) {
		o.fields["linux_device"] = fmt.Sprintf("/dev/disk/by-id/scsi-0HC_Volume_%d", o.id)
	},
	gone: func(_ *Cloud, o *object) *Error {
		if o.number("server") != 0 {
			return unprocessable("volume_attached", "volume is still attached to a server")
		}
		return nil
	},
	actions: map[string]func(*Cloud, *object, fields) *Error{
		"attach": func(_ *Cloud, o *object, body fields) *Error {
			o.fields["server"] = body["server"]
			return nil
		},
		"detach": func(_ *Cloud, o *object, _ fields) *Error {
			o.fields["server"] = nil
			return nil
		},
		"resize": func(_ *Cloud, o *object, body fields) *Error {
			if number(body["size"]) < o.number("size") {
				return invalid("size", "a volume cannot shrink")
			}
			o.fields["size"] = body["size"]
			return nil
		},
	},
}

// firewalls stand before servers, which they find by id or by label.
var firewalls = &kind{
	singular: "firewall",
	quiet:    true,
	make: func(_ *Cloud, body fields) (fields, *Error) {
		f := taken(body)
		f["rules"], f["applied_to"] = rules(body["rules"]), slices.Concat([]any{}, list(body["apply_to"]))
		return f, nil
	},
	gone: func(c *Cloud, o *object) *Error {
		if len(list(o.fields["applied_to"])) > 0 {
			return unprocessable("resource_in_use", "firewall is still applied to resources")
		}
		return nil
	},
	actions: map[string]func(*Cloud, *object, fields) *Error{
		"set_rules": func(_ *Cloud, o *object, body fields) *Error {
			o.fields["rules"] = rules(body["rules"])
			return nil
		},
		"apply_to_resources": func(c *Cloud, o *object, body fields) *Error {
			for _, to := range list(body["apply_to"]) {
				s := c.find("servers", number(inside(to.(fields), "server")["id"]))
				if s != nil && c.publicNet(s)["ipv4"] == nil {
					return unprocessable("private_net_only_server", "the server has no public interface")
				}
			}
			o.fields["applied_to"] = append(list(o.fields["applied_to"]), list(body["apply_to"])...)
			return nil
		},
		"remove_from_resources": func(_ *Cloud, o *object, body fields) *Error {
			for _, from := range list(body["remove_from"]) {
				o.fields["applied_to"] = slices.DeleteFunc(list(o.fields["applied_to"]), func(to any) bool {
					return fmt.Sprint(to) == fmt.Sprint(from)
				})
			}
			return nil
		},
	},
}

// rules are what is asked for, with what the API adds.
func rules(asked any) []any {
	out := []any{}
	for _, r := range list(asked) {
		rule := fields{"source_ips": []any{}, "destination_ips": []any{}, "port": nil, "description": nil}
		for name, v := range r.(fields) {
			rule[name] = v
		}
		out = append(out, rule)
	}
	return out
}

// covers reports whether a firewall stands before a server.
func (o *object) covers(server *object) bool {
	return slices.ContainsFunc(list(o.fields["applied_to"]), func(to any) bool {
		f := to.(fields)
		selector, _ := inside(f, "label_selector")["selector"].(string)
		return number(inside(f, "server")["id"]) == server.id || selector != "" && selects(selector, server)
	})
}
