package discord

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// A fault of ours is told with a reference and nothing else, and the bot goes on.
func TestFaultsOfOurs(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(context.Context, *call, options) (picture, error){
		"panic": func(context.Context, *call, options) (picture, error) { panic("secret detail") },
		"error": func(context.Context, *call, options) (picture, error) {
			return picture{}, fmt.Errorf("secret detail")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, setup{idle: true})
			w.bot.commands[slices.IndexFunc(w.bot.commands, func(c *command) bool { return c.definition.Name == "cloud-list" })].run = run
			w.start(w.bot)
			got := w.says(w.ada.Slash(w.ctx, w.ops, "cloud-list", nil))
			if !strings.Contains(got, "Something went wrong on our side") || !strings.Contains(got, "reference `") || strings.Contains(got, "secret") {
				t.Errorf("answer: %s", got)
			}
			w.project()
		})
	}
}

// A first answer that is lost on the way is sent again.
func TestAnswersAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	for _, f := range []discordsim.Fault{{Reset: true}, {Status: 503}, {LoseAnswer: true}} {
		w.sim.Faults().On("POST", "/interactions/*/*/callback", f, 1)
		if got := w.says(w.ada.Slash(w.ctx, w.ops, "cloud-list", nil)); !strings.Contains(got, "no deployment yet") {
			t.Errorf("answer: %s", got)
		}
	}
}

// Interactions that no client of Discord's sends are refused like others.
func TestStrangeInteractions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	lobby := w.planned()
	w.bot.Handle(w.ctx, nil)
	w.bot.Handle(w.ctx, &discordgo.InteractionCreate{})
	w.bot.Handle(w.ctx, &discordgo.InteractionCreate{Interaction: &discordgo.Interaction{Type: discordgo.InteractionPing}})
	id := w.session().ID
	for _, customID := range []string{"x", "s/" + id + "/fly/1", "s/" + id + "/cancel/one", "l/mine/x////", "l/mine/0/", "l/theirs/0////", "l/mine/-1////", "l/mine/0//ö//", "l/mine/0////ö", "l/mine/99999999////", "f/", "f/zz/1", "s/zzzzzz/cancel/1", "s/" + id + "/form/1/nothing"} {
		if got := w.says(w.ada.Click(w.ctx, forged(lobby, customID), "forged")); strings.Contains(got, "our side") || got == "" {
			t.Errorf("%s: %s", customID, got)
		}
	}
	if s := w.session(); s.State != "PLAN_READY" {
		t.Errorf("state %s", s.State)
	}
}

// forged is a message with a button that the bot has not drawn.
func forged(m *discordsim.Message, customID string) discordsim.Message {
	copied := *m
	copied.Components = []discordsim.Component{{Type: 1, Components: []discordsim.Component{{Type: 2, Style: 1, Label: "forged", CustomID: customID}}}}
	return copied
}

// A forged custom id with a generation or a page that there cannot be is refused
// like any that the bot has not drawn.
func TestForgedGenerations(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	lobby := w.planned()
	for _, verb := range []string{verbApprove, verbCancel, verbRefresh, verbRemove} {
		if got := w.says(w.ada.Click(w.ctx, forged(lobby, "s/"+w.session().ID+"/"+verb+"/-1"), "forged")); got != errUnknownButton.Error() {
			t.Errorf("%s: %s", verb, got)
		}
	}
	form := get(w.ada.Choose(w.ctx, *lobby, "Edit", "vpc.main"))(w).Modal()
	faulty := get(w.ada.SubmitUnchecked(w.ctx, form, discordsim.Fields{"cidr": "x"}))(w)
	correction := get(w.ada.Click(w.ctx, *get(faulty.Reply(w.ctx))(w), "Correct"))(w).Modal()
	for _, modal := range []*discordsim.Modal{form, correction} {
		parts := strings.Split(modal.CustomID, "/")
		at := 3
		if parts[0] == "f" {
			at = 2
		}
		parts[at] = "-1"
		modal.CustomID = strings.Join(parts, "/")
		if got := w.says(w.ada.Submit(w.ctx, modal, discordsim.Fields{"cidr": "10.9.0.0/16"})); got != errUnknownButton.Error() {
			t.Errorf("%s: %s", modal.CustomID, got)
		}
	}
	page := get(w.ada.Click(w.ctx, forged(lobby, "s/"+w.session().ID+"/form/1//vpc.main/-1"), "forged"))(w)
	if page.Modal() == nil {
		t.Error("a page before the first is not the first")
	}
	if s := w.session(); s.State != "PLAN_READY" || s.Generation != 1 {
		t.Errorf("state %s, generation %d", s.State, s.Generation)
	}
}

// A stack with more resources than a menu holds shows them all on demand.
func TestMoreThanAMenuHolds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.deploy()
	id := w.session().ID
	for i := range 30 {
		w.must(w.orch.PutResource(w.ctx, orchestrator.Request{GuildID: w.guild.ID, Person: person(w.ada)},
			orchestrator.Form{Session: id, Kind: "bucket", Raw: map[string]string{"name": fmt.Sprintf("b%02d", i)}}))
	}
	lobby := w.lobby("bucket.b14", "and 15 more", "plan 30")
	in := get(w.ada.Choose(w.ctx, *lobby, "Edit", "More …"))(w)
	menus := get(in.Reply(w.ctx))(w)
	if !menus.Ephemeral() || len(menus.Selects()) != 2 {
		t.Fatalf("menus: %+v", menus.Selects())
	}
	form := get(w.ada.Choose(w.ctx, *menus, "bucket.b25 to bucket.b29", "bucket.b29"))(w).Modal()
	if in, _ := form.Input("name"); in.Value != "b29" {
		t.Errorf("the form is of %q", in.Value)
	}
	get(w.ada.Choose(w.ctx, *lobby, "Remove", "More …"))(w)
}

// Somebody whose grant is over reads when it ended, and can ask for it again there.
func TestExpiredGrant(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	lobby := w.deploy()
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(w.ctx, "update grants set expires_at = now() - interval '1 minute', granted_at = now() - interval '1 hour'")
		return err
	}))
	for what, in := range map[string]*discordsim.Interaction{
		"form":   get(w.ada.Choose(w.ctx, *lobby, "Add resource", "vpc"))(w),
		"deploy": get(w.ada.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev"}))(w),
	} {
		refusal := get(in.Reply(w.ctx))(w)
		if got := refusal.Text(); !refusal.Ephemeral() || !strings.Contains(got, "Your access to `dev` ended <t:") {
			t.Errorf("%s: %s", what, got)
		}
		form := get(w.ada.Click(w.ctx, *refusal, "Ask again"))(w)
		if form.Modal().Title != "Ask for deploy in dev" {
			t.Errorf("%s: the form is %q", what, form.Modal().Title)
		}
	}
	g := get(w.store.Glance(w.ctx, w.guild.ID, w.session().ID, project.Person{UserID: w.ada.ID}))(w)
	if g.Level != project.NoAccess {
		t.Errorf("level %s", g.Level)
	}
}
