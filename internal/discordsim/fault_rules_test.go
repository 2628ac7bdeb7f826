package discordsim_test

import (
	"testing"
	"time"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

func TestFaultsOfEveryRequest(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	get := func() answer { return w.call(t, "GET", "/guilds/"+w.guild.ID+"/members/"+w.ada.ID, nil) }
	w.Faults().Always("error", sim.Fault{Status: 503})
	w.Faults().Always("slow", sim.Fault{Delay: 20 * time.Millisecond})
	start := time.Now()
	if a := get(); a.status != 503 || time.Since(start) < 20*time.Millisecond {
		t.Errorf("both: %d after %s", a.status, time.Since(start))
	}
	w.Faults().On("", "/guilds/*/members/*", sim.Fault{Status: 429, RetryAfter: time.Second}, 1)
	w.Faults().End("slow")
	w.Faults().Always("error", sim.Fault{Status: 404})
	if a := get(); a.status != 429 {
		t.Errorf("the graver one: %d", a.status)
	}
	if a := get(); a.status != 404 {
		t.Errorf("replaced: %d", a.status)
	}
	w.Faults().End("error")
	w.Faults().End("never begun")
	if a := get(); a.status != 200 {
		t.Errorf("ended: %d", a.status)
	}
	w.Faults().Always("error", sim.Fault{Status: 404})
	w.Faults().Clear()
	if a := get(); a.status != 200 {
		t.Errorf("cleared: %d", a.status)
	}
}
