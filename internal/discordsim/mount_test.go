package discordsim_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

// page says that it was asked, and echoes on sockets until it is told to go.
func page(t *testing.T) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		if q.Header.Get("Upgrade") == "" {
			io.WriteString(w, "page "+q.URL.Path) //nolint:errcheck // the test looks
			return
		}
		ws, err := websocket.Accept(w, q, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer ws.CloseNow() //nolint:errcheck // over
		for {
			kind, text, err := ws.Read(q.Context())
			if err != nil {
				return
			}
			if err := ws.Write(q.Context(), kind, text); err != nil {
				return
			}
		}
	}
}

func TestMountServesWhatIsNobodyElses(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	file := w.mustPost(t, object{"content": "x"}, "hello").Attachments[0].URL
	w.Mount(page(t))
	for name, test := range map[string]struct {
		path, token, want string
		status            int
	}{
		"root":                   {"/", "", "page /", 200},
		"a script":               {"/page/app.js", "", "page /page/app.js", 200},
		"a call":                 {"/client/call", "", "page /client/call", 200},
		"what looks like a file": {"/attachment", "", "page /attachment", 200},
		"the API":                {"/api/v10/gateway", "", "ws://", 200},
		"the API, unknown":       {"/api/v10/nothing", "", "404: Not Found", 404},
		"the API, bare":          {"/gateway", "", "ws://", 200},
		"the API, bare, of bots": {"/users/@me", "Bot " + w.app.Token, "Cloud Engine", 200},
		"a bot's mistake":        {"/nothing", "Bot " + w.app.Token, "404: Not Found", 404},
		"somebody else's token":  {"/nothing", "Bearer x", "page /nothing", 200},
		"a file":                 {strings.TrimPrefix(file, w.URL()), "", "hello", 200},
	} {
		req := must(http.NewRequestWithContext(t.Context(), "GET", w.URL()+test.path, nil))(t)
		if test.token != "" {
			req.Header.Set("Authorization", test.token)
		}
		resp := must(http.DefaultClient.Do(req))(t)
		body := must(io.ReadAll(resp.Body))(t)
		resp.Body.Close()
		if resp.StatusCode != test.status || !strings.Contains(string(body), test.want) {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
		}
	}
	w.mustSocket(t, "").identify(w.app.Token) // elsewhere, the gateway answers
}

func TestWithoutAPageEverythingIsTheAPIs(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	resp := must(http.Get(w.URL() + "/client/call"))(t)
	defer resp.Body.Close()
	if body := must(io.ReadAll(resp.Body))(t); resp.StatusCode != 404 || !strings.Contains(string(body), "404: Not Found") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if len(w.Violations()) != 1 {
		t.Errorf("violations = %v", w.Violations())
	}
}

func TestFaultsDoNotTouchThePage(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	file := w.mustPost(t, object{"content": "x"}, "hello").Attachments[0].URL
	w.Mount(page(t))
	w.Faults().On("", "/*", sim.Fault{Status: 503}, -1)
	w.Faults().Offline(true)
	for path, works := range map[string]bool{w.URL() + "/": true, file: true, w.URL() + "/api/v10/gateway": false} {
		resp, err := http.Get(path)
		if err == nil {
			resp.Body.Close()
		}
		if (err == nil) != works {
			t.Errorf("%s: %v", path, err)
		}
	}
	ws := mustPageSocket(t, w)
	if err := ws.Write(t.Context(), websocket.MessageText, []byte("hi")); err != nil {
		t.Fatal(err)
	}
	if _, text, err := ws.Read(t.Context()); err != nil || string(text) != "hi" {
		t.Errorf("echo %q, %v", text, err)
	}
}

func mustPageSocket(t *testing.T, w *world) *websocket.Conn {
	t.Helper()
	ws, _, err := websocket.Dial(testContext(t), "ws"+strings.TrimPrefix(w.URL(), "http")+"/client/socket", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.CloseNow() }) //nolint:errcheck // over
	return ws
}

func TestCloseEndsThePagesConnections(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	waits := make(chan struct{})
	w.Mount(http.HandlerFunc(func(rw http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/client/wait" {
			close(waits)
			<-q.Context().Done()
			return
		}
		page(t)(rw, q)
	}))
	ws := mustPageSocket(t, w)
	if err := ws.Write(t.Context(), websocket.MessageText, []byte("hi")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ws.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	polled := make(chan struct{})
	go func() {
		defer close(polled)
		if resp, err := http.Get(w.URL() + "/client/wait"); err == nil {
			resp.Body.Close()
		}
	}()
	<-waits
	start := time.Now()
	w.Close()
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("Close took %s", took)
	}
	<-polled
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, _, err := ws.Read(ctx); err == nil || ctx.Err() != nil {
		t.Errorf("the socket is still open: %v", err)
	}
}

// A page of another site, open in a developer's browser, reaches no more than
// the answer that it may not.
func TestPagesOfOtherSitesAreTurnedAway(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	w.Mount(page(t))
	for name, test := range map[string]struct {
		path, origin string
		status       int
	}{
		"a bot":                {"/api/v10/nothing", "", 404},
		"a library's own name": {"/api/v10/nothing", w.URL(), 404},
		"another site":         {"/api/v10/nothing", "https://attacker.example", 403},
		"another port":         {"/api/v10/nothing", "http://127.0.0.1:1", 403},
		"a page of nowhere":    {"/api/v10/nothing", "null", 403},
		"a callback":           {"/api/v10/interactions/1/x/callback", "https://attacker.example", 403},
		"a file":               {"/attachments/1/2/x", "https://attacker.example", 403},
	} {
		req := must(http.NewRequestWithContext(t.Context(), "POST", w.URL()+test.path, strings.NewReader("x")))(t)
		if test.origin != "" {
			req.Header.Set("Origin", test.origin)
		}
		resp := must(http.DefaultClient.Do(req))(t)
		resp.Body.Close()
		if resp.StatusCode != test.status {
			t.Errorf("%s: %d", name, resp.StatusCode)
		}
	}
	if v := w.Violations(); len(v) != 2 {
		t.Errorf("violations = %v", v)
	}
	foreign := &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"https://attacker.example"}}}
	if ws, _, err := websocket.Dial(testContext(t), w.URL(), foreign); err == nil {
		ws.CloseNow() //nolint:errcheck // it should not be
		t.Error("another site's page got a gateway")
	}
}

// Nothing large is taken from who has no token, nor looked at.
func TestStrangersSendLittle(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	for path, want := range map[string]int{
		"/nothing": 413, "/interactions/1/x/callback": 404, "/webhooks/" + w.app.ID + "/x": 401, w.messages(): 401,
	} {
		resp := must(http.Post(w.URL()+"/api/v10"+path, "application/json", strings.NewReader(strings.Repeat("x", 100<<10))))(t)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, resp.StatusCode, want)
		}
	}
	if v := w.Violations(); len(v) != 1 { // the others were not read
		t.Errorf("violations = %v", v)
	}
}

func TestViolationsTakeLittle(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	for i := range 210 {
		resp := must(http.Post(w.URL()+"/api/v10/nothing/"+strconv.Itoa(i), "text/plain", strings.NewReader(strings.Repeat("x", 20<<10))))(t)
		resp.Body.Close()
	}
	list := w.Violations()
	if len(list) != 200 || list[0].Path != "/nothing/10" || list[199].Path != "/nothing/209" {
		t.Fatalf("%d, from %s to %s", len(list), list[0].Path, list[len(list)-1].Path)
	}
	if n := len(list[0].Body); n > 17<<10 {
		t.Errorf("%d bytes are kept of a body", n)
	}
}
