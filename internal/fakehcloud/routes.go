package fakehcloud

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// routes is the API. Each request is answered under the lock: a small cloud does one
// thing at a time.
func (c *Cloud) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, answer := range map[string]func(*http.Request, fields) (any, *Error){
		"GET /v1/actions":                                             c.listActions,
		"GET /v1/actions/{id}":                                        c.getAction,
		"GET /v1/{kind}":                                              c.list,
		"POST /v1/{kind}":                                             c.create,
		"GET /v1/{kind}/{id}":                                         c.get,
		"PUT /v1/{kind}/{id}":                                         c.update,
		"DELETE /v1/{kind}/{id}":                                      c.remove,
		"POST /v1/{kind}/{id}/actions/{action}":                       c.act,
		"POST /v1/zones/{zone}/rrsets":                                c.createRecord,
		"GET /v1/zones/{zone}/rrsets/{name}/{type}":                   c.getRecord,
		"PUT /v1/zones/{zone}/rrsets/{name}/{type}":                   c.updateRecord,
		"DELETE /v1/zones/{zone}/rrsets/{name}/{type}":                c.removeRecord,
		"POST /v1/zones/{zone}/rrsets/{name}/{type}/actions/{action}": c.actOnRecord,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { c.answer(w, r, answer) })
	}
	return mux
}

func (c *Cloud) answer(w http.ResponseWriter, r *http.Request, answer func(*http.Request, fields) (any, *Error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/v1"))
	body := fields{}
	fault := c.authorize(r)
	if fault == nil {
		fault = c.fault(r)
	}
	if fault == nil && r.ContentLength != 0 {
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			fault = &Error{http.StatusBadRequest, "json_error", "invalid JSON: " + err.Error(), nil}
		}
	}
	var said any
	if fault == nil {
		said, fault = answer(r, body)
	}
	// The provider adds this to each error.
	w.Header().Set("X-Correlation-Id", fmt.Sprintf("%016x", 0x2a3b4c5d6e7f0000+len(c.asked)))
	w.Header().Set("Content-Type", "application/json")
	switch {
	case fault != nil:
		w.WriteHeader(fault.Status)
		said = fields{"error": fields{"code": fault.Code, "message": fault.Message, "details": fault.Details}}
	case said == nil:
		w.WriteHeader(http.StatusNoContent)
		return
	case r.Method == http.MethodPost:
		w.WriteHeader(http.StatusCreated)
	}
	_ = json.NewEncoder(w).Encode(said) // who went away reads nothing
}

// authorize holds to the tokens.
func (c *Cloud) authorize(r *http.Request) *Error {
	switch token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); {
	case token == c.Token:
		return nil
	case token == "" || token != c.Reader:
		return &Unauthorized
	case r.Method != http.MethodGet:
		return &Error{http.StatusForbidden, "token_readonly", "the token is only allowed to perform GET requests", nil}
	}
	return nil
}

// one is the object that a path names.
func (c *Cloud) one(r *http.Request) (*object, *Error) {
	kind, text := r.PathValue("kind"), r.PathValue("id")
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil && kind == "zones" { // which go by their name too
		for _, o := range c.all(kind) {
			if o.text("name") == text {
				return o, nil
			}
		}
	}
	if o := c.find(kind, id); o != nil {
		return o, nil
	}
	return nil, notFound()
}

func (c *Cloud) list(r *http.Request, _ fields) (any, *Error) {
	plural := r.PathValue("kind")
	shown := []any{}
	want := r.URL.Query()
	keep := func(f fields) {
		if name := want.Get("name"); name != "" && name != f["name"] {
			return
		}
		shown = append(shown, f)
	}
	if offered, ok := c.offers[plural]; ok {
		for _, f := range offered {
			keep(f)
		}
	} else if _, ok := c.kinds[plural]; ok {
		for _, o := range c.all(plural) {
			keep(c.view(o))
		}
	} else {
		return nil, notFound()
	}
	return fields{plural: shown, "meta": fields{"pagination": fields{
		"page": 1, "per_page": 50, "previous_page": nil, "next_page": nil, "last_page": 1, "total_entries": len(shown),
	}}}, nil
}

func (c *Cloud) get(r *http.Request, _ fields) (any, *Error) {
	plural := r.PathValue("kind")
	for _, f := range c.offers[plural] {
		if fmt.Sprint(f["id"]) == r.PathValue("id") {
			return fields{strings.TrimSuffix(plural, "s"): f}, nil
		}
	}
	o, fault := c.one(r)
	if fault != nil {
		return nil, fault
	}
	return fields{o.kind.singular: c.view(o)}, nil
}

func (c *Cloud) create(r *http.Request, body fields) (any, *Error) {
	plural := r.PathValue("kind")
	k, ok := c.kinds[plural]
	if !ok {
		return nil, notFound()
	}
	if fault := c.checkName(plural, body, 0); fault != nil {
		return nil, fault
	}
	if limit, ok := c.Limits[plural]; ok && len(c.objects[plural]) >= limit {
		return nil, &Error{http.StatusForbidden, "resource_limit_exceeded", strings.ReplaceAll(k.singular, "_", " ") + " limit reached", nil}
	}
	f, fault := k.make(c, body)
	if fault != nil {
		return nil, fault
	}
	o := c.put(plural, f)
	if k.made != nil {
		k.made(c, o, body)
	}
	done := c.did("create_"+k.singular, o)
	return fields{k.singular: c.view(o), "action": done, "actions": []any{done}, "next_actions": []any{}}, nil
}

func (c *Cloud) update(r *http.Request, body fields) (any, *Error) {
	o, fault := c.one(r)
	if fault == nil {
		fault = c.checkName(r.PathValue("kind"), body, o.id)
	}
	if fault != nil {
		return nil, fault
	}
	for _, name := range []string{"name", "labels", "auto_delete", "expose_routes_to_vswitch"} {
		if v, ok := body[name]; ok {
			o.fields[name] = v
		}
	}
	return fields{o.kind.singular: c.view(o)}, nil
}

func (c *Cloud) remove(r *http.Request, _ fields) (any, *Error) {
	o, fault := c.one(r)
	if fault != nil {
		return nil, fault
	}
	if inside(o.fields, "protection")["delete"] == true {
		return nil, &Error{http.StatusForbidden, "protected", strings.ReplaceAll(o.kind.singular, "_", " ") + " deletion is protected", nil}
	}
	if o.kind.gone != nil {
		if fault := o.kind.gone(c, o); fault != nil {
			return nil, fault
		}
	}
	delete(c.objects[r.PathValue("kind")], o.id)
	if o.kind.quiet {
		return nil, nil
	}
	return fields{"action": c.did("delete_"+o.kind.singular, o)}, nil
}

// act does what is no mere change of a field.
func (c *Cloud) act(r *http.Request, body fields) (any, *Error) {
	o, fault := c.one(r)
	if fault != nil {
		return nil, fault
	}
	name := r.PathValue("action")
	do := o.kind.actions[name]
	if name == "change_protection" {
		do = protect
	}
	if do == nil {
		return nil, notFound()
	}
	if fault := do(c, o, body); fault != nil {
		return nil, fault
	}
	done := c.did(name, o)
	return fields{"action": done, "actions": []any{done}}, nil
}

func protect(_ *Cloud, o *object, body fields) *Error {
	now := fields{}
	for name, was := range inside(o.fields, "protection") {
		now[name] = was
		if v, ok := body[name]; ok {
			now[name] = v
		}
	}
	o.fields["protection"] = now
	return nil
}

// did is the action that a request was. It runs when it is told of first, and has
// succeeded when it is asked for: whoever does not wait for it is found out.
func (c *Cloud) did(command string, o *object) fields {
	id := c.next()
	action := fields{
		"id": id, "command": command, "status": "running", "progress": 0, "started": began, "finished": nil,
		"resources": []any{fields{"id": o.id, "type": o.kind.singular}}, "error": nil,
	}
	ended := fields{}
	for name, v := range action {
		ended[name] = v
	}
	ended["status"], ended["progress"], ended["finished"] = "success", 100, began
	c.actions[id] = ended
	return action
}

func (c *Cloud) listActions(r *http.Request, _ fields) (any, *Error) {
	found := []any{}
	for _, text := range r.URL.Query()["id"] {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil && c.actions[id] != nil {
			found = append(found, c.actions[id])
		}
	}
	return fields{"actions": found, "meta": fields{"pagination": fields{
		"page": 1, "per_page": 50, "previous_page": nil, "next_page": nil, "last_page": 1, "total_entries": len(found),
	}}}, nil
}

func (c *Cloud) getAction(r *http.Request, _ fields) (any, *Error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || c.actions[id] == nil {
		return nil, notFound()
	}
	return fields{"action": c.actions[id]}, nil
}
