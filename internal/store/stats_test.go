package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/session"
)

// noon is the time of the test: no day ends while it runs.
var noon = time.Now().UTC().Truncate(aDay).Add(aDay / 2)

// endedRun makes an apply, or a plan, of a session that ended some days ago and took
// so many seconds.
func (w *world) endedRun(s session.Session, kind RunKind, status RunStatus, daysAgo, took int) {
	w.t.Helper()
	w.exec(`insert into runs (guild_id, session_id, stack_id, kind, generation, attempt, status, created_at, started_at, ended_at, progress, progress_message_id)
		select $1, $2, $3, $4, (select count(*) from runs), 1, $5, at - $7 * interval '1 second', at, at, '{}', ''
		from (select $8::timestamptz - $6 * interval '1 day' as at) x`,
		guild, s.ID, s.StackID, string(kind), string(status), daysAgo, took, noon)
}

func TestStats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.clock = func(time.Time) time.Time { return noon }
	a, b, c := w.newSession(w.stack), w.newSession(w.stack), w.newSession(w.stack)
	w.exec("update sessions set state = 'APPLIED', requester = '2' where id = $1", b.ID)
	w.exec("update sessions set created_at = $2::timestamptz - interval '40 days' where id = $1", c.ID, noon)
	for _, took := range []int{1, 2, 30} {
		w.endedRun(a, RunPlan, RunSucceeded, 0, took)
	}
	w.endedRun(a, RunPlan, RunFailed, 0, 100)
	w.endedRun(a, RunApply, RunSucceeded, 0, 10)
	w.endedRun(a, RunApply, RunSucceeded, 29, 20)
	w.endedRun(a, RunApply, RunSucceeded, 30, 1000) // the day before the first
	w.endedRun(a, RunApply, RunFailed, 1, 1)
	w.endedRun(a, RunApply, RunInterrupted, 1, 1)
	w.endedRun(b, RunApply, RunCancelled, 1, 1)
	w.exec("update runs set started_at = null where status = 'failed' and kind = 'plan'")

	w.exec("update stacks set held = '[{}]' where id = $1", w.stack.ID)
	w.exec(`insert into stacks (guild_id, project_id, name, region, resources, held, tags, state_lineage, state_serial, outputs, created_by, created_at, updated_at, unfinished, cost)
		select guild_id, project_id, n, region, resources, case n when 'gone' then '[]'::jsonb else held end, tags, '', 0, outputs, '1', now(), now(), unfinished, c::jsonb from stacks,
		(values ('a', '{"monthly": "0.1", "prices_of": "2026-07-20"}'), ('b', '{"monthly": "0.2", "unpriced": ["x", "y"], "omitted": 3, "prices_of": "2026-07-19", "invented": true}'), ('gone', '{"monthly": "7"}')) v (n, c)`)

	filter := StatsFilter{GuildID: guild, Days: 30, People: 1}
	got, err := w.Stats(w.ctx, filter)
	if err != nil {
		t.Fatal(err)
	}
	want := Stats{Total: 2, ByState: map[session.State]int{session.Draft: 1, session.Applied: 1}, ByProject: []Tally{{"dev", 2}}, ByPerson: []Tally{{"1", 1}}, People: 2,
		Applies: Applies{2, 2, 1}, PlanTook: 2 * time.Second, ApplyTook: 15 * time.Second, ByDay: make([]Applies, 30),
		Costs: []ProjectCost{{Project: "dev", Monthly: decimal.New(3, -1), Stacks: 3, Unknown: 1, Unpriced: 5, PricesOf: "2026-07-19", Invented: true}}}
	want.ByDay[0], want.ByDay[28], want.ByDay[29] = Applies{Applied: 1}, Applies{Failed: 2, Cancelled: 1}, Applies{Applied: 1}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Stats{}, "First")); diff != "" {
		t.Error(diff)
	}
	if want := noon.Add(-29*aDay - aDay/2); !got.First.Equal(want) {
		t.Errorf("the first day is %s, want %s", got.First, want)
	}
	for name, f := range map[string]StatsFilter{"other guild": {GuildID: "999", Days: 30, People: 1}, "other project": {GuildID: guild, Projects: []int64{99}, Days: 30, People: 1}} {
		if got, err := w.Stats(w.ctx, f); err != nil || got.Total != 0 || got.Applies.All() != 0 || got.PlanTook != 0 || len(got.ByPerson) != 0 || len(got.Costs) != 0 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	filter.Projects = []int64{w.project.ID}
	if of, err := w.Stats(w.ctx, filter); err != nil || !cmp.Equal(of, got) {
		t.Errorf("of the project: %s, %v", cmp.Diff(got, of), err)
	}
}
