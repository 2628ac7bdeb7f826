package discord

import (
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// done waits until a message says something, and has nothing to press.
func (w *world) done(m *discordsim.Member, id, said string) {
	w.t.Helper()
	get(w.ops.Await(w.ctx, m, func(m discordsim.Message) bool {
		return m.ID == id && strings.Contains(m.Text(), said) && len(m.Components) == 0
	}))(w)
}

// Whoever asked for access reads what became of it where they asked, each time that
// they did, and there is nothing left to cancel.
func TestAnswersSayWhatWasDecided(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	for name, c := range map[string]struct {
		decide func(asked, again *discordsim.Message)
		said   string
	}{
		"approved": {func(asked, _ *discordsim.Message) { get(w.boss.Click(w.ctx, *asked, "Approve"))(w) }, "✅ You have `deploy` in `dev`, until <t:"},
		"declined": {func(asked, _ *discordsim.Message) {
			get(w.boss.Submit(w.ctx, get(w.boss.Click(w.ctx, *asked, "Decline"))(w).Modal(), discordsim.Fields{"Why": "not today"}))(w)
		}, "declined your request for `deploy` in `dev`: not today"},
		"cancelled": {func(_, again *discordsim.Message) { get(w.grace.Click(w.ctx, *again, "Cancel the request"))(w) }, "The request is cancelled."},
	} {
		first := w.asks(w.grace, w.ops)
		again := w.asks(w.grace, w.ops)
		if labelsOf(first) != "Cancel the request" || labelsOf(again) != "Cancel the request" {
			t.Fatalf("%s: %s; %s", name, labelsOf(first), labelsOf(again))
		}
		c.decide(w.sees(w.ops, "asks for `deploy` in `dev`"), again)
		w.done(w.grace, first.ID, c.said)
		w.done(w.grace, again.ID, c.said)
		if name == "approved" {
			w.says(w.boss.Slash(w.ctx, w.ops, "cloud-revoke", discordsim.Args{"to": w.grace, "project": "dev"}))
		}
	}
	if n := len(w.bot.answers.open); n != 0 {
		t.Errorf("%d requests are still kept in mind", n)
	}
}

// A button that nobody could take away in time goes when it is pressed.
func TestAnswersThatWereForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	mine := w.asks(w.grace, w.ops)
	get(w.boss.Click(w.ctx, *w.sees(w.ops, "asks for `deploy`"), "Approve"))(w)
	w.done(w.grace, mine.ID, "✅ You have `deploy` in `dev`")
	get(w.grace.Click(w.ctx, *mine, "Cancel the request"))(w) // as it was, had the process ended that answered
	w.done(w.grace, mine.ID, "This request was approved <t:")
}

// A decision that comes before the answer is in the answer.
func TestAnswerThatComesTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.sim.Faults().On("PATCH", "/messages/@original", discordsim.Fault{Delay: 2 * time.Second}, 1)
	in := get(w.grace.Slash(w.ctx, w.ops, "cloud-request", discordsim.Args{"project": "dev", "level": "deploy", "why": "the release"}))(w)
	get(w.boss.Click(w.ctx, *w.sees(w.ops, "asks for `deploy`"), "Approve"))(w)
	mine := get(in.Reply(w.ctx))(w)
	w.done(w.grace, mine.ID, "✅ You have `deploy` in `dev`")
}

// An answer is kept in mind as long as it can be redrawn.
func TestAnswersAreForgotten(t *testing.T) {
	t.Parallel()
	var a answers
	a.keep(1, &discordgo.Interaction{Token: "a"}, noon)
	a.keep(1, &discordgo.Interaction{Token: "b"}, noon.Add(time.Minute))
	a.keep(2, &discordgo.Interaction{Token: "c"}, noon)
	a.keep(3, &discordgo.Interaction{Token: "d"}, noon.Add(answerLife))
	if _, ok := a.open[2]; ok || len(a.open) != 2 {
		t.Errorf("kept: %v", a.open)
	}
	if list := a.take(1); len(list) != 1 || list[0].to.Token != "b" {
		t.Errorf("kept of the first: %v", list)
	}
	if list := a.take(1); len(list) != 0 {
		t.Errorf("taken twice: %v", list)
	}
}

// Who has asked again has nothing to ask for where they were told to.
func TestAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.grantsFor(w.grace, "deploy", "3h")
	w.due()
	ending := w.told(w.grace, "Your `deploy` in `dev` ends <t:")
	in := get(w.grace.Submit(w.ctx, get(w.grace.Click(w.ctx, *ending, "Ask again"))(w).Modal(), discordsim.Fields{"Why": "more"}))(w)
	if reply := get(in.Reply(w.ctx))(w); !strings.Contains(reply.Text(), "You asked for `deploy`") || len(reply.Components) != 0 {
		t.Errorf("in a direct message: %s", reply.Text())
	}
	get(w.sim.AwaitDM(w.ctx, w.grace, func(m discordsim.Message) bool {
		return m.ID == ending.ID && len(m.Components) == 0 && strings.Contains(m.Content, "Your `deploy` in `dev` ends <t:")
	}))(w)
	get(w.boss.Click(w.ctx, *w.sees(w.ops, "asks for `deploy`"), "Approve"))(w)
	w.told(w.grace, "You have `deploy` in `dev`")

	// In the channel, in the place of a refusal.
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(w.ctx, "update grants set expires_at = now() - interval '1 minute', granted_at = now() - interval '1 hour' where user_id = $1", w.grace.ID)
		return err
	}))
	in = get(w.grace.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev"}))(w)
	refusal := get(in.Reply(w.ctx))(w)
	form := get(w.grace.Click(w.ctx, *refusal, "Ask again"))(w).Modal()
	bad := get(w.grace.Submit(w.ctx, form, discordsim.Fields{"How long": "soon", "Why": "more"}))(w)
	mustSay(t, w.says(bad, nil), "`duration` cannot be `soon`")
	if m, _ := w.ops.Message(w.grace, refusal.ID); labelsOf(&m) != "Ask again" {
		t.Errorf("nothing was asked for, and there is %s", labelsOf(&m))
	}
	get(w.grace.Submit(w.ctx, form, discordsim.Fields{"Why": "more"}))(w)
	asked := get(w.ops.Await(w.ctx, w.grace, func(m discordsim.Message) bool { return m.ID == refusal.ID && labelsOf(&m) == "Cancel the request" }))(w)
	get(w.grace.Click(w.ctx, *asked, "Cancel the request"))(w)
	w.done(w.grace, asked.ID, "The request is cancelled.")
}

// What only one person sees goes, or says that it is over, once nothing that it offers
// can be done any more.
func TestPrivateButtonsThatAreOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	lobby := w.deploy()
	w.add(lobby, "vpc", discordsim.Fields{"name": "a"})
	w.add(w.lobby("vpc.a"), "vpc", discordsim.Fields{"name": "b"})
	form := get(w.ada.Choose(w.ctx, *w.lobby("vpc.b"), "Add resource", "compute_vm"))(w).Modal()
	in := get(w.ada.Submit(w.ctx, form, discordsim.Fields{"name": "web", "network_id": "vpc.b"}))(w)
	offer := get(in.Reply(w.ctx))(w)
	get(w.ada.Choose(w.ctx, *w.lobby("compute_vm.web"), "Remove", "compute_vm.web"))(w)
	w.lobby("plan 4")
	get(w.ada.Click(w.ctx, *offer, "More settings"))(w)
	w.done(w.ada, offer.ID, "`compute_vm.web` is no longer part of this deployment. Nothing was changed.")
	if m, _ := w.ops.Message(w.ada, offer.ID); !m.Ephemeral() {
		t.Error("everybody sees it")
	}

	s := w.session()
	all := func() *discordsim.Message {
		lobby := *w.lobby("plan")
		lobby.Components = []discordsim.Component{{Type: 1, Components: []discordsim.Component{{Type: 3, Placeholder: "forged",
			CustomID: route{Session: s.ID, Verb: verbRemove, Seen: s.Generation}.String(), Options: []discordsim.SelectOption{{Label: "More …", Value: moreValue}}}}}}
		return get(get(w.ada.Choose(w.ctx, lobby, "forged", moreValue))(w).Reply(w.ctx))(w)
	}
	one, two := all(), all()
	menu := one.Selects()[0].Placeholder
	events, stop := w.sim.Watch(w.ada)
	defer stop()
	get(w.ada.Choose(w.ctx, *one, menu, "vpc.a"))(w)
	for e := range events { // until the sim is closed with the test
		if e.Kind == discordsim.EventDelete && e.Message.ID == one.ID {
			break
		}
	}
	get(w.ada.Choose(w.ctx, *two, menu, "vpc.b"))(w)
	w.done(w.ada, two.ID, "The plan changed since you looked at it.")
}
