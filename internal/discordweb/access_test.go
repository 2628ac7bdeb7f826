package discordweb

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

const testToken = "0123456789abcdef0123456789abcdef"

// ask sends one request, with the host that it names and headers.
func ask(t *testing.T, method, address, host string, headers map[string]string, body string) (*http.Response, string) {
	t.Helper()
	r := must(http.NewRequestWithContext(testContext(t), method, address, strings.NewReader(body)))(t)
	if host != "" {
		r.Host = host
	}
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer := must(client.Do(r))(t)
	defer answer.Body.Close()
	return answer, string(must(io.ReadAll(answer.Body))(t))
}

const hello = `{"as":"ada","do":"hello"}`

func TestWhoMayOnLoopback(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	u := must(url.Parse(w.URL()))(t)
	port := u.Port()
	for name, c := range map[string]struct {
		method, path, host, origin string
		status                     int
	}{
		"the page":                    {"GET", "/", "", "", 200},
		"by the name of localhost":    {"GET", "/", "localhost:" + port, "", 200},
		"by the address of version 6": {"GET", "/", "[::1]:" + port, "", 200},
		"another name":                {"GET", "/", "attacker.example:" + port, "", 403},
		"a name that looks like it":   {"GET", "/", "localhost.attacker.example:" + port, "", 403},
		"an address that starts so":   {"GET", "/", "127.0.0.1.attacker.example:" + port, "", 403},
		"another address":             {"GET", "/", "192.0.2.1:" + port, "", 403},
		"another port":                {"GET", "/", "127.0.0.1:1", "", 403},
		"no port":                     {"GET", "/", "127.0.0.1", "", 403},
		"a call":                      {"POST", callPath, "", "", 200},
		"a call of our page":          {"POST", callPath, "", w.URL(), 200},
		"a call of localhost's page":  {"POST", callPath, "localhost:" + port, "http://localhost:" + port, 200},
		"a call of another site":      {"POST", callPath, "", "https://attacker.example", 403},
		"a call of another port":      {"POST", callPath, "", "http://127.0.0.1:1", 403},
		"a call of nowhere":           {"POST", callPath, "", "null", 403},
		"a call to another name":      {"POST", callPath, "attacker.example:" + port, "http://attacker.example:" + port, 403},
		"a file of another name":      {"GET", "/page/main.js", "attacker.example:" + port, "", 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			headers := map[string]string{}
			if c.origin != "" {
				headers["Origin"] = c.origin
			}
			r, body := ask(t, c.method, w.URL()+c.path, c.host, headers, hello)
			if r.StatusCode != c.status {
				t.Errorf("%d, want %d: %s", r.StatusCode, c.status, body)
			}
			if c.status == 403 && strings.Contains(body, "ada") {
				t.Errorf("it tells who is here: %s", body)
			}
			assertHeaders(t, r)
		})
	}
}

func assertHeaders(t *testing.T, r *http.Response) {
	t.Helper()
	for k, v := range map[string]string{"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
		if got := r.Header.Get(k); got != v {
			t.Errorf("%s: %q", k, got)
		}
	}
}

func TestWhoMayOpenASocket(t *testing.T) {
	t.Parallel()
	open := mustPlace(t, Options{})
	closed := mustPlace(t, Options{Token: testToken})
	for name, c := range map[string]struct {
		w      *playground
		header http.Header
		may    bool
	}{
		"our page":              {open, http.Header{"Origin": {open.URL()}}, true},
		"a script":              {open, nil, true},
		"another site":          {open, http.Header{"Origin": {"https://attacker.example"}}, false},
		"two origins":           {open, http.Header{"Origin": {open.URL(), "https://attacker.example"}}, false},
		"without the token":     {closed, http.Header{"Origin": {closed.URL()}}, false},
		"with the token":        {closed, http.Header{"Authorization": {"Bearer " + testToken}}, true},
		"with the cookie":       {closed, http.Header{"Cookie": {closed.web.door.cookie + "=" + testToken}, "Origin": {closed.URL()}}, true},
		"another site's cookie": {closed, http.Header{"Cookie": {closed.web.door.cookie + "=" + testToken}, "Origin": {"https://attacker.example"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ws, _, err := websocket.Dial(testContext(t), c.w.URL()+socketPath, &websocket.DialOptions{HTTPHeader: c.header})
			if (err == nil) != c.may {
				t.Errorf("got %v", err)
			}
			if err == nil {
				ws.CloseNow() //nolint:errcheck // it was let in: that is all
			}
		})
	}
}

func TestWhoMayWithAToken(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{Token: testToken})
	cookie := func(v string) map[string]string { return map[string]string{"Cookie": w.web.door.cookie + "=" + v} }
	bearer := func(v string) map[string]string { return map[string]string{"Authorization": "Bearer " + v} }
	for name, c := range map[string]struct {
		method, path string
		headers      map[string]string
		status       int
	}{
		"nothing":                       {"GET", "/", nil, 401},
		"a wrong token":                 {"GET", "/?token=" + testToken[:31], nil, 401},
		"an empty token":                {"GET", "/?token=", nil, 401},
		"the token":                     {"GET", "/?token=" + testToken, nil, 303},
		"the token elsewhere":           {"GET", "/page/main.js?token=" + testToken, nil, 401},
		"the cookie":                    {"GET", "/", cookie(testToken), 200},
		"a wrong cookie":                {"GET", "/", cookie("x"), 401},
		"an empty cookie":               {"GET", "/", cookie(""), 401},
		"a file":                        {"GET", "/page/main.js", nil, 401},
		"a file that is none":           {"GET", "/page/none.js", nil, 401},
		"a call":                        {"POST", callPath, nil, 401},
		"a call with it":                {"POST", callPath, bearer(testToken), 200},
		"a call with a wrong one":       {"POST", callPath, bearer("x"), 401},
		"a call with the cookie":        {"POST", callPath, cookie(testToken), 200},
		"a call with it in the address": {"POST", callPath + "?token=" + testToken, nil, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, body := ask(t, c.method, w.URL()+c.path, "", c.headers, hello)
			if r.StatusCode != c.status {
				t.Errorf("%d, want %d: %s", r.StatusCode, c.status, body)
			}
			if strings.Contains(body, testToken) {
				t.Error("it tells the token")
			}
			if r.StatusCode == 401 && !strings.Contains(body, "?token=") {
				t.Errorf("it does not say what to do: %s", body)
			}
			assertHeaders(t, r)
		})
	}
	r, _ := ask(t, "GET", w.URL()+"/?token="+testToken, "", nil, "")
	c := r.Cookies()
	if len(c) != 1 || !c[0].HttpOnly || c[0].SameSite != http.SameSiteStrictMode || r.Header.Get("Location") != "/" {
		t.Errorf("cookies %v, location %q", c, r.Header.Get("Location"))
	}
}

// What a program that opens the page is told works once: it is not the token.
func TestATicketWorksOnce(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{Token: testToken})
	old := w.web.Ticket()
	address := w.web.Ticket()
	if strings.Contains(address, testToken) || !strings.HasPrefix(address, w.URL()+"/?token=") {
		t.Fatalf("the address is %s", address)
	}
	status := func(address string) int {
		r, body := ask(t, "GET", address, "", nil, "")
		if c := r.Cookies(); r.StatusCode == 303 && (len(c) != 1 || c[0].Value != testToken) {
			t.Errorf("cookies %v: %s", c, body)
		}
		return r.StatusCode
	}
	for _, c := range []struct {
		what, address string
		want          int
	}{
		{"one that another followed", old, 401}, {"a part of it", address[:len(address)-1], 401}, {"it", address, 303},
		{"it again", address, 401}, {"none", w.URL() + "/?token=", 401}, {"the token", w.URL() + "/?token=" + testToken, 303},
	} {
		if got := status(c.address); got != c.want {
			t.Errorf("%s: %d, want %d", c.what, got, c.want)
		}
	}
	late := w.web.Ticket()
	w.web.door.until = time.Now().Add(-time.Second)
	if got := status(late); got != 401 {
		t.Errorf("too late: %d", got)
	}
	open := mustPlace(t, Options{})
	if got := open.web.Ticket(); got != open.URL()+"/" {
		t.Errorf("where none is needed: %s", got)
	}
}

// Behind a proxy with TLS the cookie never goes over a connection without.
func TestCookieBehindTLS(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{Token: testToken})
	for proto, secure := range map[string]bool{"https": true, "http": false} {
		r, _ := ask(t, "GET", w.URL()+"/?token="+testToken, "", map[string]string{"X-Forwarded-Proto": proto}, "")
		if c := r.Cookies(); len(c) != 1 || c[0].Secure != secure {
			t.Errorf("%s: cookies %v", proto, c)
		}
	}
}

// A Sim that others reach, started without a token, lets nobody in.
func TestWithoutATokenOthersStayOut(t *testing.T) {
	t.Parallel()
	sim := mustSim(t, discordsim.Options{Addr: "0.0.0.0:0"})
	sim.Mount(New(sim, Options{}))
	u := must(url.Parse(sim.URL()))(t)
	for _, path := range []string{"/", "/page/main.js", "/?token="} {
		if r, body := ask(t, "GET", "http://127.0.0.1:"+u.Port()+path, "", nil, ""); r.StatusCode != 403 {
			t.Errorf("%s: %d %s", path, r.StatusCode, body)
		}
	}
}
