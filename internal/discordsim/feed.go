package discordsim

import (
	"context"
	"sync"
)

// feed hands what happens to one reader, in order and at the reader's pace:
// who puts something in never waits.
type feed[T any] struct {
	most int // how many wait at most before the oldest are dropped; 0 for no bound
	quit chan struct{}
	once sync.Once

	mu     sync.Mutex
	queue  []T
	missed int // dropped since the last that was taken
	ready  chan struct{}
}

func newFeed[T any](most int) *feed[T] {
	return &feed[T]{most: most, quit: make(chan struct{}), ready: make(chan struct{}, 1)}
}

// put adds something for the reader.
func (f *feed[T]) put(v T) {
	f.mu.Lock()
	f.queue = append(f.queue, v)
	if f.most > 0 && len(f.queue) > f.most {
		over := len(f.queue) - f.most
		clear(f.queue[:over])
		f.queue, f.missed = f.queue[over:], f.missed+over
	}
	f.mu.Unlock()
	select {
	case f.ready <- struct{}{}:
	default:
	}
}

// take is the oldest that waits, and how many were dropped before it.
func (f *feed[T]) take() (v T, missed int, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.queue) == 0 {
		return v, 0, false
	}
	v, missed = f.queue[0], f.missed
	clear(f.queue[:1])
	f.queue, f.missed = f.queue[1:], 0
	return v, missed, true
}

// stop ends the feed; what waits is not handed out.
func (f *feed[T]) stop() { f.once.Do(func() { close(f.quit) }) }

// pump sends what comes in, turned into what the reader wants, until the
// feed or the context ends; then it closes the channel.
func pump[T, U any](ctx context.Context, f *feed[T], out chan<- U, turn func(v T, missed int) U) {
	defer close(out)
	for {
		v, missed, ok := f.take()
		if !ok {
			select {
			case <-f.ready:
			case <-f.quit:
				return
			case <-ctx.Done():
				return
			}
			continue
		}
		select {
		case out <- turn(v, missed):
		case <-f.quit:
			return
		case <-ctx.Done():
			return
		}
	}
}
