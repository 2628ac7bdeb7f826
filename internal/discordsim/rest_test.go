package discordsim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

type object = map[string]any

// answer is what came back from a bare REST call.
type answer struct {
	status int
	header http.Header
	body   object
	list   []any
}

func (a answer) code() int {
	n, _ := a.body["code"].(float64)
	return int(n)
}

// call makes a REST call as the bot, without a client library in between.
func (w *world) call(t testing.TB, method, path string, body any, files ...string) answer {
	t.Helper()
	var payload bytes.Buffer
	kind := "application/json"
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case len(files) > 0:
		form := multipart.NewWriter(&payload)
		if err := form.WriteField("payload_json", string(text)); err != nil {
			t.Fatal(err)
		}
		for i, content := range files {
			part := must(form.CreateFormFile("files["+string(rune('0'+i))+"]", "file"+string(rune('0'+i))+".txt"))(t)
			if _, err := io.WriteString(part, content); err != nil {
				t.Fatal(err)
			}
		}
		form.Close()
		kind = form.FormDataContentType()
	case body != nil:
		payload.Write(text)
	}
	req := must(http.NewRequestWithContext(t.Context(), method, w.URL()+"/api/v10"+path, &payload))(t)
	req.Header.Set("Authorization", "Bot "+w.app.Token)
	req.Header.Set("Content-Type", kind)
	return w.do(t, req)
}

// do makes a request and decodes its answer.
func (w *world) do(t testing.TB, req *http.Request) answer {
	t.Helper()
	resp := must(http.DefaultClient.Do(req))(t)
	defer resp.Body.Close()
	out := answer{status: resp.StatusCode, header: resp.Header}
	text := must(io.ReadAll(resp.Body))(t)
	var err error
	switch {
	case len(text) == 0:
	case text[0] == '[':
		err = json.Unmarshal(text, &out.list)
	default:
		err = json.Unmarshal(text, &out.body)
	}
	if err != nil {
		t.Fatalf("%s %s: %v in %s", req.Method, req.URL.Path, err, text)
	}
	return out
}

// unlimited is a Sim without rate limits, for tests that make many calls.
var unlimited = discordsim.Options{MessageRate: discordsim.NoLimit, RouteRate: discordsim.NoLimit, GlobalRate: discordsim.NoLimit}

func TestAuthorization(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	get := func(path, token string) int {
		req := must(http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL()+path, nil))(t)
		if token != "" {
			req.Header.Set("Authorization", token)
		}
		resp := must(http.DefaultClient.Do(req))(t)
		resp.Body.Close()
		return resp.StatusCode
	}
	for _, test := range []struct {
		path, token string
		want        int
	}{
		{"/api/v9/users/@me", "Bot " + w.app.Token, 200},
		{"/api/v10/users/@me", w.app.Token, 200},
		{"/api/users/@me", w.app.Token, 200},
		{"/users/@me", w.app.Token, 200},
		{"/users/@me", "Bot nonsense", 401},
		{"/users/@me", "", 401},
		{"/users/@me", "Bot ", 401},
		{"/gateway", "", 200},
		{"/gateway/bot", "", 401},
		{"/gateway/bot", w.app.Token, 200},
	} {
		if got := get(test.path, test.token); got != test.want {
			t.Errorf("%s with %q: %d, want %d", test.path, test.token, got, test.want)
		}
	}
	w.Faults().RejectToken(w.app, true)
	if got := get("/users/@me", w.app.Token); got != 401 {
		t.Errorf("rejected token: %d", got)
	}
	w.assertClean(t)
}

func TestUnknownRouteIsAViolation(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	if a := w.call(t, "GET", "/no/such/thing", nil); a.status != 404 || a.code() != 0 {
		t.Errorf("answer = %+v", a)
	}
	if a := w.call(t, "DELETE", "/users/@me", nil); a.status != 404 {
		t.Errorf("wrong method: %+v", a)
	}
	if v := w.Violations(); len(v) != 2 || !strings.Contains(v[0].String(), "/no/such/thing") {
		t.Errorf("violations = %v", v)
	}
}

func TestGuildReads(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	hidden := w.guild.NewTextChannel("hidden")
	hidden.Deny(w.guild.Everyone(), discordsim.ViewChannel)
	other := w.NewGuild("Other")
	guild := "/guilds/" + w.guild.ID

	for _, test := range []struct {
		path         string
		status, code int
	}{
		{guild, 200, 0},
		{"/guilds/" + other.ID, 403, 50001},
		{"/guilds/1", 404, 10004},
		{guild + "/members/" + w.ada.ID, 200, 0},
		{guild + "/members/1", 404, 10013},
		{guild + "/members/" + other.Owner().ID, 404, 10007},
		{"/users/" + w.ada.ID, 200, 0},
		{"/users/1", 404, 10013},
		{"/channels/" + w.ops.ID, 200, 0},
		{"/channels/" + hidden.ID, 403, 50001},
		{"/channels/1", 404, 10003},
		{"/applications/@me", 200, 0},
		{"/oauth2/applications/@me", 200, 0},
		{guild + "/members?limit=0", 400, 50035},
		{guild + "/members?limit=x", 400, 50035},
	} {
		if a := w.call(t, "GET", test.path, nil); a.status != test.status || a.code() != test.code {
			t.Errorf("%s: %d %v, want %d %d", test.path, a.status, a.body, test.status, test.code)
		}
	}
	for path, want := range map[string]int{
		guild + "/channels": 1, guild + "/roles": 3, guild + "/members?limit=1000": 4, guild + "/members?limit=2": 2,
		guild + "/members?limit=9&after=" + w.ada.ID: 1, "/users/@me/guilds": 1,
	} {
		if a := w.call(t, "GET", path, nil); len(a.list) != want {
			t.Errorf("%s: %d elements, want %d", path, len(a.list), want)
		}
	}
	if a := w.call(t, "GET", "/users/@me", nil); a.body["id"] != w.app.ID || a.body["bot"] != true {
		t.Errorf("me = %v", a.body)
	}
}
