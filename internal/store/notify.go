package store

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// notifyChannel is the one Postgres channel; payloads are `topic` or
// `topic:detail`.
const notifyChannel = "cloudengine"

// Topics of notifications.
const (
	TopicOutbox = "outbox" // something is owed to Discord
	TopicRun    = "run"    // detail: run id; its row asks for something
	TopicLines  = "lines"  // detail: run id; it has new output
	TopicPlaces = "places" // a provider's regions are others
)

// notify tells every process, when tx commits.
func (tx *Tx) notify(ctx context.Context, topic, detail string) error {
	payload := topic
	if detail != "" {
		payload += ":" + detail
	}
	_, err := tx.Exec(ctx, "select pg_notify($1, $2)", notifyChannel, payload)
	return err
}

// hub listens on one connection and wakes subscribers. A wake-up says "look
// again" and carries nothing: one that is lost in a reconnect is made up for by
// waking everybody afterwards.
type hub struct {
	config *pgx.ConnConfig
	log    *slog.Logger
	cancel context.CancelFunc
	done   chan struct{}

	mu   sync.Mutex
	subs map[*subscription]struct{}
}

type subscription struct {
	payload string // exact, or a topic alone for all of its details
	wake    chan struct{}
}

func newHub(config *pgx.ConnConfig, log *slog.Logger) *hub {
	ctx, cancel := context.WithCancel(context.Background())
	h := &hub{config: config.Copy(), log: log, cancel: cancel, done: make(chan struct{}), subs: map[*subscription]struct{}{}}
	go h.run(ctx)
	return h
}

func (h *hub) stop() {
	h.cancel()
	<-h.done
}

// Subscribe returns a channel that gets a value soon after each notification of
// the topic (and, with a detail, of that detail only). The channel holds one
// value: subscribe first, then read, then wait. The function ends it.
func (s *Store) Subscribe(topic, detail string) (<-chan struct{}, func()) {
	payload := topic
	if detail != "" {
		payload += ":" + detail
	}
	sub := &subscription{payload: payload, wake: make(chan struct{}, 1)}
	s.hub.mu.Lock()
	s.hub.subs[sub] = struct{}{}
	s.hub.mu.Unlock()
	return sub.wake, func() {
		s.hub.mu.Lock()
		delete(s.hub.subs, sub)
		s.hub.mu.Unlock()
	}
}

func (h *hub) run(ctx context.Context) {
	defer close(h.done)
	const pause = 500 * time.Millisecond
	for ctx.Err() == nil {
		if err := h.listen(ctx); err != nil && ctx.Err() == nil {
			h.log.WarnContext(ctx, "the listener lost its connection and will try again", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func (h *hub) listen(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, h.config)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "listen "+notifyChannel); err != nil {
		return err
	}
	h.wake("") // what happened before we listened
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		h.wake(n.Payload)
	}
}

// wake wakes those who subscribed to the payload or to its topic; an empty
// payload wakes all.
func (h *hub) wake(payload string) {
	topic, _, _ := strings.Cut(payload, ":")
	h.mu.Lock()
	defer h.mu.Unlock()
	for sub := range h.subs {
		if payload != "" && sub.payload != payload && sub.payload != topic {
			continue
		}
		select {
		case sub.wake <- struct{}{}:
		default: // a wake-up is pending already
		}
	}
}
