package fakehcloud

import (
	"net/http"
	"strings"
)

// zones are DNS zones; their record sets are objects of their own, named by name and
// type.
var zones = &kind{
	singular: "zone",
	make:     func(_ *Cloud, body fields) (fields, *Error) { return taken(body, "mode", "ttl"), nil },
	show: func(_ *Cloud, _ *object, f fields) {
		f["primary_nameservers"], f["record_count"] = []any{}, 0
		f["authoritative_nameservers"] = fields{"assigned": []any{"hydrogen.ns.hetzner.com."}, "delegated": []any{}, "delegation_last_check": began, "delegation_status": "valid"}
	},
}

// records are made below their zone, and not here.
var records = &kind{
	singular: "rrset",
	make:     func(*Cloud, fields) (fields, *Error) { return nil, notFound() },
	show: func(_ *Cloud, o *object, f fields) {
		f["id"] = o.text("name")
		f["name"], f["type"], _ = strings.Cut(o.text("name"), "/")
	},
}

// within reports whether a domain belongs to a zone.
func within(domain, zone string) bool { return domain == zone || strings.HasSuffix(domain, "."+zone) }

// zone is the one that a path names.
func (c *Cloud) zone(r *http.Request) (*object, *Error) {
	r.SetPathValue("kind", "zones")
	r.SetPathValue("id", r.PathValue("zone"))
	return c.one(r)
}

func (c *Cloud) createRecord(r *http.Request, body fields) (any, *Error) {
	zone, fault := c.zone(r)
	if fault != nil {
		return nil, fault
	}
	name, _ := body["name"].(string)
	of, _ := body["type"].(string)
	if c.record(zone, name, of) != nil {
		return nil, &Uniqueness
	}
	f := taken(body, "ttl", "records")
	f["name"], f["zone"], f["protection"] = name+"/"+of, zone.id, fields{"change": false}
	o := c.put("rrsets", f)
	return fields{"rrset": c.view(o), "action": c.did("create_rrset", o)}, nil
}

func (c *Cloud) record(zone *object, name, of string) *object {
	for _, o := range c.all("rrsets") {
		if o.number("zone") == zone.id && o.text("name") == name+"/"+of {
			return o
		}
	}
	return nil
}

func (c *Cloud) recordOf(r *http.Request) (*object, *Error) {
	zone, fault := c.zone(r)
	if fault != nil {
		return nil, fault
	}
	if o := c.record(zone, r.PathValue("name"), r.PathValue("type")); o != nil {
		return o, nil
	}
	return nil, notFound()
}

func (c *Cloud) getRecord(r *http.Request, _ fields) (any, *Error) {
	o, fault := c.recordOf(r)
	if fault != nil {
		return nil, fault
	}
	return fields{"rrset": c.view(o)}, nil
}

func (c *Cloud) updateRecord(r *http.Request, body fields) (any, *Error) {
	o, fault := c.recordOf(r)
	if fault != nil {
		return nil, fault
	}
	o.fields["labels"] = body["labels"]
	return fields{"rrset": c.view(o)}, nil
}

func (c *Cloud) removeRecord(r *http.Request, _ fields) (any, *Error) {
	o, fault := c.recordOf(r)
	if fault != nil {
		return nil, fault
	}
	delete(c.objects["rrsets"], o.id)
	return fields{"action": c.did("delete_rrset", o)}, nil
}

func (c *Cloud) actOnRecord(r *http.Request, body fields) (any, *Error) {
	o, fault := c.recordOf(r)
	if fault != nil {
		return nil, fault
	}
	switch r.PathValue("action") {
	case "set_records":
		o.fields["records"] = body["records"]
	case "change_ttl":
		o.fields["ttl"] = body["ttl"]
	case "change_protection":
		o.fields["protection"] = body
	default:
		return nil, notFound()
	}
	return fields{"action": c.did(r.PathValue("action"), o)}, nil
}
