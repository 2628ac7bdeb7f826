package web_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/usererr"
	"github.com/cloud-engine/cloudengine/internal/web"
)

// endpoint is a server with an endpoint, and the key that Discord signs by.
type endpoint struct {
	*web.Server
	t    *testing.T
	key  ed25519.PrivateKey
	logs *logs

	mu    sync.Mutex
	taken []string
}

// take is the bot: what it is posted says what it does.
func (e *endpoint) take(body []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch e.taken = append(e.taken, string(body)); {
	case bytes.Contains(body, []byte("panic")):
		panic("secret detail")
	case bytes.Contains(body, []byte("busy")):
		return usererr.New(usererr.Unavailable, "busy")
	case bytes.Contains(body, []byte("strange")):
		return errors.New("secret detail")
	}
	return nil
}

func newEndpoint(t *testing.T, limit time.Duration) *endpoint {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	e := &endpoint{t: t, key: private, logs: &logs{}}
	log := slog.New(slog.NewTextHandler(e.logs, nil))
	e.Server, err = web.Start(web.Options{Addr: "127.0.0.1:0", Logger: log, ReadLimit: limit, Interactions: &web.Interactions{Key: public, Take: e.take, Logger: log}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := e.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return e
}

// sign is the signature of a body at a time, as Discord makes it.
func sign(key ed25519.PrivateKey, stamp, body string) string {
	return hex.EncodeToString(ed25519.Sign(key, []byte(stamp+body)))
}

func stampOf(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// posting is a request as Discord makes it, which a test may spoil.
func (e *endpoint) posting(at time.Time, body string) *http.Request {
	e.t.Helper()
	r, err := http.NewRequest(http.MethodPost, e.URL()+"/interactions", strings.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Signature-Timestamp", stampOf(at))
	r.Header.Set("X-Signature-Ed25519", sign(e.key, stampOf(at), body))
	return r
}

// send returns the status, the body and the type of the answer.
func (e *endpoint) send(r *http.Request) (int, string, string) {
	e.t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		e.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	return resp.StatusCode, string(body), resp.Header.Get("Content-Type")
}

const command = `{"type":2,"id":"1"}`

func TestInteractions(t *testing.T) {
	t.Parallel()
	spoil := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	const signature, stamp = "X-Signature-Ed25519", "X-Signature-Timestamp"
	large := `{"type":2,"x":"` + strings.Repeat("x", 1<<20) + `"}`
	for name, tc := range map[string]struct {
		age    time.Duration // of the signature
		body   string
		spoil  func(*http.Request)
		status int
		taken  bool
	}{
		"as it should be":              {body: command, status: 202, taken: true},
		"a PING":                       {body: `{"type":1}`, status: 200},
		"nearly five minutes old":      {age: 290 * time.Second, body: command, status: 202, taken: true},
		"nearly five minutes ahead":    {age: -290 * time.Second, body: command, status: 202, taken: true},
		"older than five minutes":      {age: 301 * time.Second, body: command, status: 401},
		"further ahead":                {age: -310 * time.Second, body: command, status: 401},
		"an old PING":                  {age: time.Hour, body: `{"type":1}`, status: 401},
		"a signature of something":     {body: command, spoil: spoil(signature, strings.Repeat("ab", 64)), status: 401},
		"no signature":                 {body: command, spoil: func(r *http.Request) { r.Header.Del(signature) }, status: 401},
		"a signature that is not hex":  {body: command, spoil: spoil(signature, strings.Repeat("zz", 64)), status: 401},
		"half a signature":             {body: command, spoil: spoil(signature, strings.Repeat("ab", 32)), status: 401},
		"no time":                      {body: command, spoil: func(r *http.Request) { r.Header.Del(stamp) }, status: 401},
		"another time than was signed": {body: command, spoil: spoil(stamp, stampOf(time.Now().Add(-time.Second))), status: 401},
		"another body":                 {body: command, spoil: replaceBody(`{"type":2,"id":"2"}`), status: 401},
		"a body that was cut":          {body: command, spoil: replaceBody(command[:5]), status: 401},
		"a huge body":                  {body: large, status: 413},
		"a huge body of unknown size":  {body: large, spoil: func(r *http.Request) { r.ContentLength = -1 }, status: 413},
		"a huge body without a name":   {body: large, spoil: func(r *http.Request) { r.Header.Del(signature) }, status: 413},
		"garbage":                      {body: "{", status: 400},
		"no body":                      {body: "", status: 400},
		"a list":                       {body: "[1]", status: 400},
		"a type that is a word":        {body: `{"type":"2"}`, status: 400},
		"what the bot cannot read":     {body: `{"type":2,"x":"strange"}`, status: 400, taken: true},
		"a busy bot":                   {body: `{"type":2,"x":"busy"}`, status: 503, taken: true},
		"a fault of ours":              {body: `{"type":2,"x":"panic"}`, status: 500, taken: true},
		"looked at with a browser":     {body: command, spoil: func(r *http.Request) { r.Method = http.MethodGet }, status: 405},
		"another method":               {body: command, spoil: func(r *http.Request) { r.Method = http.MethodPut }, status: 405},
		"another path":                 {body: command, spoil: func(r *http.Request) { r.URL.Path += "/more" }, status: 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEndpoint(t, 0)
			r := e.posting(time.Now().Add(-tc.age), tc.body)
			if tc.spoil != nil {
				tc.spoil(r)
			}
			status, body, kind := e.send(r)
			if status != tc.status {
				t.Errorf("status %d, not %d: %s", status, tc.status, body)
			}
			if taken := len(e.taken) == 1 && e.taken[0] == tc.body; taken != tc.taken || len(e.taken) > 1 {
				t.Errorf("taken: %q", e.taken)
			}
			if status == http.StatusOK && (strings.TrimSpace(body) != `{"type":1}` || kind != "application/json") {
				t.Errorf("a PING is answered with %q of type %s", body, kind)
			}
			if status == http.StatusAccepted && body != "" {
				t.Errorf("202 has a body: %q", body)
			}
			// Strangers neither fill the log nor read it.
			if logged := e.logs.String(); strings.Contains(body, "secret") || (logged != "") != (tc.taken && status >= 400) {
				t.Errorf("answer %q, log %q", body, logged)
			}
			// Whatever it was, the endpoint goes on.
			if status, _, _ := e.send(e.posting(time.Now(), `{"type":1}`)); status != http.StatusOK {
				t.Errorf("a PING afterwards: %d", status)
			}
		})
	}
}

func replaceBody(body string) func(*http.Request) {
	return func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	}
}

// Clients that send byte by byte are left, however far they got; the others are
// answered meanwhile.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	const limit = 300 * time.Millisecond
	e := newEndpoint(t, limit)
	for name, sent := range map[string]string{
		"nothing":         "",
		"half a header":   "POST /interactions HTTP/1.1\r\nHost: x\r\nX-Signature",
		"half a body":     "POST /interactions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
		"an endless body": "POST /interactions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			conn, err := net.Dial("tcp", strings.TrimPrefix(e.URL(), "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := conn.SetDeadline(began.Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(conn, sent); err != nil {
				t.Fatal(err)
			}
			if status, _, _ := e.send(e.posting(time.Now(), command)); status != http.StatusAccepted {
				t.Errorf("others meanwhile: %d", status)
			}
			answer, err := io.ReadAll(conn) // ends when the server closes
			if err != nil {
				t.Fatalf("still connected after %v: %v", time.Since(began), err)
			}
			if got := string(answer); got != "" && !strings.HasPrefix(got, "HTTP/1.1 400") && !strings.HasPrefix(got, "HTTP/1.1 408") {
				t.Errorf("answer: %s", got)
			}
		})
	}
}

// A header that fills memory is refused.
func TestHugeHeader(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t, 0)
	r := e.posting(time.Now(), command)
	r.Header.Set("X-Signature-Ed25519", strings.Repeat("a", 100<<10))
	if status, _, _ := e.send(r); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", status)
	}
}

// logs keeps what is logged.
type logs struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
