package discord

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Requests arrive at any time between when they are sent and when they are
// answered. However that falls, Discord sees no more in a window than are allowed.
func TestPace(t *testing.T) {
	t.Parallel()
	const limit, window = 5, 5 * time.Second
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(1_000_000, 0)
		p := newPace(limit, window)
		p.now = func() time.Time { return now }
		var arrived, underway []time.Time // the latter: when they are answered
		pass := func(d time.Duration) {
			end := now.Add(d)
			slices.SortFunc(underway, time.Time.Compare)
			for len(underway) > 0 && !underway[0].After(end) {
				now, underway = underway[0], underway[1:]
				p.answered("c")
			}
			now = end
		}
		for range rapid.IntRange(1, 60).Draw(t, "tries") {
			pass(time.Duration(rapid.IntRange(0, 3000).Draw(t, "pause")) * time.Millisecond)
			for wait := p.take("c"); wait > 0; wait = p.take("c") {
				if wait > p.window {
					t.Fatalf("waits %s", wait)
				}
				pass(wait)
			}
			there := time.Duration(rapid.IntRange(0, 2000).Draw(t, "there")) * time.Millisecond
			back := time.Duration(rapid.IntRange(0, 2000).Draw(t, "back")) * time.Millisecond
			arrived, underway = append(arrived, now.Add(there)), append(underway, now.Add(there+back))
		}
		slices.SortFunc(arrived, time.Time.Compare)
		for i := limit; i < len(arrived); i++ {
			if d := arrived[i].Sub(arrived[i-limit]); d < window {
				t.Fatalf("%d requests arrive within %s", limit+1, d)
			}
		}
	})
}

// When all is answered there is room when it was said to be, and not before.
func TestPaceKeepsItsWord(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	p := newPace(5, 5*time.Second)
	p.now = func() time.Time { return now }
	for i := range 5 {
		if p.busy("c") != (i == 4) {
			t.Errorf("busy after %d: %t", i, p.busy("c"))
		}
		if wait := p.take("c"); wait != 0 {
			t.Fatalf("request %d waits %s", i, wait)
		}
		p.answered("c")
	}
	wait := p.take("c")
	now = now.Add(wait - 1)
	if p.take("c") != 1 {
		t.Error("there is room before its time")
	}
	now = now.Add(1)
	if p.take("c") != 0 {
		t.Error("there is no room when it was said to be")
	}
	p.hold("c", time.Minute)
	if p.room("c") != time.Minute || p.room("other") != 0 {
		t.Errorf("a hold is of one channel: %s, %s", p.room("c"), p.room("other"))
	}
}

// Channels that nothing is sent to any more are forgotten, also those that Discord
// held and nobody asks about again; what is on its way is not.
func TestPaceForgets(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	p := newPace(5, 5*time.Second)
	p.now = func() time.Time { return now }
	for i := range 10 {
		channel := fmt.Sprint(i)
		p.take(channel)
		p.answered(channel)
		p.hold(channel, time.Minute)
	}
	p.begin("slow")
	now = now.Add(time.Hour)
	p.take("new")
	if len(p.until) != 0 || len(p.lanes) != 2 {
		t.Errorf("still known: held %v, and %d channels", p.until, len(p.lanes))
	}
	p.answered("slow")
}
