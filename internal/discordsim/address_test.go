package discordsim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// A Sim that clients reach by another address than its own names that one.
func TestAddressOfOthers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ addr, url, want, gateway string }{
		"its own":       {"127.0.0.1:0", "", "http://127.0.0.1:", `"ws://127.0.0.1:`},
		"all addresses": {"0.0.0.0:0", "", "http://127.0.0.1:", `"ws://127.0.0.1:`},
		"another":       {"127.0.0.1:0", "https://discord.test", "https://discord.test", `"wss://discord.test"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := must(discordsim.Start(discordsim.Options{Addr: tc.addr, URL: tc.url}))(t)
			defer sim.Close()
			if !strings.HasPrefix(sim.URL(), tc.want) {
				t.Errorf("URL %s", sim.URL())
			}
			_, port, _ := strings.Cut(strings.TrimPrefix(sim.Addr(), "[::]"), ":")
			r := must(http.Get("http://127.0.0.1:" + port + "/api/v10/gateway"))(t)
			defer r.Body.Close()
			text := make([]byte, 100)
			n, _ := r.Body.Read(text)
			if !strings.Contains(string(text[:n]), tc.gateway) {
				t.Errorf("gateway %s", text[:n])
			}
		})
	}
}
