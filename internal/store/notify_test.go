package store

import (
	"testing"
	"time"
)

func (w *world) notify(topic, detail string) {
	w.t.Helper()
	w.tx(func(tx *Tx) error { return tx.notify(w.ctx, topic, detail) })
}

// listening waits until the store's listener has its connection: its first act
// is to wake everybody.
func (w *world) listening(s *Store) {
	w.t.Helper()
	wake, end := s.Subscribe("anything", "")
	defer end()
	for {
		w.notify("anything", "")
		select {
		case <-wake:
			return
		case <-time.After(10 * time.Millisecond):
		}
		if w.ctx.Err() != nil {
			w.t.Fatal("the listener never listened")
		}
	}
}

// drain forgets what came before.
func drain(chs ...<-chan struct{}) {
	for _, ch := range chs {
		select {
		case <-ch:
		default:
		}
	}
}

func TestNotifications(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := mustOpen(t, w.url)
	w.listening(other)
	all, endAll := other.Subscribe(TopicRun, "")
	mine, endMine := other.Subscribe(TopicRun, "7")
	theirs, endTheirs := other.Subscribe(TopicRun, "70")
	defer endAll()
	defer endTheirs()
	drain(all, mine, theirs)

	w.notify(TopicRun, "7")
	await(t, all, "notification of the topic")
	await(t, mine, "notification of the detail")
	// Notifications come in order: with this one here, none of before is under way.
	w.notify(TopicOutbox, "")
	last, endLast := other.Subscribe(TopicOutbox, "")
	defer endLast()
	w.notify(TopicOutbox, "")
	await(t, last, "notification of another topic")
	select {
	case <-theirs:
		t.Error("woken by another run's notification")
	default:
	}
	endMine()
	w.notify(TopicRun, "7")
	await(t, all, "second notification")
	select {
	case <-mine:
		t.Error("woken after the end")
	default:
	}
}

// What is rolled back is not told.
func TestNotificationsOfRollback(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.listening(w.Store)
	wake, end := w.Subscribe(TopicOutbox, "")
	defer end()
	drain(wake)
	if err := w.InTx(w.ctx, func(tx *Tx) error {
		if err := tx.notify(w.ctx, TopicOutbox, ""); err != nil {
			return err
		}
		return ErrVersion
	}); err == nil {
		t.Fatal("committed")
	}
	barrier, endBarrier := w.Subscribe("barrier", "")
	defer endBarrier()
	w.notify("barrier", "")
	await(t, barrier, "notification")
	select {
	case <-wake:
		t.Error("woken by a rollback")
	default:
	}
}

// The listener's connection is killed: who waits is woken when it is back, since
// something may have been missed, and hears again what comes after.
func TestListenerLosesItsConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.listening(w.Store)
	wake, end := w.Subscribe(TopicOutbox, "")
	defer end()
	drain(wake)
	for round := range 2 {
		var killed int
		w.scan(`select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity
			where datname = current_database() and query = 'listen cloudengine'`, nil, &killed)
		if killed != 1 {
			t.Fatalf("round %d: %d listeners were killed", round, killed)
		}
		await(t, wake, "wake-up after the reconnect")
		w.notify(TopicOutbox, "")
		await(t, wake, "notification after the reconnect")
	}
}
