package discordweb

import "encoding/json"

// seat is a person at a window.
type seat struct {
	caller
	stop func()        // the watch
	done chan struct{} // closed once nothing is told any more
}

// caller is who sits at the window, with nobody in it before hello.
func (s *socket) caller() *caller {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seat == nil {
		return &caller{window: s}
	}
	c := s.seat.caller
	return &c
}

// hello seats somebody. Nothing that the person before them was to be told is
// told any more, and nothing is told to the new one before they have the
// answer: what happens while it is collected comes after it.
func (s *socket) hello(id int, args []byte, sent func()) error {
	var in greeting
	if err := json.Unmarshal(args, &in); err != nil {
		return refused("The arguments cannot be read: %v.", err)
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	person, err := s.web.person(in.As)
	if err != nil {
		return err
	}
	s.rise()
	s.out.forget()
	next := &seat{caller: caller{person: person, guild: in.Guild, window: s}, done: make(chan struct{})}
	events, stop := s.web.sim.Watch(person)
	next.stop = stop
	s.mu.Lock()
	s.seat = next
	s.mu.Unlock()
	s.answer(id, s.web.ready(&next.caller), nil, sent)
	go func() {
		defer close(next.done)
		for e := range events {
			s.tell(&next.caller, e)
		}
	}()
	return nil
}

// rise ends what the person at the window is told, and waits for it.
func (s *socket) rise() {
	s.mu.Lock()
	before := s.seat
	s.seat = nil
	s.mu.Unlock()
	if before != nil {
		before.stop()
		<-before.done
	}
}
