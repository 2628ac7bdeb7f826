package fakehcloud

import (
	"fmt"
	"slices"
)

// servers are machines.
var servers = &kind{
	singular: "server",
	make:     makeServer,
	made: func(c *Cloud, o *object, body fields) {
		net := inside(body, "public_net")
		if address := c.find("primary_ips", number(net["ipv4"])); address != nil {
			address.fields["assignee_id"] = o.id
		} else if net == nil || net["enable_ipv4"] == true {
			c.assign(o)
		}
		for _, id := range list(body["networks"]) {
			_ = attach(c, o, fields{"network": id}) // as far as there is a place
		}
	},
	show: func(c *Cloud, o *object, f fields) {
		f["public_net"] = c.publicNet(o)
		f["volumes"], f["load_balancers"] = []any{}, []any{}
		for _, v := range c.all("volumes") {
			if v.number("server") == o.id {
				f["volumes"] = append(list(f["volumes"]), v.id)
			}
		}
		f["placement_group"] = nil
		if g := c.find("placement_groups", o.number("group")); g != nil {
			f["placement_group"] = c.view(g)
		}
	},
	gone: func(c *Cloud, o *object) *Error {
		for _, a := range c.all("primary_ips") {
			if a.number("assignee_id") == o.id {
				a.fields["assignee_id"] = nil
				if a.fields["auto_delete"] == true {
					delete(c.objects["primary_ips"], a.id)
				}
			}
		}
		for _, v := range c.all("volumes") {
			if v.number("server") == o.id {
				v.fields["server"] = nil
			}
		}
		for _, b := range c.all("load_balancers") {
			b.fields["targets"] = slices.DeleteFunc(list(b.fields["targets"]), func(t any) bool {
				return number(inside(t.(fields), "server")["id"]) == o.id
			})
		}
		return nil
	},
	actions: map[string]func(*Cloud, *object, fields) *Error{
		"poweron":             status("running"),
		"poweroff":            status("off"),
		"shutdown":            status("off"),
		"attach_to_network":   attach,
		"detach_from_network": detach,
		"enable_backup":       backup("22-02"),
		"disable_backup":      backup(nil),
		"change_type": func(c *Cloud, o *object, body fields) *Error {
			if o.text("status") != "off" {
				return unprocessable("server_not_stopped", "server must be stopped")
			}
			return size(c, o.fields, body)
		},
	},
}

func makeServer(c *Cloud, body fields) (fields, *Error) {
	f := taken(body, "user_data")
	image, ok := c.offer("images", body["image"])
	if !ok {
		return nil, invalid("image", "image not found")
	}
	place, ok := c.offer("locations", body["location"])
	if !ok {
		return nil, invalid("location", "location not found")
	}
	f["image"], f["location"] = image, place
	if fault := size(c, f, body); fault != nil {
		return nil, fault
	}
	if net := inside(body, "public_net"); number(net["ipv4"]) != 0 {
		address := c.find("primary_ips", number(net["ipv4"]))
		switch {
		case address == nil:
			return nil, notFound()
		case address.number("assignee_id") != 0:
			return nil, unprocessable("primary_ip_assigned", "primary IP is already assigned")
		}
	}
	if group := c.find("placement_groups", number(body["placement_group"])); group != nil {
		if len(list(c.view(group)["servers"])) >= mostSpread {
			return nil, &Error{403, "resource_limit_exceeded", "placement group server limit reached", nil}
		}
		f["group"] = group.id
	}
	f["status"] = "running"
	if body["start_after_create"] == false {
		f["status"] = "off"
	}
	f["private_net"], f["protection"] = []any{}, fields{"delete": false, "rebuild": false}
	f["primary_disk_size"], f["backup_window"], f["iso"], f["rescue_enabled"], f["locked"] = f["server_type"].(fields)["disk"], nil, nil, false, false
	return f, nil
}

// size gives a server the type that was asked for, where that is sold.
func size(c *Cloud, f, body fields) *Error {
	kind, ok := c.offer("server_types", body["server_type"])
	if !ok {
		return invalid("server_type", "server type not found")
	}
	sold := slices.ContainsFunc(list(kind["locations"]), func(l any) bool { return l.(fields)["name"] == inside(f, "location")["name"] })
	if !sold {
		return &Unavailable
	}
	f["server_type"] = kind
	return nil
}

func status(now string) func(*Cloud, *object, fields) *Error {
	return func(_ *Cloud, o *object, _ fields) *Error {
		o.fields["status"] = now
		return nil
	}
}

func backup(window any) func(*Cloud, *object, fields) *Error {
	return func(_ *Cloud, o *object, _ fields) *Error {
		o.fields["backup_window"] = window
		return nil
	}
}

// publicNet is how a server is reached from the internet, and what stands before it.
func (c *Cloud) publicNet(o *object) fields {
	net := fields{"ipv4": nil, "ipv6": nil, "floating_ips": []any{}, "firewalls": []any{}}
	for _, a := range c.all("primary_ips") {
		if a.number("assignee_id") == o.id {
			net["ipv4"] = fields{"id": a.id, "ip": a.text("ip"), "blocked": false, "dns_ptr": "static." + a.text("ip")}
		}
	}
	if net["ipv4"] == nil {
		return net
	}
	for _, w := range c.all("firewalls") {
		if w.covers(o) {
			net["firewalls"] = append(list(net["firewalls"]), fields{"id": w.id, "status": "applied"})
		}
	}
	return net
}

// assign gives a server an address of the cloud's choice, which goes with it.
func (c *Cloud) assign(o *object) {
	c.put("primary_ips", c.address(fields{"name": fmt.Sprintf("primary_ip-%d", o.id), "assignee_id": o.id, "auto_delete": true, "location": o.fields["location"]}))
}
