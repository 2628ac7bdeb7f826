package discordsim

import (
	"testing"
	"time"
)

func TestRecentForgets(t *testing.T) {
	t.Parallel()
	r := newRecent[int](time.Minute)
	start := time.Unix(0, 0)
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	knows := func(key string, seconds, want int) {
		t.Helper()
		if got, ok := r.get(key, at(seconds)); got != want || ok != (want != 0) {
			t.Errorf("%s after %d s: %d %v, want %d", key, seconds, got, ok, want)
		}
	}
	r.put("a", 1, at(0))
	r.put("b", 2, at(10))
	knows("a", 60, 1)
	knows("a", 61, 0)
	r.put("a", 3, at(50)) // again, before the first is too old
	r.put("c", 4, at(75))
	knows("a", 75, 3)
	knows("b", 75, 0)
	for i := range 10_000 {
		r.put(time.Duration(i).String(), 5, at(100+i))
	}
	if len(r.known) > 62 || len(r.order) > 62 {
		t.Errorf("%d things are kept, %d in order", len(r.known), len(r.order))
	}
}
