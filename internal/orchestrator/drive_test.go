package orchestrator_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Plans as Terraform might make them.
var (
	creates  = plan.Digest{Add: 1, Changes: []plan.Change{{Address: "module.vpc-main.terraform_data.this", Label: "vpc.main", Action: plan.Create}}}
	destroys = plan.Digest{Destroy: 1, Changes: []plan.Change{{Address: "module.vpc-main.terraform_data.this", Label: "vpc.main", Action: plan.Delete}}}
	nothing  = plan.Digest{Unchanged: 1, Changes: []plan.Change{}}
)

// draft starts a session of dev's on a stack.
func (w *world) draft(stack string) session.Session {
	w.t.Helper()
	s, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: stack, ChannelID: "7"})
	w.must(err)
	return s
}

func form(s session.Session, kind, name string, more ...string) orchestrator.Form {
	f := orchestrator.Form{Session: s.ID, Seen: s.Generation, Kind: kind, Raw: map[string]string{"name": name}}
	for i := 0; i+1 < len(more); i += 2 {
		f.Raw[more[i]] = more[i+1]
	}
	return f
}

// planning starts a session and adds a VPC to it.
func (w *world) planning(stack string) session.Session {
	w.t.Helper()
	s := w.draft(stack)
	w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")))
	return w.wantState(s.ID, session.Planning)
}

var plans atomic.Int64

// planned reports a plan of the session's run.
func (w *world) planned(s session.Session, d plan.Digest) session.Session {
	w.t.Helper()
	task, err := w.BeginPlan(w.ctx, s.RunID, "h1")
	w.must(err)
	w.must(w.Planned(w.ctx, planOf(task, d)))
	return w.session(s.ID)
}

// planOf is what a plan run brings back.
func planOf(task orchestrator.PlanTask, d plan.Digest) orchestrator.Planned {
	return orchestrator.Planned{Task: task, Digest: d, SHA256: fmt.Sprintf("sha-%d", plans.Add(1)),
		Files: map[string][]byte{"tfplan": []byte("plan file")}, Secrets: []string{"hunter2"}}
}

// ready starts a session whose plan creates a VPC.
func (w *world) ready(stack string) session.Session {
	w.t.Helper()
	s := w.planned(w.planning(stack), creates)
	return w.wantState(s.ID, session.PlanReady)
}

// approved is ready and approved by its requester.
func (w *world) approved(stack string) session.Session {
	w.t.Helper()
	s := w.ready(stack)
	w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
	return w.wantState(s.ID, session.Approved)
}

// applying is approved and begun on host h1.
func (w *world) applying(stack string) (session.Session, orchestrator.ApplyTask) {
	w.t.Helper()
	s := w.approved(stack)
	task, err := w.BeginApply(w.ctx, s.RunID, "h1")
	w.must(err)
	return w.wantState(s.ID, session.Applying), task
}

// wrote is an outcome with a state that Terraform wrote.
func wrote(exit int, serial int64) orchestrator.Outcome {
	out := orchestrator.Outcome{ExitCode: &exit, Meta: project.StateMeta{Lineage: "l", Serial: serial}, State: fmt.Appendf(nil, "state %d", serial)}
	if exit != 0 {
		out.Failure = &session.Failure{Phase: "apply", Summary: "It failed."}
	}
	return out
}

// applied takes a stack from nothing to applied, at the serial.
func (w *world) applied(stack string, serial int64) session.Session {
	w.t.Helper()
	s, task := w.applying(stack)
	w.finish(task.Run.ID, wrote(0, serial))
	return w.wantState(s.ID, session.Applied)
}

// run reads a run as it is now.
// finish ends an apply, whose last state must be kept.
func (w *world) finish(runID int64, out orchestrator.Outcome) {
	w.t.Helper()
	done, err := w.FinishApply(w.ctx, w.run(runID), out)
	if w.must(err); done.StateRefused {
		w.t.Fatalf("the state was refused: %+v", out.Meta)
	}
}

func (w *world) run(id int64) store.Run {
	w.t.Helper()
	r, err := w.store.Run(w.ctx, id)
	w.must(err)
	return r
}

// applies counts the apply runs of a session that were not superseded.
func (w *world) applies(id string) int {
	w.t.Helper()
	return w.count("select count(*) from runs where session_id = $1 and kind = 'apply' and status <> 'superseded'", id)
}

// actions lists what the audit says of a session.
func (w *world) actions(id string) []string {
	w.t.Helper()
	rows, err := w.store.AuditTrail(w.ctx, guild, "session/"+id)
	w.must(err)
	var out []string
	for _, r := range rows {
		out = append(out, strings.TrimPrefix(r.Action, "session.")+" by "+r.Actor)
	}
	return out
}

// owed empties the outbox, as a sender would, and lists the session's posts.
func (w *world) owed(id string) []store.Post {
	w.t.Helper()
	var posts []store.Post
	for {
		p, err := w.store.ClaimPost(w.ctx, "test", patience)
		if err != nil {
			break
		}
		w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error { return tx.Sent(w.ctx, p.ID) }))
		if p.SessionID == id {
			posts = append(posts, p)
		}
	}
	return posts
}

func kinds(posts []store.Post) []string {
	var out []string
	for _, p := range posts {
		out = append(out, string(p.Kind))
	}
	slices.Sort(out)
	return out
}

// refused fails unless err is a refusal of the code whose text has every part:
// what happened, and what to do next.
func refused(t testing.TB, err error, code usererr.Code, parts ...string) {
	t.Helper()
	e, ok := usererr.Of(err)
	if !ok || e.Code != code {
		t.Fatalf("got %v, want a refusal of code %s", err, code)
	}
	for _, p := range parts {
		if !strings.Contains(e.Public, p) {
			t.Errorf("%q lacks %q", e.Public, p)
		}
	}
}

// unchanged runs do and fails if it changed the session, or wrote or owed
// anything.
func (w *world) unchanged(id string, do func()) {
	w.t.Helper()
	picture := func() string {
		value, err := json.Marshal(w.session(id))
		w.must(err)
		return fmt.Sprintf("%s %d audit rows, %d posts, the last owed in %d, %d runs, %d jobs", value, w.count("select count(*) from audit"),
			w.count("select count(*) from outbox"), w.count("select coalesce(max(xmin::text::bigint), 0) from outbox"), w.count("select count(*) from runs"), w.count("select count(*) from river_job"))
	}
	before := picture()
	do()
	if after := picture(); after != before {
		w.t.Errorf("something changed:\n%s\n%s", before, after)
	}
}

func mention(p policy.Person) string { return "<@" + p.UserID + ">" }

func containsAll(s string, parts ...string) bool {
	return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(s, p) })
}
