package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/project"
)

func (w *world) saveState(run Run, lineage string, serial int64, raw string) (kept bool) {
	w.t.Helper()
	w.tx(func(tx *Tx) (err error) {
		kept, err = tx.SaveState(w.ctx, run, project.StateMeta{Lineage: lineage, Serial: serial}, []byte(raw))
		return err
	})
	return kept
}

func (w *world) state(stackID int64) (raw []byte, err error) {
	err = w.InTx(w.ctx, func(tx *Tx) error { raw, err = tx.State(w.ctx, stackID); return err })
	return raw, err
}

// Only a newer state of the same lineage takes the place of another.
func TestSaveState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	first, second := w.newRun(s, RunPlan), w.newRun(s, RunPlan)
	if raw, err := w.state(w.stack.ID); raw != nil || err != nil {
		t.Fatalf("a new stack has the state %q, %v", raw, err)
	}
	for i, step := range []struct {
		run     Run
		lineage string
		serial  int64
		kept    bool
	}{
		{first, "a", 3, true},
		{first, "a", 3, false}, // the same once more
		{first, "a", 2, false}, // older
		{first, "b", 9, false}, // another lineage
		{first, "a", 5, true},
		{second, "a", 4, false},
		{second, "a", 6, true},
		{first, "a", 5, false}, // the run before, late
	} {
		if kept := w.saveState(step.run, step.lineage, step.serial, fmt.Sprint("state ", i)); kept != step.kept {
			t.Fatalf("step %d: kept %t", i, kept)
		}
	}
	if raw, err := w.state(w.stack.ID); err != nil || string(raw) != "state 6" {
		t.Errorf("the newest state is %q, %v", raw, err)
	}
	w.tx(func(tx *Tx) error {
		st, err := tx.LockStack(w.ctx, w.stack.ID)
		if want := (project.StateMeta{Lineage: "a", Serial: 6}); err != nil || st.State != want || !st.Exists() {
			t.Errorf("the stack's state is %+v, want %+v, %v", st.State, want, err)
		}
		return err
	})
	var versions int
	w.scan("select count(*) from state_versions where stack_id = $1", []any{w.stack.ID}, &versions)
	if versions != 2 {
		t.Errorf("%d versions are kept, want one for each run", versions)
	}
}

// State cannot be read in the table, and one stack's cannot be passed off as
// another's, however its row is moved.
func TestStateIsSealed(t *testing.T) {
	t.Parallel()
	for name, swap := range map[string]string{
		"sealed value copied": "update state_versions v set sealed = o.sealed from state_versions o where o.run_id <> v.run_id",
		"rows swapped":        "update state_versions set stack_id = (select sum(stack_id) from state_versions) - stack_id",
		"runs swapped":        "update state_versions set run_id = (select sum(run_id) from state_versions) - run_id",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			other := w.newStack("other")
			a, b := w.newRun(w.newSession(w.stack), RunPlan), w.newRun(w.newSession(other), RunPlan)
			w.saveState(a, "a", 1, `{"password": "hunter2hunter2"}`)
			w.saveState(b, "b", 1, `{"password": "correct horse"}`)
			var raw string
			w.scan("select string_agg(encode(sealed, 'escape'), ' ') from state_versions", nil, &raw)
			for _, plain := range []string{"hunter2", "password", "horse", "aHVudGVyM"} {
				if strings.Contains(raw, plain) {
					t.Errorf("%q can be read in the table", plain)
				}
			}
			if got, err := w.state(w.stack.ID); err != nil || !strings.Contains(string(got), "hunter2") {
				t.Fatalf("%q, %v", got, err)
			}
			w.exec(swap)
			for _, st := range []project.Stack{w.stack, other} {
				if got, err := w.state(st.ID); !errors.Is(err, ErrSealed) {
					t.Errorf("stack %s has the state %q, %v", st.Name, got, err)
				}
			}
		})
	}
}

func TestStacks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newStack("web-2")
	w.newStack("web-1")
	if again := w.newStack("main"); again.ID != w.stack.ID {
		t.Errorf("a second stack of the name: %d and %d", again.ID, w.stack.ID)
	}
	names := func(guildID, slug, prefix string, limit int) (names []string) {
		t.Helper()
		list, err := w.StacksOf(w.ctx, guildID, slug, prefix, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range list {
			if !slices.Equal(st.Regions, []string{"eu-1"}) || st.Resources != 0 || st.Exists {
				t.Errorf("listed: %+v", st)
			}
			names = append(names, st.Name)
		}
		return names
	}
	if got := names(guild, "dev", "web", 10); !slices.Equal(got, []string{"web-1", "web-2"}) {
		t.Errorf("%v", got)
	}
	if got := names(guild, "dev", "", 2); !slices.Equal(got, []string{"main", "web-1"}) {
		t.Errorf("%v", got)
	}
	for _, q := range [][3]string{{"999", "dev", ""}, {guild, "prod", ""}, {guild, "dev", "%"}} {
		if got := names(q[0], q[1], q[2], 10); len(got) != 0 {
			t.Errorf("%v: %v", q, got)
		}
	}
	w.tx(func(tx *Tx) error { return tx.SetStackRegion(w.ctx, w.stack.ID, "us-1") })
	w.saveState(w.newRun(w.newSession(w.stack), RunPlan), "a", 1, "x")
	want := project.Stack{ID: w.stack.ID, Region: "us-1", Resources: []project.Resource{web}, Unfinished: []string{"module.a.b"}}
	w.tx(func(tx *Tx) error {
		// A stack that stands somewhere stays there.
		if err := tx.SetStackRegion(w.ctx, w.stack.ID, "eu-2"); err != nil {
			return err
		}
		return tx.SaveStack(w.ctx, want, json.RawMessage(`[{"name": "address"}]`))
	})
	w.tx(func(tx *Tx) error {
		got, err := tx.Stack(w.ctx, w.stack.ID)
		if diff := cmp.Diff(want.Resources, got.Resources); err != nil || diff != "" || got.Region != "us-1" || !cmp.Equal(want.Unfinished, got.Unfinished) {
			t.Errorf("%s in %s, %v", diff, got.Region, err)
		}
		if named, err := tx.LockStackNamed(w.ctx, w.project.ID, "main"); err != nil || !cmp.Equal(got, named) {
			t.Errorf("by its name: %+v, %v", named, err)
		}
		if _, err := tx.LockStackNamed(w.ctx, w.project.ID, "none"); !errors.Is(err, ErrNotFound) {
			t.Errorf("a stack that is not there: %v", err)
		}
		outputs, err := tx.StackOutputs(w.ctx, w.stack.ID)
		if err != nil || string(outputs) != `[{"name": "address"}]` {
			t.Errorf("outputs %s, %v", outputs, err)
		}
		return err
	})
}

// A stack that never held anything can get another creator; one that did keeps its own.
func TestGiveStack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	creator := func() (by string) {
		w.scan("select created_by from stacks where id = $1", []any{w.stack.ID}, &by)
		return by
	}
	give := func(to string) { w.tx(func(tx *Tx) error { return tx.GiveStack(w.ctx, w.stack.ID, to) }) }
	if give("2"); creator() != "2" {
		t.Errorf("an empty stack is %s's", creator())
	}
	w.exec(`update stacks set held = '[{"kind": "vpc", "name": "x"}]'`)
	if give("3"); creator() != "2" {
		t.Errorf("a stack that holds something went to %s", creator())
	}
}

// A stack is listed with all regions in which it may stand.
func TestListedRegions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tx(func(tx *Tx) error {
		st := w.stack
		st.Spread = []string{"eu-1", "us-2"}
		st.Resources = []project.Resource{{Kind: "vpc", Name: "main", Regions: []string{"eu-1", "us-1"}}, {Kind: "dns_record", Name: "www"}}
		st.Held = []project.Resource{{Kind: "vpc", Name: "main", Regions: []string{"us-1", "ap-1"}}}
		return tx.SaveStack(w.ctx, st, nil)
	})
	list, err := w.StacksOf(w.ctx, guild, "dev", "", 10)
	if err != nil || len(list) != 1 || list[0].Resources != 2 || !slices.Equal(list[0].Regions, []string{"eu-1", "ap-1", "us-1", "us-2"}) {
		t.Errorf("listed: %+v, %v", list, err)
	}
}
