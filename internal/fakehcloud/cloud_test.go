package fakehcloud

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const token = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func mustStart(t *testing.T, o Options) *Cloud {
	t.Helper()
	o.Token = token
	c, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// mustAsk asks the API, and returns the code of its error or what it said.
func mustAsk(t *testing.T, c *Cloud, token, method, path, body string) (code string, said fields) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, c.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var raw bytes.Buffer
	if _, err := raw.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	if raw.Len() == 0 {
		return "", nil
	}
	if err := json.Unmarshal(raw.Bytes(), &said); err != nil {
		t.Fatalf("%s %s: %v: %s", method, path, err, raw.String())
	}
	code, _ = inside(said, "error")["code"].(string)
	if (code != "") != (res.StatusCode >= 400) {
		t.Errorf("%s %s: status %d with %s", method, path, res.StatusCode, raw.String())
	}
	return code, said
}

const (
	aNetwork = `{"name": "n", "ip_range": "10.0.0.0/16"}`
	aServer  = `{"name": "web", "server_type": "cx23", "image": "debian-13", "location": "fsn1"}`
)

// What the API refuses, and with which code.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		token, method, path, body string
		limits                    map[string]int
		fault                     *Fault
		first                     []string // bodies that are posted before
		want                      string
	}{
		"no token":         {token: "x", method: "GET", path: "/servers", want: "unauthorized"},
		"only to read":     {token: "reader", method: "POST", path: "/networks", body: aNetwork, want: "token_readonly"},
		"it may read":      {token: "reader", method: "GET", path: "/networks"},
		"not JSON":         {method: "POST", path: "/networks", body: "{", want: "json_error"},
		"no such kind":     {method: "GET", path: "/databases", want: "not_found"},
		"no such object":   {method: "GET", path: "/servers/7", want: "not_found"},
		"bad name":         {method: "POST", path: "/servers", body: strings.Replace(aServer, "web", "no host", 1), want: "invalid_input"},
		"bad label":        {method: "POST", path: "/networks", body: `{"name": "n", "ip_range": "10.0.0.0/16", "labels": {"a": "b c"}}`, want: "invalid_input"},
		"public range":     {method: "POST", path: "/networks", body: `{"name": "n", "ip_range": "8.0.0.0/16"}`, want: "invalid_input"},
		"no such type":     {method: "POST", path: "/servers", body: strings.Replace(aServer, "cx23", "cx1", 1), want: "invalid_input"},
		"not sold there":   {method: "POST", path: "/servers", body: strings.Replace(aServer, "fsn1", "ash", 1), want: "resource_unavailable"},
		"name taken":       {method: "POST", path: "/servers", body: aServer, first: []string{aServer}, want: "uniqueness_error"},
		"limit":            {method: "POST", path: "/servers", body: aServer, limits: map[string]int{"servers": 0}, want: "resource_limit_exceeded"},
		"below the limit":  {method: "POST", path: "/servers", body: aServer, limits: map[string]int{"servers": 1}},
		"forbidden":        {method: "POST", path: "/servers", body: aServer, fault: &Fault{Method: "POST", Path: "/servers", Error: Forbidden}, want: "forbidden"},
		"too many":         {method: "GET", path: "/servers", fault: &Fault{Error: RateLimited}, want: "rate_limit_exceeded"},
		"fault of another": {method: "GET", path: "/servers", fault: &Fault{Method: "POST", Path: "/servers", Error: Forbidden}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := mustStart(t, Options{Reader: "reader", Limits: test.limits})
			for _, body := range test.first {
				mustAsk(t, c, token, test.method, test.path, body)
			}
			if test.fault != nil {
				c.Fail(*test.fault)
			}
			if test.token == "" {
				test.token = token
			}
			if got, said := mustAsk(t, c, test.token, test.method, test.path, test.body); got != test.want {
				t.Errorf("it answers %q, want %q: %v", got, test.want, said)
			}
		})
	}
}

// A fault that is to happen so often happens no more often.
func TestFaultEnds(t *testing.T) {
	t.Parallel()
	c := mustStart(t, Options{})
	c.Fail(Fault{Path: "/servers", Times: 2, Error: RateLimited})
	var got []string
	for range 3 {
		code, _ := mustAsk(t, c, token, "GET", "/servers", "")
		got = append(got, code)
	}
	if diff := cmp.Diff([]string{"rate_limit_exceeded", "rate_limit_exceeded", ""}, got); diff != "" {
		t.Error(diff)
	}
}

// What is in use stays, an action is done when it is asked for, and what was made is
// counted.
func TestLife(t *testing.T) {
	t.Parallel()
	c := mustStart(t, Options{})
	must := func(want, method, path, body string) fields {
		t.Helper()
		code, said := mustAsk(t, c, token, method, path, body)
		if code != want {
			t.Fatalf("%s %s: %q, want %q: %v", method, path, code, want, said)
		}
		return said
	}
	must("", "POST", "/networks", aNetwork)                                                               // 1001
	must("", "POST", "/networks/1001/actions/add_subnet", `{"type": "cloud", "ip_range": "10.0.0.0/24"}`) // 1003
	must("invalid_input", "POST", "/networks/1001/actions/add_subnet", `{"type": "cloud", "ip_range": "10.0.0.128/25"}`)
	must("", "POST", "/firewalls", `{"name": "f", "apply_to": [{"type": "label_selector", "label_selector": {"selector": "a=b"}}]}`)
	made := must("", "POST", "/servers", strings.Replace(aServer, "{", `{"labels": {"a": "b"}, "networks": [1001], `, 1))
	action := inside(made, "action")
	if action["status"] != "running" {
		t.Errorf("the action is %v at once", action["status"])
	}
	asked := must("", "GET", "/actions?id="+jsonNumber(action["id"]), "")
	if got := list(asked["actions"])[0].(fields)["status"]; got != "success" {
		t.Errorf("the action is %v later", got)
	}
	shown := c.Show("servers", "web")
	if got := len(list(inside(shown, "public_net")["firewalls"])); got != 1 {
		t.Errorf("%d firewalls stand before the server", got)
	}
	if got := list(shown["private_net"])[0].(fields)["ip"]; got != "10.0.0.2" {
		t.Errorf("its address in the network is %v", got)
	}
	server := "/servers/" + jsonNumber(shown["id"])
	must("resource_in_use", "DELETE", "/networks/1001", "")
	must("resource_in_use", "POST", "/networks/1001/actions/delete_subnet", `{"ip_range": "10.0.0.0/24"}`)
	must("", "POST", server+"/actions/change_protection", `{"delete": true, "rebuild": true}`)
	must("protected", "DELETE", server, "")
	if diff := cmp.Diff(map[string]int{"networks": 1, "firewalls": 1, "servers": 1, "primary_ips": 1}, c.Count()); diff != "" {
		t.Error(diff)
	}
	must("", "POST", server+"/actions/change_protection", `{"delete": false, "rebuild": false}`)
	must("", "DELETE", server, "")
	must("", "DELETE", "/networks/1001", "")
	if diff := cmp.Diff(map[string]int{"firewalls": 1}, c.Count()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]int{"networks": 1, "firewalls": 1, "servers": 1, "primary_ips": 1}, c.Made()); diff != "" {
		t.Error(diff)
	}
}

func jsonNumber(v any) string {
	raw, _ := json.Marshal(v)
	return string(raw)
}
