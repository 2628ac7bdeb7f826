package session

import (
	"slices"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// New returns a session in DRAFT.
func New(id string, p project.Project, stack project.Stack, requester string, at Moment) Session {
	s := Session{
		ID: id, GuildID: p.GuildID, ProjectID: p.ID, StackID: stack.ID, Requester: requester,
		State: Draft, CreatedAt: at.Now,
		Base: slices.Clone(stack.Resources), Resources: slices.Clone(stack.Resources),
	}
	return s.touch(at)
}

// Submit asks for a plan of the resources, with what other sessions made of the
// stack meanwhile merged in. It raises the generation, which voids the plan, the
// approvals and the run of the one before. With nothing desired on a stack that
// does not exist there is nothing to plan: DRAFT.
func (s Session) Submit(resources []project.Resource, stack project.Stack, at Moment) (Session, error) {
	merged := s.merged(resources, stack)
	event := EventSubmit
	if len(merged) == 0 && !stack.Exists() {
		event = EventClear
	}
	return s.step(event, at, func(next *Session) {
		next.Base, next.Resources = slices.Clone(stack.Resources), merged
		next.newGeneration(stack)
	})
}

// merged are resources with what others made of the stack meanwhile. What destroys
// the stack wants none, whatever they made.
func (s Session) merged(resources []project.Resource, stack project.Stack) []project.Resource {
	if s.Destroy {
		return nil
	}
	return project.Merge(s.Base, resources, stack.Resources)
}

// newGeneration voids everything that was said about the one before. What is to be
// made anew stays, as far as it is still to be there.
func (s *Session) newGeneration(stack project.Stack) {
	s.Generation++
	s.Replacing = s.Chosen(stack)
	s.Problems, s.Failure, s.Plan, s.Approvals, s.Override, s.Ending, s.RunID = nil, nil, nil, nil, nil, nil, 0
}

// step is one transition: a copy in the event's new state, changed, with the
// times that follow from the state.
func (s Session) step(event Event, at Moment, change func(*Session)) (Session, error) {
	next, err := s.fire(event)
	if err != nil {
		return Session{}, err
	}
	if change != nil {
		change(&next)
	}
	return next.touch(at), nil
}

// Reject sends the session back to DRAFT with every reason.
func (s Session) Reject(problems []string, at Moment) (Session, error) {
	return s.step(EventReject, at, func(next *Session) {
		next.Problems = slices.Clone(problems)
	})
}

// Accept hands the session to a plan run.
func (s Session) Accept(runID int64, at Moment) (Session, error) {
	return s.step(EventAccept, at, func(next *Session) {
		next.RunID = runID
	})
}

// Planned records the plan of the session's current run. The plan of another
// run is late and refused.
func (s Session) Planned(p Plan, at Moment) (Session, error) {
	if p.RunID != s.RunID {
		return Session{}, s.refuse(EventPlanned, "the plan is of another run")
	}
	return s.step(EventPlanned, at, func(next *Session) {
		next.Plan = &p
	})
}

// Approve adds an approval; the last one needed makes the session APPROVED and
// names the apply run, which needed counts from 1.
func (s Session) Approve(a Approval, needed int, runID int64, at Moment) (Session, error) {
	if s.State == PlanReady {
		switch {
		case s.Plan == nil || s.Plan.Digest.Empty():
			return Session{}, s.refuse(EventApprove, "the plan changes nothing")
		case s.ApprovedBy(a.UserID):
			return Session{}, s.refuse(EventApprove, "approved by this person already")
		}
	}
	event := EventApprove
	if len(s.Approvals)+1 >= needed {
		event = EventApproved
	}
	return s.step(event, at, func(next *Session) {
		next.Problems = nil
		next.Approvals = append(next.Approvals, a)
		if event == EventApproved {
			next.RunID = runID
		}
	})
}

// Unapprove withdraws the approvals of those for whom keep is false, and says
// why.
func (s Session) Unapprove(keep func(Approval) bool, reasons []string, at Moment) (Session, error) {
	return s.step(EventUnapprove, at, func(next *Session) {
		next.Problems = slices.Clone(reasons)
		next.Approvals = slices.DeleteFunc(next.Approvals, func(a Approval) bool { return !keep(a) })
		next.RunID = 0
	})
}

// Overridden lets the plan pass in spite of the policies that deny it. A new plan
// has to be let pass anew.
func (s Session) Overridden(note Note, at Moment) (Session, error) {
	if s.State != PlanReady {
		return Session{}, s.refuse("override", "there is no plan to approve")
	}
	next := s.clone()
	next.Override = &note
	return next.touch(at), nil
}

// Stale voids the plan because the world it was made for has changed. What
// others made of the stack is merged in.
func (s Session) Stale(stack project.Stack, at Moment) (Session, error) {
	return s.step(EventStale, at, func(next *Session) {
		next.Base, next.Resources = slices.Clone(stack.Resources), s.merged(s.Resources, stack)
		next.newGeneration(stack)
	})
}

// Start marks the apply as begun.
func (s Session) Start(at Moment) (Session, error) {
	return s.step(EventStart, at, nil)
}

// TakenUp returns the session whose resources are what its stack desires from now
// on: an apply of them ran, however it ended. What is removed after that is gone.
func (s Session) TakenUp() Session {
	next := s.clone()
	next.Base = slices.Clone(s.Resources)
	return next
}

// Applied ends the session well.
func (s Session) Applied(at Moment) (Session, error) {
	return s.step(EventApplied, at, nil)
}

// Fail records why it went wrong. What was created is kept. After an apply it is
// to be chosen again what is made anew: it may have been.
func (s Session) Fail(f Failure, at Moment) (Session, error) {
	return s.step(EventFail, at, func(next *Session) {
		next.Failure = &f
		if s.State == Applying {
			next.Replacing = nil
		}
	})
}

// Cancel ends a session in which no apply runs; the note says who wanted it and
// why, where that is to be told.
func (s Session) Cancel(note *Note, at Moment) (Session, error) {
	return s.step(EventCancel, at, func(next *Session) {
		next.Ending = note
	})
}

// StopAsked notes who wants the running apply to stop, and why. Terraform's exit
// decides how it ends.
func (s Session) StopAsked(note Note, at Moment) (Session, error) {
	if s.State != Applying {
		return Session{}, s.refuse(EventStopped, "no apply runs")
	}
	next := s.clone()
	next.Ending = &note
	return next.touch(at), nil
}

// Stopped ends a session whose apply ended after a cancel was asked for.
func (s Session) Stopped(f *Failure, at Moment) (Session, error) {
	return s.step(EventStopped, at, func(next *Session) {
		next.Failure = f
	})
}

// Expire ends a session whose life is over, and refuses before that.
func (s Session) Expire(at Moment) (Session, error) {
	if s.ExpiresAt != nil && at.Now.Before(*s.ExpiresAt) {
		return Session{}, s.refuse(EventExpire, "its life is not over")
	}
	return s.step(EventExpire, at, nil)
}

func (s Session) refuse(event Event, reason string) error {
	return &TransitionError{Session: s.ID, State: s.State, Event: event, Reason: reason}
}
