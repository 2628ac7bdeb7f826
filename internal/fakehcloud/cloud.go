package fakehcloud

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options are what Start needs.
type Options struct {
	Listen string // address to listen on; empty: a free port of this machine
	Token  string // the one that may read and write; 64 characters, as the provider wants it
	Reader string // a token that may only read; empty: there is none

	// Limits is how many there may be of a kind, such as {"servers": 10}.
	Limits map[string]int
}

// Cloud is a running API.
type Cloud struct {
	Options
	listener net.Listener
	server   *http.Server
	done     chan struct{}

	mu      sync.Mutex
	offers  map[string][]fields          // what is sold, by plural
	kinds   map[string]*kind             // by plural
	last    int64                        // id that was given last
	objects map[string]map[int64]*object // by plural and id
	made    map[string]int               // how many were ever made, by plural
	actions map[int64]fields
	faults  []*Fault
	asked   []string // requests, such as "POST /servers"
}

// fields are a JSON object.
type fields = map[string]any

// object is something that was made in the cloud. What others refer to is worked out
// when it is shown.
type object struct {
	id     int64
	kind   *kind
	fields fields
}

// Start serves the API until Close.
func Start(o Options) (*Cloud, error) {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for the Hetzner Cloud API: %w", err)
	}
	c := &Cloud{
		Options: o, offers: copied(offers), listener: listener, done: make(chan struct{}), kinds: kinds(), last: 1000,
		objects: map[string]map[int64]*object{}, made: map[string]int{}, actions: map[int64]fields{},
	}
	c.server = &http.Server{Handler: c.routes(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(c.done)
		if err := c.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			panic(err) // the listener is ours alone
		}
	}()
	return c, nil
}

// Close ends it.
func (c *Cloud) Close() {
	_ = c.server.Close() // what it was asked last is nobody's concern any more
	<-c.done
}

// URL is what HCLOUD_ENDPOINT should be.
func (c *Cloud) URL() string { return "http://" + c.listener.Addr().String() + "/v1" }

// Count is what there is now, by kind: {"networks": 1, "servers": 2}.
func (c *Cloud) Count() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts := map[string]int{}
	for plural, all := range c.objects {
		if len(all) > 0 {
			counts[plural] = len(all)
		}
	}
	return counts
}

// Made is how many were ever made, by kind.
func (c *Cloud) Made() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.made)
}

// Names are the names of all of a kind, sorted.
func (c *Cloud) Names(plural string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for _, o := range c.objects[plural] {
		names = append(names, o.text("name"))
	}
	slices.Sort(names)
	return names
}

// Show is one of a kind as the API shows it, found by a part of its name; nil where
// there is none.
func (c *Cloud) Show(plural, name string) map[string]any {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range c.all(plural) {
		if strings.Contains(o.text("name"), name) {
			return c.view(o)
		}
	}
	return nil
}

// Asked are the requests so far, such as "POST /servers".
func (c *Cloud) Asked() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.asked)
}

// AddZone makes a DNS zone, as somebody does in the console.
func (c *Cloud) AddZone(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put("zones", fields{"name": name, "mode": "primary", "status": "ok", "ttl": 3600, "registrar": "hetzner"})
}

// put makes an object. c.mu is held, as in all that follows.
func (c *Cloud) put(plural string, f fields) *object {
	k := c.kinds[plural]
	o := &object{id: c.next(), kind: k, fields: fields{"labels": fields{}, "created": began, "protection": fields{"delete": false}}}
	maps.Copy(o.fields, f)
	o.fields["id"] = o.id
	if c.objects[plural] == nil {
		c.objects[plural] = map[int64]*object{}
	}
	c.objects[plural][o.id] = o
	c.made[plural]++
	return o
}

func (c *Cloud) next() int64 {
	c.last++
	return c.last
}

// all are the objects of a kind, the oldest first.
func (c *Cloud) all(plural string) []*object {
	return slices.SortedFunc(maps.Values(c.objects[plural]), func(a, b *object) int { return int(a.id - b.id) })
}

// find is one of a kind by its id.
func (c *Cloud) find(plural string, id int64) *object { return c.objects[plural][id] }

// view is an object as the API shows it.
func (c *Cloud) view(o *object) fields {
	f := maps.Clone(o.fields)
	if o.kind.show != nil {
		o.kind.show(c, o, f)
	}
	return f
}

func (o *object) text(name string) string {
	text, _ := o.fields[name].(string)
	return text
}

func (o *object) number(name string) int64 { return number(o.fields[name]) }

// number reads an id; 0 where there is none.
func number(v any) int64 {
	switch n := v.(type) {
	case float64:
		return int64(n)
	case int64:
		return n
	case int:
		return int64(n)
	}
	return 0
}

// list reads a list; none where there is none.
func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// inside reads an object in another one; an empty one where there is none.
func inside(f fields, name string) fields {
	v, _ := f[name].(fields)
	return v
}
