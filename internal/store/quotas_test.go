package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

func number(n int) *int { return &n }

// Each subject has one row; without any limit it has none.
func TestQuotas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	put := func(subject string, l project.Limits) {
		t.Helper()
		w.tx(func(tx *Tx) error {
			return tx.PutQuota(w.ctx, project.Quota{GuildID: guild, ProjectID: w.project.ID, Subject: subject, Limits: l}, "1")
		})
	}
	want := func(want ...project.Quota) {
		t.Helper()
		for i := range want {
			want[i].GuildID, want[i].ProjectID = guild, w.project.ID
		}
		w.tx(func(tx *Tx) error {
			got, err := tx.Quotas(w.ctx, w.project.ID)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
	}
	all := project.Limits{Stacks: number(0), Resources: number(5), Sessions: number(2), Kinds: map[string]int{"database": 1}}
	put("", project.Limits{Stacks: number(9)})
	put("", all)
	put("7", project.Limits{Sessions: number(1)})
	put(project.EachPerson, project.Limits{Sessions: number(3)})
	want(project.Quota{Limits: all}, project.Quota{Subject: project.EachPerson, Limits: project.Limits{Sessions: number(3)}},
		project.Quota{Subject: "7", Limits: project.Limits{Sessions: number(1)}})
	put("7", project.Limits{})
	put("8", project.Limits{})
	put(project.EachPerson, project.Limits{Kinds: map[string]int{}})
	want(project.Quota{Limits: all})
}

// What is approved elsewhere comes with what is held; what has ended does not.
func TestHeldAndOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`update stacks set held = '[{"kind": "vpc", "name": "net"}]'`)
	second := w.newStack("second")
	coming, draft, over := w.newSession(second), w.newSession(w.stack), w.newSession(w.stack)
	w.exec(`update sessions set state = 'APPLYING', resources = '[{"kind": "vpc", "name": "a"}, {"kind": "vpc", "name": "b"}]' where id = $1`, coming.ID)
	w.exec("update sessions set state = $2 where id = $1", over.ID, string(session.Applied))
	w.tx(func(tx *Tx) error {
		held, err := tx.HeldIn(w.ctx, w.project.ID)
		want := []Held{
			{StackID: w.stack.ID, Stack: "main", CreatedBy: "1", Held: []project.Resource{{Kind: "vpc", Name: "net"}}},
			{StackID: second.ID, Stack: "second", CreatedBy: "1", Held: []project.Resource{}, Coming: []project.Resource{{Kind: "vpc", Name: "a"}, {Kind: "vpc", Name: "b"}}},
		}
		if diff := cmp.Diff(want, held); diff != "" || err != nil {
			t.Errorf("held: %s, %v", diff, err)
		}
		open, err := tx.OpenIn(w.ctx, w.project.ID)
		if diff := cmp.Diff([]Unended{{ID: coming.ID, Requester: "1", Stack: "second"}, {ID: draft.ID, Requester: "1", Stack: "main"}}, open); diff != "" || err != nil {
			t.Errorf("open: %s, %v", diff, err)
		}
		return nil
	})
}
