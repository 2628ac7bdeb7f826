package discordsim_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	dg "github.com/bwmarrin/discordgo"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

// An endpoint is only taken, and kept, when it answers a PING and refuses a bad
// signature.
func TestEndpointsAreVerified(t *testing.T) {
	t.Parallel()
	w, ctx := mustWorld(t, unlimited), testContext(t)
	w.call(t, "POST", "/applications/"+w.app.ID+"/commands", object{"name": "hello", "description": "d"})
	public := ed25519.PublicKey(must(hex.DecodeString(w.app.PublicKey))(t))
	var careless atomic.Bool
	answering := func(status int, kind, body string) string {
		endpoint := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if !careless.Load() && !dg.VerifyInteraction(r, public) {
				rw.WriteHeader(http.StatusUnauthorized)
				return
			}
			rw.Header().Set("Content-Type", kind)
			rw.WriteHeader(status)
			fmt.Fprint(rw, body)
		}))
		t.Cleanup(endpoint.Close)
		return endpoint.URL
	}
	const asJSON, pong = "application/json", `{"type":1}`
	for name, url := range map[string]string{
		"no PONG": answering(200, asJSON, `{"type":4}`), "no JSON": answering(200, asJSON, "ok"), "another status": answering(202, asJSON, pong),
		"another type": answering(200, "text/plain", pong), "nobody": "http://127.0.0.1:1", "no URL": "http://[::1",
	} {
		if err := w.app.SaveInteractionsEndpoint(ctx, url); !errors.Is(err, sim.ErrEndpoint) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.app.SaveInteractionsEndpoint(ctx, answering(200, asJSON+"; charset=utf-8", pong)); err != nil { // as many frameworks write it
		t.Errorf("with a charset: %v", err)
	}
	good := answering(200, asJSON, pong)
	if err := w.app.SaveInteractionsEndpoint(ctx, good); err != nil {
		t.Fatal(err)
	}
	if err := w.app.CheckInteractionsEndpoint(ctx); err != nil {
		t.Error(err)
	}
	saved := func() any { return w.call(t, "GET", "/applications/@me", nil).body["interactions_endpoint_url"] }
	if saved() != good {
		t.Errorf("the endpoint is %v", saved())
	}
	careless.Store(true)
	if err := w.app.CheckInteractionsEndpoint(ctx); !errors.Is(err, sim.ErrEndpoint) || saved() != nil {
		t.Errorf("no signature is checked any more: %v, and the endpoint is %v", err, saved())
	}
}
