package discord

import (
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// applied brings a network to its end, and returns the lobby.
func (w *world) applied(outputs ...orchestrator.Output) *discordsim.Message {
	w.t.Helper()
	w.ends(w.approved(w.planned()), 0, orchestrator.Outcome{Outputs: outputs, Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}})
	return w.lobby("Applied")
}

// labelsOf are the buttons of a message.
func labelsOf(m *discordsim.Message) string {
	var labels []string
	for _, b := range m.Buttons() {
		labels = append(labels, b.Label)
	}
	return strings.Join(labels, ", ")
}

// What was applied is changed from its lobby by whoever may deploy: in a deployment
// of their own, which begins with what stands.
func TestChangeFromTheLobby(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	lobby := w.applied()
	if got := labelsOf(lobby); got != "Change, Destroy" {
		t.Errorf("buttons of what has no outputs: %s", got)
	}
	first := w.session()
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": w.grace, "project": "dev", "level": "deploy"}))
	got := w.says(w.grace.Click(w.ctx, *lobby, "Change"))
	second := w.session()
	opened := w.lobby("Draft", "by "+w.grace.Mention(), "`vpc.main`")
	mustSay(t, got, "The deployment is open: ", opened.ID)
	if second.ID == first.ID || second.StackID != first.StackID || second.Requester != w.grace.ID || second.Destroy || len(second.Resources) != 1 {
		t.Errorf("the second deployment: %+v", second)
	}
	if lobby := w.lobby("Applied"); labelsOf(lobby) != "Change, Destroy" {
		t.Errorf("buttons of the first lobby: %s", labelsOf(lobby))
	}
}

// What stands is destroyed from its lobby as by the command: planned at once, and
// approved with the stack's name. Then there is nothing left to press, and what
// older lobbies have is refused.
func TestDestroyFromTheLobby(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	lobby := w.applied(orchestrator.Output{Label: "vpc.main", Name: "cidr", Value: "10.0.0.0/16"})
	mustSay(t, w.says(w.ada.Click(w.ctx, *lobby, "Destroy")), "The deployment is open: ", "Nothing is destroyed before it is approved with the stack's name.")
	if s := w.session(); !s.Destroy || s.State != session.Planning {
		t.Fatalf("the session: %+v", s)
	}
	planning := w.sees(w.ops, "Destroy dev · main", "Planning")
	if b, ok := planning.Button("Approve & Destroy"); !ok || !b.Disabled || b.Style != discordsim.StyleDanger {
		t.Errorf("while it is planned: %+v", b)
	}
	w.plan(plan.Digest{Destroy: 1, Changes: []plan.Change{{Address: "vpc.main", Label: "vpc.main", Action: plan.Delete}}})
	form := get(w.ada.Click(w.ctx, *w.sees(w.ops, "Destroys 1 resource"), "Approve & Destroy"))(w).Modal()
	get(w.ada.Submit(w.ctx, form, discordsim.Fields{"stack": "main"}))(w)
	w.sees(w.ops, "Destroy dev · main", "Approved by")
	w.ends(w.apply(), 0, orchestrator.Outcome{Outputs: []orchestrator.Output{}, Progress: orchestrator.Progress{Total: 1, Done: 1, Destroyed: []string{"vpc.main"}}})
	if got := labelsOf(w.sees(w.ops, "Destroy dev · main", "Applied")); got != "" {
		t.Errorf("buttons of what is gone: %s", got)
	}
	for _, button := range []string{"Change", "Destroy", "Outputs"} {
		mustSay(t, w.says(w.ada.Click(w.ctx, *lobby, button)), "Nothing stands in `main` any more. Nothing was done.", "`/cloud-deploy project:dev stack:main`")
	}
}

// Outputs are those of now, whoever deployed since, for each who may see the stack;
// who may not reads what the commands say.
func TestOutputsFromTheLobby(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	password := orchestrator.Output{Label: "vpc.main", Name: "secret", Sensitive: true}
	lobby := w.applied(orchestrator.Output{Label: "vpc.main", Name: "cidr", Value: "10.0.0.0/16"}, password)
	if got := labelsOf(lobby); got != "Change, Destroy, Outputs" {
		t.Errorf("buttons: %s", got)
	}
	mustSay(t, w.says(w.ada.Click(w.ctx, *lobby, "Outputs")), "**Outputs of dev · main**", "`vpc.main` cidr: `10.0.0.0/16`", "`vpc.main` secret: (hidden)")

	w.says(w.ada.Click(w.ctx, *lobby, "Change"))
	w.add(w.lobby("Draft"), "vpc", discordsim.Fields{"name": "more"})
	w.lobby("Planning")
	w.plan(creates("vpc.more"))
	long := orchestrator.Output{Label: "vpc.more", Name: "key", Value: strings.Repeat("k", 3000)}
	w.ends(w.approved(w.lobby("Plan ready")), 0, orchestrator.Outcome{Outputs: []orchestrator.Output{{Label: "vpc.main", Name: "cidr", Value: "10.9.0.0/16"}, password, long}})
	in := get(w.ada.Click(w.ctx, *lobby, "Outputs"))(w)
	reply := get(in.Reply(w.ctx))(w)
	file, ok := reply.Attachment("outputs.txt")
	if !ok || !reply.Ephemeral() {
		t.Fatalf("the reply: %s", reply.Text())
	}
	if got, want := string(file.Bytes()), "vpc.main cidr: 10.9.0.0/16\nvpc.main secret: (hidden)\nvpc.more key: "+long.Value+"\n"; got != want {
		t.Errorf("the file: %s", got)
	}

	viewer := w.guild.NewMember("viewer")
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": viewer, "project": "dev", "level": "view"}))
	if got := get(get(viewer.Click(w.ctx, *lobby, "Outputs"))(w).Reply(w.ctx))(w); !got.Ephemeral() || len(got.Attachments) != 1 {
		t.Errorf("a viewer: %s", got.Text())
	}
	for button, args := range map[string]discordsim.Args{"Change": {}, "Destroy": {"destroy": true}} {
		args["project"], args["stack"] = "dev", "main"
		for _, m := range []*discordsim.Member{viewer, w.grace} {
			if pressed, typed := w.says(m.Click(w.ctx, *lobby, button)), w.says(m.Slash(w.ctx, w.ops, "cloud-deploy", args)); pressed != typed || typed == "" {
				t.Errorf("%s of %s: %q, and by the command %q", button, m.Username, pressed, typed)
			}
		}
	}
	show := w.says(w.grace.Slash(w.ctx, w.ops, "cloud-show", discordsim.Args{"project": "dev", "stack": "main"}))
	if got := w.says(w.grace.Click(w.ctx, *lobby, "Outputs")); got != show {
		t.Errorf("Outputs of a stranger: %q, and by the command %q", got, show)
	}
}

// What is pressed a second time leads to what the first press opened: of a destruction
// whoever pressed, of a change the same person. The command opens another.
func TestPressedTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	lobby := w.applied()
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": w.grace, "project": "dev", "level": "deploy"}))
	newest := func(destroy bool, by *discordsim.Member) session.Session {
		t.Helper()
		s := w.session()
		if s.Destroy != destroy || s.Requester != by.ID {
			t.Fatalf("the newest session: %+v", s)
		}
		return s
	}
	already := func(m *discordsim.Member, button, who string, s session.Session) {
		t.Helper()
		was := w.session().ID
		if got, want := w.says(m.Click(w.ctx, *lobby, button)), who+" opened this already: "+messageURL(s.GuildID, s.ChannelID, s.LobbyMessageID); got != want {
			t.Errorf("%s of %s: %q, want %q", button, m.Username, got, want)
		}
		if s := w.session(); s.ID != was {
			t.Errorf("%s of %s opened %+v", button, m.Username, s)
		}
	}

	w.says(w.ada.Click(w.ctx, *lobby, "Change"))
	change := newest(false, w.ada)
	already(w.ada, "Change", "You have", change)
	w.says(w.grace.Click(w.ctx, *lobby, "Change"))
	already(w.grace, "Change", "You have", newest(false, w.grace))
	already(w.ada, "Change", "You have", change)

	w.says(w.grace.Click(w.ctx, *lobby, "Destroy"))
	doomed := newest(true, w.grace)
	already(w.grace, "Destroy", "You have", doomed)
	already(w.ada, "Destroy", w.grace.Mention()+" has", doomed)
	already(w.ada, "Change", "You have", change)

	w.says(w.ada.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev", "stack": "main", "destroy": true}))
	own := newest(true, w.ada)
	already(w.grace, "Destroy", w.ada.Mention()+" has", own)
	for s, m := range map[string]*discordsim.Member{own.ID: w.ada, doomed.ID: w.grace} {
		w.says(m.Slash(w.ctx, w.ops, "cloud-cancel", discordsim.Args{"deployment": s}))
	}
	mustSay(t, w.says(w.ada.Click(w.ctx, *lobby, "Destroy")), "The deployment is open: ")
	if s := newest(true, w.ada); s.ID == own.ID {
		t.Error("a destruction that was cancelled is open")
	}
}
