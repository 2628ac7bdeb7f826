package app_test

import (
	"sync"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/session"
)

func TestApproveOnAnOlderPicture(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	older := w.ready(lobby, "1 to add")
	w.add(w.grace, lobby, "bucket", discordsim.Fields{"name": "files"})
	w.ready(lobby, "2 to add")
	for _, button := range []string{"Approve & Deploy", "Cancel"} {
		in, err := w.grace.Click(w.ctx, older, button)
		if err != nil {
			t.Fatal(err)
		}
		mention(t, w.said(in), "changed")
	}
	if s := w.session(); s.State != session.PlanReady {
		t.Errorf("the session is %s", s.State)
	}
}

func TestTwoSessionsOnOneStack(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	first := w.deploy(w.grace, nil)
	second := w.deploy(w.grace, nil)
	w.add(w.grace, first, "vpc", discordsim.Fields{"name": "main"})
	w.add(w.grace, second, "bucket", discordsim.Fields{"name": "files"})
	w.ready(first, "1 to add")
	seen := w.ready(second, "1 to add")
	w.click(w.grace, first, "Approve & Deploy")
	w.lobby(first, "Applied")

	// The second is planned again, on what the first has made of the stack.
	w.lobby(second, "Plan ready", "1 to add, 0 to change, 0 to destroy", "`vpc.main`", "bucket.files")
	in, err := w.grace.Click(w.ctx, seen, "Approve & Deploy")
	if err != nil {
		t.Fatal(err)
	}
	mention(t, w.said(in), "changed")
	w.click(w.grace, second, "Approve & Deploy")
	w.lobby(second, "Applied")
	if c := w.created(); c["vpc.main"] != 1 || c["bucket.files"] != 1 {
		t.Errorf("created: %v", c)
	}
}

func TestTwoReplicasRaceOnApprove(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	conf := w.conf
	conf.DataDir = t.TempDir()
	other := w.replica(conf)
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.ready(lobby, "1 to add")
	s := w.session()

	requests := []orchestrator.Request{
		{GuildID: w.guild.ID, Person: policy.Person{UserID: w.grace.ID, JoinedAt: w.grace.JoinedAt()}},
		{GuildID: w.guild.ID, Person: policy.Person{UserID: w.ada.ID, GuildAdmin: true}},
	}
	replicas := []*orchestrator.Orchestrator{w.app.Orchestrator, other.Orchestrator}
	errs := make([]error, len(replicas))
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range replicas {
		all.Go(func() {
			<-start
			errs[i] = replicas[i].Approve(w.ctx, requests[i], s.ID, s.Generation, "")
		})
	}
	close(start)
	all.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("one must win, and one read who did: %v, %v", errs[0], errs[1])
	}
	for _, err := range errs {
		if err != nil {
			mention(t, err.Error(), "Already approved by <@")
		}
	}
	w.lobby(lobby, "Applied")
	if c := w.created(); c["vpc.main"] != 1 {
		t.Errorf("created: %v", c)
	}
}

func TestTwoPeoplePressApproveAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	ready := w.ready(lobby, "1 to add")
	var both sync.WaitGroup
	for _, m := range []*discordsim.Member{w.grace, w.ada} {
		both.Go(func() {
			if _, err := m.Click(w.ctx, ready, "Approve & Deploy"); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	w.lobby(lobby, "Applied")
	if c := w.created(); c["vpc.main"] != 1 {
		t.Errorf("created: %v", c)
	}
}

func TestAnInteractionThatComesTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	lobby := w.deploy(w.grace, nil)
	in := w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.ready(lobby, "1 to add")
	w.sim.Replay(in)
	w.sim.Replay(in)
	w.add(w.grace, lobby, "bucket", discordsim.Fields{"name": "files"})
	w.ready(lobby, "2 to add")
	if s := w.session(); s.Generation != 2 {
		t.Errorf("generation %d after two submits", s.Generation)
	}
}
