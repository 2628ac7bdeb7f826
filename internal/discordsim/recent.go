package discordsim

import "time"

// recent remembers things by a key for as long as its life says. What is older
// goes when something new comes, so that it takes no more than what came lately.
type recent[T any] struct {
	life  time.Duration
	known map[string]remembered[T]
	order []remembered[T] // oldest first; of the same key only the last is known
}

type remembered[T any] struct {
	key   string
	value T
	at    time.Time
}

func newRecent[T any](life time.Duration) *recent[T] {
	return &recent[T]{life: life, known: map[string]remembered[T]{}}
}

func (r *recent[T]) put(key string, value T, now time.Time) {
	over := 0
	for over < len(r.order) && now.Sub(r.order[over].at) > r.life {
		if old := r.order[over]; r.known[old.key].at.Equal(old.at) {
			delete(r.known, old.key)
		}
		over++
	}
	clear(r.order[:over])
	entry := remembered[T]{key, value, now}
	r.order = append(r.order[over:], entry)
	r.known[key] = entry
}

// get is what was put in last with a key, unless that was too long ago.
func (r *recent[T]) get(key string, now time.Time) (value T, ok bool) {
	entry, ok := r.known[key]
	if !ok || now.Sub(entry.at) > r.life {
		return value, false
	}
	return entry.value, true
}
