package discord

import (
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

func TestTheWholeWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	lobby := w.planned()
	for _, want := range []string{"1 to add, 0 to change, 0 to destroy", "+ vpc.main", "`vpc.main`", "sandbox · eu-1 · by " + w.ada.Mention()} {
		if !strings.Contains(lobby.Text(), want) {
			t.Errorf("the lobby lacks %q:\n%s", want, lobby.Text())
		}
	}

	run := w.approved(lobby)
	thread := w.thread()
	w.sees(thread, "0 of 1 resource", "-# plan 1")
	w.prints(run, store.Line{Kind: "created", Text: "vpc.main: Creating..."}, store.Line{Kind: "created", Text: "vpc.main: Creation complete"})
	lines := w.sees(thread, "-# plan 1 · lines 1 to 2")
	if want := "```ansi\n\x1b[32mvpc.main: Creating...\x1b[0m\n"; !strings.HasPrefix(lines.Content, want) {
		t.Errorf("lines: %q", lines.Content)
	}
	w.ends(run, 0, orchestrator.Outcome{
		Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}},
		Outputs:  []orchestrator.Output{{Label: "vpc.main", Name: "cidr", Value: "10.0.0.0/16"}, {Label: "vpc.main", Name: "key", Sensitive: true}},
	})
	result := w.sees(thread, "Applied", "1 created", "10.0.0.0/16", "(hidden)", "-# plan 1 · end")
	if !result.Mentioned(w.ada.ID) {
		t.Error("the requester is not told that it is done")
	}
	log, ok := result.Attachment("log.txt")
	if !ok || !strings.Contains(string(log.Bytes()), "vpc.main: Creation complete") {
		t.Errorf("log: %q", log.Bytes())
	}
	w.sees(thread, "1 of 1 resource", "took")
	ended := w.lobby("Applied", "1 created", "10.0.0.0/16")
	if got := labelsOf(ended); got != "Change, Destroy, Outputs" {
		t.Errorf("buttons at the end: %s", got)
	}
	if w.session().State != session.Applied {
		t.Errorf("state %s", w.session().State)
	}
	for _, m := range append(w.ops.Messages(w.ada), thread.Messages(w.ada)...) {
		if m.ID != result.ID && len(m.Mentions) > 0 {
			t.Errorf("somebody was pinged by %q", m.Text())
		}
	}
	// An old picture's button still answers.
	if got := w.says(w.ada.Click(w.ctx, *lobby, "Approve & Deploy")); !strings.Contains(got, "Already approved by "+w.ada.Mention()) {
		t.Errorf("a second approval: %s", got)
	}
}
