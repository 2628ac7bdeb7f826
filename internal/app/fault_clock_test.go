package app_test

import (
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// The clock jumps ahead by an hour: what had less than that to live has ended, at
// once and without a sweep, and what had more has not.
func TestClockJumpsAhead(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	w.reply(w.ada, "cloud-grant", discordsim.Args{"to": w.eve, "project": "dev", "level": "deploy", "duration": "30m"})
	draft := w.deploy(w.grace, nil)
	planned := w.deploy(w.grace, discordsim.Args{"project": "dev", "stack": "other"})
	w.add(w.grace, planned, "vpc", discordsim.Fields{"name": "main"})
	w.ready(planned, "1 to add")

	w.ahead.Store(int64(time.Hour))
	mention(t, w.reply(w.eve, "cloud-deploy", discordsim.Args{"project": "dev"}), "ended")
	w.sweepAt(time.Hour)
	w.lobby(draft, "Expired")
	mention(t, w.newest(planned).Text(), "Plan ready")
	w.click(w.grace, planned, "Approve & Deploy")
	w.lobby(planned, "Applied")
}

// The clock is put back: what had ended by the wrong time stays ended.
func TestClockJumpsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	w.reply(w.ada, "cloud-grant", discordsim.Args{"to": w.eve, "project": "dev", "level": "deploy", "duration": "30m"})
	draft := w.deploy(w.grace, nil)
	w.sweepAt(time.Hour)
	w.lobby(draft, "Expired")

	w.ahead.Store(0)
	if told := w.reply(w.eve, "cloud-deploy", discordsim.Args{"project": "dev"}); told == "" || len(w.lobbiesOf(w.eve)) > 0 {
		t.Errorf("a grant that had ended came back: %s", told)
	}
	in, err := w.grace.Click(w.ctx, draft, "Cancel")
	if err != nil {
		t.Fatal(err)
	}
	mention(t, w.said(in), "expired")
	if s := w.session(); s.State != session.Expired {
		t.Errorf("the session is %s", s.State)
	}
}

// lobbiesOf are the lobbies that somebody opened.
func (w *world) lobbiesOf(m *discordsim.Member) []discordsim.Message {
	var found []discordsim.Message
	for _, msg := range w.ops.Messages(m) {
		if discordsim.Containing("Deploy dev", "<@"+m.ID+">")(msg) {
			found = append(found, msg)
		}
	}
	return found
}

// The clock jumps while an apply is under way and another replica looks on: it is
// nobody's reason to take the run away.
func TestClockJumpsWhileApplying(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slow(3)).start().project()
	other := w.conf
	other.DataDir = t.TempDir()
	w.replica(other)
	lobby := w.planned("2 to add", "vpc", "compute_vm")
	thread := w.creating(lobby, "vpc.main")
	w.ahead.Store(int64(time.Hour))
	w.await(thread, w.grace, "the second resource", discordsim.Containing("compute_vm.web: Creating"))
	w.ahead.Store(-int64(time.Hour))
	result := w.ended(thread)
	w.lobby(lobby, "Applied")
	w.checkThread(thread, result)
	w.createdOnce("vpc.main", "compute_vm.web")
}
