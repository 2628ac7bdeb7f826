package browser

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const page = `<!doctype html><html lang="en"><title>A page</title><meta name="viewport" content="width=device-width">
<main><h1>Hello</h1>
<label>Name <input id="name"></label>
<button onclick="said.textContent = 'Hello ' + document.querySelector('#name').value + ' ' + innerWidth">Greet</button>
<button disabled>Closed</button>
<p id="said"></p></main>`

// serve serves a page.
func serve(t *testing.T, html string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			w.WriteHeader(http.StatusNoContent) // the icon
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "script-src 'unsafe-inline'") // and no eval
		io.WriteString(w, html)                                                 //nolint:errcheck // a test's
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// A person without a mouse, and one with a phone.
func TestWindowsActLikePeople(t *testing.T) {
	t.Parallel()
	address := serve(t, page)
	b := Start(t)
	desk, phone := b.Open(address, Desktop), b.Open(address, Phone)

	desk.TabTo("input", "Name")
	desk.Type("Ada")
	desk.TabTo("button", "Greet")
	desk.Press(Enter)
	desk.Await("#said", "Hello Ada 1280")

	phone.Click("input", "")
	phone.Type("Grace")
	phone.Click("button", "Greet")
	phone.Await("#said", "Hello Grace 360")
	if desk.Sees("button", "Nobody") {
		t.Error("a button is seen that is not there")
	}
	desk.Accessible()
	if png := phone.Picture(); !strings.HasPrefix(string(png), "\x89PNG") {
		t.Error("the picture is no PNG")
	}
}

// What is wrong with a page is found.
func TestWindowsNoticeWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := Start(t).Open(serve(t, `<!doctype html><html><title>x</title><body><img src="data:,"><input>
		<script>setTimeout(() => { console.error('broken on purpose'); document.body.append('late'); })</script>`), Desktop)
	w.Allow("broken on purpose")
	w.Await("body", "late")
	rules := map[string]bool{}
	for _, f := range w.Findings() {
		rules[f.Rule] = true
	}
	for _, want := range []string{"image-alt", "label", "html-has-lang"} {
		if !rules[want] {
			t.Errorf("axe-core did not complain of %s, but of %v", want, rules)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.console) == 0 || !strings.Contains(w.console[0], "broken on purpose") {
		t.Errorf("the console's error was not noticed: %q", w.console)
	}
}
