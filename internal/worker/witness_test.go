package worker

import (
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// A host is silent when its witness has looked all along and heard nothing new of
// it for the whole lease, whatever the database's clock says.
func TestWitness(t *testing.T) {
	t.Parallel()
	const lease, look = 2 * time.Minute, 10 * time.Second
	start := time.Now()
	type glance struct {
		at     time.Duration // of the witness
		seenAt time.Duration // of the host, by the database
	}
	every := func(from, to time.Duration, seenAt func(at time.Duration) time.Duration) (list []glance) {
		for at := from; at <= to; at += look {
			list = append(list, glance{at, seenAt(at)})
		}
		return list
	}
	dead := func(time.Duration) time.Duration { return 0 }
	alive := func(at time.Duration) time.Duration { return at }
	for name, test := range map[string]struct {
		glances []glance
		silent  bool
	}{
		"alive":                    {every(0, 10*time.Minute, alive), false},
		"silent for a while":       {every(0, lease, dead), false},
		"silent for longer":        {every(0, lease+look, dead), true},
		"heard of at last":         {append(every(0, lease, dead), glance{lease + look, lease}), false},
		"the clock went forwards":  {every(0, 10*time.Minute, func(at time.Duration) time.Duration { return at - time.Hour }), false},
		"the clock went backwards": {every(0, 10*time.Minute, func(at time.Duration) time.Duration { return 2*time.Hour - at }), false},
		"the witness was blind":    {append(every(0, time.Minute, dead), every(10*time.Minute, 10*time.Minute+lease, dead)...), false},
		"and saw again for long":   {append(every(0, time.Minute, dead), every(10*time.Minute, 10*time.Minute+lease+look, dead)...), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := witness{lease: lease}
			for i, g := range test.glances {
				hosts := []store.HostAtWork{{ID: "h1", SeenAt: start.Add(g.seenAt)}}
				got, want := len(w.silent(start.Add(g.at), hosts)) == 1, test.silent && i == len(test.glances)-1
				if got != want {
					t.Fatalf("after %s: silent is %t", g.at, got)
				}
			}
		})
	}
}

// A host that has nothing under way any more is forgotten.
func TestWitnessForgets(t *testing.T) {
	t.Parallel()
	w := witness{lease: time.Minute}
	now := time.Now()
	for range 100 {
		w.silent(now, []store.HostAtWork{{ID: "h1"}})
		now = now.Add(20 * time.Second)
		w.silent(now, nil)
		now = now.Add(20 * time.Second)
	}
	if got := w.silent(now, []store.HostAtWork{{ID: "h1"}}); len(got) != 0 {
		t.Errorf("silent: %v", got)
	}
}
