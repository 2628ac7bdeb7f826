package discordweb

import "sync"

// outbox is what a window is still to be told, in order. What was asked to be
// told twice is told once: an item says what it is about, and its content is
// looked up when it is sent. So a message that is edited a thousand times
// while the window is busy takes one place, and is sent as it is then.
type outbox struct {
	limit int
	ready chan struct{} // holds one token while there is something to send

	mu    sync.Mutex
	queue []item
	about map[string]bool // the keys in queue
	full  bool
}

// item is one frame to come.
type item struct {
	key  string     // what it is about; empty for what is told in any case
	look func() any // its content when it is sent; nil if there is nothing to say any more
	sent func()     // called once it was sent, or could not be; may be nil
}

func newOutbox(limit int) *outbox {
	return &outbox{limit: limit, ready: make(chan struct{}, 1), about: map[string]bool{}}
}

// put adds an item. Once a window is too far behind nothing is kept for it.
func (o *outbox) put(i item) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.full || i.key != "" && o.about[i.key]:
		return
	case len(o.queue) >= o.limit:
		o.full, o.queue, o.about = true, nil, map[string]bool{}
	default:
		o.queue = append(o.queue, i)
		if i.key != "" {
			o.about[i.key] = true
		}
	}
	o.wake()
}

// take removes the next item. full says that the window is too far behind.
func (o *outbox) take() (next item, ok, full bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.full || len(o.queue) == 0 {
		return item{}, false, o.full
	}
	next, o.queue = o.queue[0], o.queue[1:]
	delete(o.about, next.key)
	if len(o.queue) == 0 {
		o.queue = nil // lets go of what was sent
	}
	return next, true, false
}

// forget drops what has a key: it was meant for another person.
func (o *outbox) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	kept := o.queue[:0:0]
	for _, i := range o.queue {
		if i.key == "" {
			kept = append(kept, i)
		}
	}
	o.queue, o.about = kept, map[string]bool{}
}

func (o *outbox) wake() {
	select {
	case o.ready <- struct{}{}:
	default:
	}
}
