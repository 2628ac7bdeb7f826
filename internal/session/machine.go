package session

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/looplab/fsm"
)

// State is where a session stands.
type State string

// The ten states.
const (
	Draft      State = "DRAFT"
	Validating State = "VALIDATING"
	Planning   State = "PLANNING"
	PlanReady  State = "PLAN_READY"
	Approved   State = "APPROVED"
	Applying   State = "APPLYING"
	Applied    State = "APPLIED"
	Failed     State = "FAILED"
	Cancelled  State = "CANCELLED"
	Expired    State = "EXPIRED"
)

// States returns all ten, in the order in which a session may meet them.
func States() []State {
	return []State{Draft, Validating, Planning, PlanReady, Approved, Applying, Applied, Failed, Cancelled, Expired}
}

// Ended reports whether nothing can follow s. FAILED is not an end: it can be
// planned again until it expires.
func (s State) Ended() bool { return s == Applied || s == Cancelled || s == Expired }

// Event is what happens to a session.
type Event string

// The events. Two of them are one action seen from the table's side: clear is
// a submit that leaves nothing to plan, approved is the approve that was the
// last one needed.
const (
	EventSubmit    Event = "submit"
	EventClear     Event = "clear"
	EventReject    Event = "reject"
	EventAccept    Event = "accept"
	EventPlanned   Event = "planned"
	EventApprove   Event = "approve"
	EventApproved  Event = "approved"
	EventUnapprove Event = "unapprove"
	EventStale     Event = "stale"
	EventStart     Event = "start"
	EventApplied   Event = "applied"
	EventFail      Event = "fail"
	EventCancel    Event = "cancel"
	EventStopped   Event = "stopped" // Terraform ended after a cancel was asked for
	EventExpire    Event = "expire"
)

// transition is one row of the table.
type transition struct {
	event Event
	from  []State
	to    State
}

// table is the whole machine; there is no other place where a state changes.
var table = []transition{
	{EventSubmit, []State{Draft, Validating, Planning, PlanReady, Approved, Failed}, Validating},
	{EventClear, []State{Draft, Validating, Planning, PlanReady, Approved, Failed}, Draft},
	{EventReject, []State{Validating}, Draft},
	{EventAccept, []State{Validating}, Planning},
	{EventPlanned, []State{Planning}, PlanReady},
	{EventApprove, []State{PlanReady}, PlanReady},
	{EventApproved, []State{PlanReady}, Approved},
	{EventUnapprove, []State{PlanReady, Approved}, PlanReady},
	{EventStale, []State{PlanReady, Approved}, Validating},
	{EventStart, []State{Approved}, Applying},
	{EventApplied, []State{Applying}, Applied},
	{EventFail, []State{Validating, Planning, Approved, Applying}, Failed},
	{EventCancel, []State{Draft, Validating, Planning, PlanReady, Approved, Failed}, Cancelled},
	{EventStopped, []State{Applying}, Cancelled},
	{EventExpire, []State{Draft, PlanReady, Approved, Failed}, Expired},
}

// descriptions is the table in the form that looplab/fsm reads.
var descriptions = func() (events fsm.Events) {
	for _, t := range table {
		d := fsm.EventDesc{Name: string(t.event), Dst: string(t.to)}
		for _, from := range t.from {
			d.Src = append(d.Src, string(from))
		}
		events = append(events, d)
	}
	return events
}()

func machine(at State) *fsm.FSM {
	return fsm.NewFSM(string(at), descriptions, nil)
}

// TransitionError says which event a session refused, and where it stood.
type TransitionError struct {
	Session string
	State   State
	Event   Event
	Reason  string // empty when the table itself has no such row
}

func (e *TransitionError) Error() string {
	if e.Reason != "" {
		return fmt.Sprintf("session %s is %s: %s refused: %s", e.Session, e.State, e.Event, e.Reason)
	}
	return fmt.Sprintf("session %s is %s: no %s from there", e.Session, e.State, e.Event)
}

// Can reports whether the table has a row for the event from s.
func (s State) Can(event Event) bool {
	return slices.ContainsFunc(table, func(t transition) bool {
		return t.event == event && slices.Contains(t.from, s)
	})
}

// fire returns a copy of s in the state that the table gives for the event.
func (s Session) fire(event Event) (Session, error) {
	m := machine(s.State)
	var same fsm.NoTransitionError
	if err := m.Event(context.Background(), string(event)); err != nil && !errors.As(err, &same) {
		return Session{}, &TransitionError{Session: s.ID, State: s.State, Event: event}
	}
	next := s.clone()
	next.State = State(m.Current())
	return next, nil
}

// Mermaid draws the machine as a Mermaid state diagram.
func Mermaid() string {
	picture, err := fsm.VisualizeForMermaidWithGraphType(machine(Draft), fsm.StateDiagram)
	if err != nil {
		panic(err) // only an unknown diagram type fails
	}
	return picture
}
