package fakehcloud

import (
	"regexp"
	"strconv"
	"strings"
)

// began is when everything was made: no test looks at the clock.
const began = "2026-01-01T00:00:00+00:00"

// kind is what is particular about objects of a kind.
type kind struct {
	singular string
	quiet    bool // deleting one is no action

	make    func(c *Cloud, body fields) (fields, *Error) // checks what was asked for
	made    func(c *Cloud, o *object, body fields)       // what follows from its being there
	show    func(c *Cloud, o *object, f fields)          // what the API works out
	gone    func(c *Cloud, o *object) *Error             // what stands against deleting it, and what follows
	actions map[string]func(c *Cloud, o *object, body fields) *Error
}

// kinds are all that can be made, by plural.
func kinds() map[string]*kind {
	return map[string]*kind{
		"networks":         networks,
		"servers":          servers,
		"firewalls":        firewalls,
		"volumes":          volumes,
		"primary_ips":      addresses,
		"placement_groups": groups,
		"load_balancers":   balancers,
		"certificates":     certificates,
		"zones":            zones,
		"rrsets":           records,
	}
}

// What the API takes as names; hosts are called like their servers.
var (
	anyName  = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9 ._-]{0,63}$`)
	hostName = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$`)
	labelKey = regexp.MustCompile(`^([a-z0-9.-]+/)?[a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$`)
	labelOf  = regexp.MustCompile(`^([a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?)?$`)
)

// checkName holds to the rules for names and labels; id is that of the object itself.
func (c *Cloud) checkName(plural string, body fields, id int64) *Error {
	for key, value := range inside(body, "labels") {
		if text, ok := value.(string); !ok || !labelKey.MatchString(key) || !labelOf.MatchString(text) {
			return invalid("labels", "label "+strconv.Quote(key)+" is invalid")
		}
	}
	v, ok := body["name"]
	if !ok && id != 0 {
		return nil
	}
	name, _ := v.(string)
	if !anyName.MatchString(name) || plural == "servers" && !hostName.MatchString(name) {
		return invalid("name", "Not a valid name.")
	}
	for _, o := range c.all(plural) {
		if o.text("name") == name && o.id != id {
			return &Uniqueness
		}
	}
	return nil
}

// offer is one of what the cloud offers, by its name or its id.
func (c *Cloud) offer(plural string, v any) (fields, bool) {
	for _, f := range c.offers[plural] {
		if f["name"] == v || number(f["id"]) == number(v) && number(v) != 0 {
			return f, true
		}
	}
	return nil, false
}

// selects reports whether a label selector means an object: "a=b,c=d".
func selects(selector string, o *object) bool {
	for part := range strings.SplitSeq(selector, ",") {
		key, value, _ := strings.Cut(part, "=")
		if inside(o.fields, "labels")[key] != value {
			return false
		}
	}
	return true
}

// taken copies fields that are there.
func taken(body fields, names ...string) fields {
	f := fields{}
	for _, name := range append(names, "name", "labels") {
		if v, ok := body[name]; ok && v != nil {
			f[name] = v
		}
	}
	return f
}
