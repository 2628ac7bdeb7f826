package discordsim

import (
	"sync"
	"time"
)

// ExchangeKind says what an Exchange is.
type ExchangeKind string

// The kinds of exchanges.
const (
	ExchangeRequest     ExchangeKind = "request"     // a call of the REST API
	ExchangeInteraction ExchangeKind = "interaction" // what a person did, on its way to the bot
	ExchangeGateway     ExchangeKind = "gateway"     // how a connection began, went on or ended
)

// Exchange is one thing that went between a bot and the Sim. Tokens in it
// are replaced by "•••", and long texts are cut.
type Exchange struct {
	Seq    int // counts from 1
	At     time.Time
	Kind   ExchangeKind
	App    *Application // nil if it is not known whose it is
	Title  string       // "POST /channels/…/messages", "INTERACTION_CREATE /cloud-deploy", "IDENTIFY"
	Status int          // of a request; the close code of a connection; of an interaction 200 once answered
	Took   time.Duration
	Body   string // JSON as the bot sent it, without files; of an interaction, as the bot got it
	Answer string // JSON as the bot got it; of an interaction, how it was answered
	Files  []string
	Error  string // what went wrong
	Missed int    // exchanges that were dropped before this one, as the reader was too slow
}

// maxTraffic is how many exchanges are remembered, and how many wait for a
// slow reader.
const maxTraffic = 500

// Traffic are the last 500 exchanges, oldest first.
func (s *Sim) Traffic() []Exchange {
	secrets := s.secrets()
	var out []Exchange
	for _, r := range s.traffic.list() {
		out = append(out, r.exchange(secrets))
	}
	return out
}

// WatchTraffic returns the exchanges from now on. An interaction comes twice:
// when it is sent and, with the same Seq, when it is answered or too late. Who
// wants what was before too watches first, then asks Traffic. stop ends it
// and closes the channel; so does Close.
func (s *Sim) WatchTraffic() (exchanges <-chan Exchange, stop func()) {
	f, out := newFeed[record](maxTraffic), make(chan Exchange)
	s.traffic.subscribe(f)
	turn := func(r record, missed int) Exchange {
		x := r.exchange(s.secrets())
		x.Missed = missed
		return x
	}
	if !s.work.run(func() { pump(s.ctx, f, out, turn) }) {
		close(out)
	}
	return out, func() {
		s.traffic.unsubscribe(f)
		f.stop()
	}
}

// traffic remembers the last exchanges, as they were: they are put into
// words only for who looks. It has a lock of its own.
type traffic struct {
	mu    sync.Mutex
	ring  [maxTraffic]record // by seq
	last  int                // seq
	feeds map[*feed[record]]struct{}
}

// record is an exchange before it is put into words. What it points at does
// not change.
type record struct {
	Exchange
	verb, what   string // of the title
	body, answer cutText
}

// add remembers an exchange and returns its number.
func (t *traffic) add(r record) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	r.Seq = t.last
	t.put(r)
	return r.Seq
}

// change remembers more about an exchange, unless it is forgotten already.
func (t *traffic) change(seq int, more func(*record)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := t.ring[seq%maxTraffic]; r.Seq == seq {
		more(&r)
		t.put(r)
	}
}

func (t *traffic) put(r record) {
	t.ring[r.Seq%maxTraffic] = r
	for f := range t.feeds {
		f.put(r)
	}
}

func (t *traffic) list() []record {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []record
	for seq := max(1, t.last-maxTraffic+1); seq <= t.last; seq++ {
		out = append(out, t.ring[seq%maxTraffic])
	}
	return out
}

func (t *traffic) subscribe(f *feed[record]) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.feeds == nil {
		t.feeds = map[*feed[record]]struct{}{}
	}
	t.feeds[f] = struct{}{}
}

func (t *traffic) unsubscribe(f *feed[record]) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.feeds, f)
}
