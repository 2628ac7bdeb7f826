package orchestrator

import (
	"context"
	"errors"
	"slices"

	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// Members says who somebody is in a guild now, whatever they were when they last
// did something. ErrNotMember for who is not in it; any other error means that
// nobody knows.
type Members interface {
	Member(ctx context.Context, guild project.Guild, userID string) (project.Person, error)
}

// ErrNotMember: the person is not in the guild.
var ErrNotMember = errors.New("not a member of the guild")

// people are those on whose word a session is applied, as they are now.
type people map[string]policy.Person

// readPeople asks who those are now on whose word the session is applied, and takes from
// those who left what they had. Without an answer there is an error, and the apply
// waits.
func (o *Orchestrator) readPeople(ctx context.Context, s session.Session) (people, error) {
	now := people{}
	for _, id := range peopleOf(s) {
		former, p, err := o.lookFor(ctx, s.GuildID, id)
		if err == nil && p == nil {
			p, err = &policy.Person{UserID: id, Gone: true}, o.memberLeft(ctx, *former)
		}
		if err != nil {
			return nil, err
		}
		now[id] = *p
	}
	return now, nil
}

// peopleOf are the ids of a session's requester, of its approvers, and of who let
// its plan pass, each once.
func peopleOf(s session.Session) []string {
	ids := []string{s.Requester}
	for _, a := range s.Approvals {
		ids = append(ids, a.UserID)
	}
	if s.Override != nil {
		ids = append(ids, s.Override.By)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// as is the session with its people as they are now; false when somebody is in it
// who was not asked about.
func (now people) as(s session.Session) (session.Session, bool) {
	for _, id := range peopleOf(s) {
		if _, ok := now[id]; !ok {
			return s, false
		}
	}
	s.RequesterAs = now[s.Requester]
	s.Approvals = slices.Clone(s.Approvals)
	for i, a := range s.Approvals {
		s.Approvals[i].Person = now[a.UserID]
	}
	if s.Override != nil {
		note := *s.Override
		note.As = now[note.By]
		s.Override = &note
	}
	return s, true
}
