package orchestrator_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
)

const day = 24 * time.Hour

// lines stores so many lines of a run.
func (w *world) lines(runID int64, n int) {
	w.t.Helper()
	var lines []store.Line
	for i := range n {
		lines = append(lines, store.Line{EndOffset: int64(i + 1), Text: "x"})
	}
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		_, err := tx.AppendLines(w.ctx, runID, w.run(runID).Fence, lines)
		return err
	}))
}

// Output goes when its age has come, in as many batches as it takes; that of a
// session which can still be acted on stays.
func TestLogsAreForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, living := w.applying("living")
	ended := w.applied("ended", 1)
	w.lines(living.Run.ID, 5)
	w.lines(ended.RunID, 2500)
	left := func() [2]int {
		count := func(id int64) int { return w.count("select count(*) from run_lines where run_id = $1", id) }
		return [2]int{count(living.Run.ID), count(ended.RunID)}
	}
	w.clock.advance(90*day - time.Hour)
	w.sweep()
	if got := left(); got != [2]int{5, 2500} {
		t.Errorf("too early: %v", got)
	}
	w.clock.advance(2 * time.Hour)
	later := w.applied("later", 1)
	w.lines(later.RunID, 3)
	w.sweep()
	if got := left(); got != [2]int{5, 0} || w.count("select count(*) from run_lines where run_id = $1", later.RunID) != 3 {
		t.Errorf("after 90 days: %v", got)
	}
}

// Of each stack the newest states stay at any age.
func TestPastStatesAreForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	keep := orchestrator.DefaultRetention
	keep.Versions = 3
	p := w.keeping(keep)
	push := func(serial int64) {
		w.must(w.PushState(w.ctx, mending("web"), project.StateMeta{Lineage: "l", Serial: serial}, fmt.Appendf(nil, `{"serial": %d}`, serial), false))
	}
	w.applied("web", 1)
	for serial := range int64(4) {
		push(serial + 2)
	}
	w.applied("api", 1)
	serials := func() string {
		versions, err := w.StateVersions(w.ctx, mending("web"))
		w.must(err)
		var out []int64
		for _, v := range versions {
			out = append(out, v.Serial)
		}
		return fmt.Sprint(out, w.count("select count(*) from state_versions"))
	}
	sweep := func() { _, err := p.Sweep(w.ctx); w.must(err) }
	sweep()
	if got := serials(); got != "[5 4 3 2 1] 6" {
		t.Errorf("too early: %s", got)
	}
	w.clock.advance(91 * day)
	push(6)
	sweep()
	if got := serials(); got != "[6 5 4] 4" {
		t.Errorf("after 90 days: %s", got)
	}
	w.clock.advance(91 * day)
	sweep()
	if got := serials(); got != "[6 5 4] 4" {
		t.Errorf("long after: %s", got)
	}
}

// Without ages everything stays.
func TestForever(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.keeping(orchestrator.Retention{})
	s := w.applied("web", 1)
	w.lines(s.RunID, 3)
	w.owed(s.ID)
	of := func() []int {
		return []int{w.count("select count(*) from run_lines"), w.count("select count(*) from state_versions"), w.count("select count(*) from outbox"),
			w.count("select count(*) from plans where octet_length(bundle) > 0"), w.count("select count(*) from audit")}
	}
	before := of()
	w.clock.advance(5000 * day)
	_, err := p.Sweep(w.ctx)
	if w.must(err); !slices.Equal(of(), before) || slices.Contains(before, 0) {
		t.Errorf("there was %v, there is %v", before, of())
	}
}

// Admins are told of the same thing once a day, in the guilds that have a channel.
func TestAlarm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.applied("web", 1)
	w.exec("insert into guilds (id, admin_role, requests_channel, updated_at) values ($1, '', '7', now()), ('200', '', '', now())", guild)
	keep := orchestrator.DefaultRetention
	keep.DatabaseAlarm = 1
	p := w.keeping(keep)
	told := func() int {
		return w.count("select count(*) from outbox where kind = 'alarm' and guild_id = $1", guild)*10 + w.count("select count(*) from outbox where kind = 'alarm' and guild_id <> $1", guild)
	}
	for range 3 {
		_, err := p.Sweep(w.ctx)
		w.must(err)
	}
	if got := told(); got != 10 {
		t.Errorf("told %d times in the guild with a channel, %d in others", got/10, got%10)
	}
	w.must(w.Alarm(w.ctx, "disk/h1", "It is full."))
	w.must(w.AlarmOfRun(w.ctx, s.RunID, "kept/apply-1", "Look."))
	if got := told(); got != 30 {
		t.Errorf("of three things it was told %d times", got/10)
	}
	w.clock.advance(day + time.Minute)
	w.must(w.Alarm(w.ctx, "disk/h1", "It is full still."))
	if got := told(); got != 40 {
		t.Errorf("the next day: %d", got/10)
	}
	a, err := w.store.AlarmIn(w.ctx, guild, "alarm/"+guild+"/disk/h1")
	if err != nil || a.Message != "It is full still." {
		t.Errorf("%+v, %v", a, err)
	}
	keep.DatabaseAlarm = 1 << 50
	_, err = w.keeping(keep).Sweep(w.ctx)
	if w.must(err); told() != 40 {
		t.Error("a database that is small enough raised an alarm")
	}
}

// What a lost apply still needs stays at any age, whatever became of its session:
// its host may come back. Once it has reported, it goes as everything does.
func TestLostAppliesAreNotForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, task := w.lost("web")
	w.lines(task.Run.ID, 3)
	_, err := w.Cancel(w.ctx, by(dev), s.ID, s.Generation)
	w.must(err)
	left := func() [3]int {
		return [3]int{w.count("select count(*) from run_lines"), w.count("select count(*) from plans where octet_length(secrets) > 0"), w.count("select count(*) from outbox where kind = 'thread'")}
	}
	before := left()
	w.clock.advance(100 * day)
	w.sweep()
	if got := left(); got != before || before != [3]int{3, 1, 1} {
		t.Errorf("there was %v, there is %v", before, got)
	}
	attached, err := w.BeginApply(w.ctx, task.Run.ID, "h1")
	if w.must(err); !slices.Equal(attached.Secrets, []string{"hunter2"}) {
		t.Errorf("to be hidden: %q", attached.Secrets)
	}
	_, err = w.FinishApply(w.ctx, attached.Run, wrote(0, 3))
	w.must(err)
	w.owed(s.ID)
	w.sweep()
	if got := left(); got != before {
		t.Errorf("just reported, there is %v", got)
	}
	w.clock.advance(100 * day)
	w.sweep()
	if got := left(); got != [3]int{} {
		t.Errorf("long after the report there is %v", got)
	}
}
