package discord

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
)

// Whatever Discord signs is either refused as a whole or answered, exactly once and
// in words: of a server that is not served nothing more is known.
func FuzzEndpoint(f *testing.F) {
	const inDM = `{"type":%,"id":"1","token":"t","application_id":"7","user":{"id":"5"},"data":`
	inServer := strings.Replace(inDM, `"user"`, `"guild_id":"3","member":{"user":{"id":"5"}},"user"`, 1)
	data := map[string]string{
		"2": `{"name":"cloud-list","options":[{"name":"project","type":3,"value":"dev"}]}`,
		"3": `{"custom_id":"s/4kq2/approve/1","component_type":2}`,
		"4": `{"name":"cloud-deploy","options":[{"name":"project","type":3,"value":"d","focused":true}]}`,
		"5": `{"custom_id":"s/4kq2/form/1","components":[{"type":18,"component":{"type":4,"custom_id":"name","value":"main"}}]}`,
		"9": `null`,
	}
	for kind, d := range data {
		for _, where := range []string{inDM, inServer} {
			f.Add(strings.Replace(where, "%", kind, 1) + d + "}")
		}
	}
	f.Add(`{"type":3,"application_id":"7","data":{},"message":{"components":[{"type":1,"components":[{"type":99}]}]}}`)
	f.Add(`{"type":2,"application_id":"7","app_permissions":"x","data":{}}`)

	var answers, ours atomic.Int64
	discord := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var said struct {
			Data struct {
				Content string `json:"content"`
			} `json:"data"`
		}
		_ = json.NewDecoder(r.Body).Decode(&said)
		if answers.Add(1); strings.Contains(said.Data.Content, "on our side") {
			ours.Add(1)
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	f.Cleanup(discord.Close)
	kinds, err := catalog.Installed("")
	if err != nil {
		f.Fatal(err)
	}
	b, err := New(Options{
		Token: "token", API: discord.URL, Guilds: []string{"1"}, Logger: slog.New(slog.DiscardHandler),
		Orchestrator: orchestrator.New(orchestrator.Options{Catalog: kinds}),
	})
	if err != nil {
		f.Fatal(err)
	}
	b.appID = "7"
	b.serving.Store(true)
	f.Fuzz(func(t *testing.T, body string) {
		answers.Store(0)
		ours.Store(0)
		err := b.Take([]byte(body))
		_ = b.handlers.Wait()
		var head struct {
			Type int `json:"type"`
		}
		_ = json.Unmarshal([]byte(body), &head)
		want := int64(1)
		if err != nil || head.Type == 1 { // the server answers a PING itself
			want = 0
		}
		if got := answers.Load(); got != want || ours.Load() != 0 {
			t.Errorf("%d answers and not %d, %d of them faults of ours, after %v", got, want, ours.Load(), err)
		}
	})
}
