package app_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/session"
)

func TestFromCommandToStreamedApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slow(0.3)).start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.add(w.grace, lobby, "compute_vm", discordsim.Fields{"name": "web"})
	w.add(w.grace, lobby, "database", discordsim.Fields{"name": "db"})
	ready := w.ready(lobby, "3 to add, 0 to change, 0 to destroy")
	mention(t, ready.Text(), "vpc.main", "compute_vm.web", "database.db", "dev")

	w.click(w.grace, lobby, "Approve & Deploy")
	thread := w.threadOf(lobby)
	if thread.Name() != "Deploy dev-main" || thread.AutoArchiveMinutes() != 60 {
		t.Errorf("thread %q, archived after %d min", thread.Name(), thread.AutoArchiveMinutes())
	}
	result := w.await(thread, w.grace, "the result with the log", func(m discordsim.Message) bool { return len(m.Attachments) > 0 })
	w.lobby(lobby, "Applied")

	mention(t, result.Text(), "vpc.main", "compute_vm.web", "database.db")
	if !result.Mentioned(w.grace.ID) {
		t.Error("the requester is not told by a ping")
	}
	if diff := cmp.Diff(map[string]int{"vpc.main": 1, "compute_vm.web": 1, "database.db": 1}, w.created()); diff != "" {
		t.Errorf("created: %s", diff)
	}
	if s := w.session(); s.State != session.Applied {
		t.Errorf("the session is %s", s.State)
	}
	w.checkThread(thread, result)
}

// checkThread compares the thread with what is stored: each line once, in order,
// no raw JSON, no secret, the whole log attached.
func (w *world) checkThread(thread *discordsim.Channel, result discordsim.Message) {
	w.t.Helper()
	s := w.session()
	lines, err := w.store().Lines(w.ctx, s.RunID, 1, 1<<30, 100000)
	if err != nil || len(lines) == 0 {
		w.t.Fatalf("no lines are stored: %v", err)
	}
	var posted strings.Builder
	for _, m := range thread.Messages(w.grace) {
		if strings.Contains(m.Content, "```") && m.ID != result.ID {
			posted.WriteString(m.Content)
		}
		if strings.Contains(m.Content, `{"@level"`) {
			w.t.Errorf("raw JSON in the thread: %s", m.Content)
		}
		if n := len([]rune(m.Content)); n > 2000 {
			w.t.Errorf("a message of %d characters", n)
		}
	}
	rest := posted.String()
	for _, l := range lines {
		first, _, _ := strings.Cut(l.Text, "\n")
		if strings.TrimSpace(first) == "" {
			continue
		}
		_, after, ok := strings.Cut(rest, first)
		if !ok {
			w.t.Fatalf("line %d is missing in the thread, or out of order: %s\n%s", l.Seq, first, posted.String())
		}
		rest = after
	}
	if n := strings.Count(posted.String(), "Apply complete!"); s.State == session.Applied && n != 1 {
		w.t.Errorf("the last line is there %d times", n)
	}
	log := string(result.Attachments[0].Bytes())
	for _, l := range lines {
		mention(w.t, log, strings.Split(l.Text, "\n")...)
	}
}

func TestPlanWithoutChangesHasNothingToApprove(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	w.applied(discordsim.Fields{"name": "main"})
	lobby := w.deploy(w.grace, nil)
	w.click(w.grace, lobby, "Refresh")
	again := w.lobby(lobby, "Nothing to do")
	if _, ok := again.Button("Approve & Deploy"); ok {
		t.Error("a plan without changes can be approved")
	}
}

// applied deploys one vpc and waits for its end.
func (w *world) applied(vpc discordsim.Fields) discordsim.Message {
	w.t.Helper()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", vpc)
	w.ready(lobby, "1 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	return w.lobby(lobby, "Applied")
}
