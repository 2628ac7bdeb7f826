package discordsim_test

import (
	"strings"
	"testing"

	dg "github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// deployCommand has one option of each way to fill it in.
func deployCommand() *dg.ApplicationCommand {
	return &dg.ApplicationCommand{
		Name: "cloud-deploy", Description: "Deploy", Contexts: &[]dg.InteractionContextType{dg.InteractionContextGuild},
		Options: []*dg.ApplicationCommandOption{
			{Name: "project", Description: "Project", Type: dg.ApplicationCommandOptionString, Required: true, Autocomplete: true},
			{Name: "size", Description: "Size", Type: dg.ApplicationCommandOptionString, Choices: []*dg.ApplicationCommandOptionChoice{
				{Name: "Small", Value: "s"}, {Name: "Large", Value: "l"},
			}},
			{Name: "user", Description: "User", Type: dg.ApplicationCommandOptionUser},
			{Name: "count", Description: "Count", Type: dg.ApplicationCommandOptionInteger, MaxValue: 5},
		},
	}
}

func row(components ...dg.MessageComponent) dg.MessageComponent {
	return dg.ActionsRow{Components: components}
}

// lobbyBot answers /cloud-deploy with a deferred ephemeral message and a
// lobby of its own, and plays through every kind of interaction on it.
func lobbyBot(t *testing.T) func(*dg.Session, *dg.InteractionCreate) {
	return func(s *dg.Session, i *dg.InteractionCreate) {
		respond := func(kind dg.InteractionResponseType, data *dg.InteractionResponseData) {
			if err := s.InteractionRespond(i.Interaction, &dg.InteractionResponse{Type: kind, Data: data}); err != nil {
				t.Errorf("respond: %v", err)
			}
		}
		switch i.Type {
		case dg.InteractionApplicationCommandAutocomplete:
			data := i.ApplicationCommandData()
			respond(dg.InteractionApplicationCommandAutocompleteResult, &dg.InteractionResponseData{
				Choices: []*dg.ApplicationCommandOptionChoice{{Name: "Development", Value: data.Options[0].StringValue() + "v"}},
			})
		case dg.InteractionApplicationCommand:
			respond(dg.InteractionResponseDeferredChannelMessageWithSource, &dg.InteractionResponseData{Flags: dg.MessageFlagsEphemeral})
			data := i.ApplicationCommandData()
			lobby := "Deploy " + data.GetOption("project").StringValue()
			if user := data.GetOption("user"); user != nil {
				lobby += " for " + data.Resolved.Users[user.Value.(string)].Username
			}
			_, err := s.ChannelMessageSendComplex(i.ChannelID, &dg.MessageSend{
				Embeds: []*dg.MessageEmbed{{Title: lobby, Fields: []*dg.MessageEmbedField{{Name: "State", Value: "Draft"}}}},
				Components: []dg.MessageComponent{
					row(dg.Button{Label: "Add resource", CustomID: "s/1/add"}, dg.Button{Label: "Approve", CustomID: "s/1/approve", Disabled: true}, dg.Button{Label: "Cancel", CustomID: "s/1/cancel"}),
					row(dg.SelectMenu{CustomID: "s/1/kind", Placeholder: "Kind", Options: []dg.SelectMenuOption{{Label: "VPC", Value: "vpc"}, {Label: "VM", Value: "vm"}}}),
					row(dg.SelectMenu{MenuType: dg.UserSelectMenu, CustomID: "s/1/who", Placeholder: "Who"}),
				},
			})
			if err != nil {
				t.Errorf("lobby: %v", err)
			}
			text := "The lobby is open."
			if _, err := s.InteractionResponseEdit(i.Interaction, &dg.WebhookEdit{Content: &text}); err != nil {
				t.Errorf("edit: %v", err)
			}
		case dg.InteractionMessageComponent:
			lobbyClick(t, s, i, respond)
		case dg.InteractionModalSubmit:
			data := i.ModalSubmitData()
			name := data.Components[0].(*dg.Label).Component.(*dg.TextInput).Value
			zones := data.Components[1].(*dg.Label).Component.(*dg.SelectMenu).Values
			respond(dg.InteractionResponseUpdateMessage, &dg.InteractionResponseData{Content: "added " + name + " in " + strings.Join(zones, "+")})
		}
	}
}

func lobbyClick(t *testing.T, s *dg.Session, i *dg.InteractionCreate, respond func(dg.InteractionResponseType, *dg.InteractionResponseData)) {
	data := i.MessageComponentData()
	switch data.CustomID {
	case "s/1/add":
		yes := true
		respond(dg.InteractionResponseModal, &dg.InteractionResponseData{Title: "Add vpc", CustomID: "f/1", Components: []dg.MessageComponent{
			dg.Label{Label: "Name", Description: "a-z", Component: dg.TextInput{CustomID: "name", Style: dg.TextInputShort, Required: &yes, MaxLength: 10, Value: "main"}},
			dg.Label{Label: "Zone", Component: dg.SelectMenu{CustomID: "zone", Options: []dg.SelectMenuOption{{Label: "One", Value: "1"}, {Label: "Two", Value: "2", Default: true}}}},
		}})
	case "s/1/cancel":
		respond(dg.InteractionResponseDeferredMessageUpdate, nil)
		if _, err := s.FollowupMessageCreate(i.Interaction, true, &dg.WebhookParams{Content: "You may not.", Flags: dg.MessageFlagsEphemeral}); err != nil {
			t.Errorf("follow-up: %v", err)
		}
	case "s/1/kind", "s/1/who":
		respond(dg.InteractionResponseChannelMessageWithSource, &dg.InteractionResponseData{Content: "chose " + strings.Join(data.Values, ","), Flags: dg.MessageFlagsEphemeral})
	}
}

func TestEveryKindOfInteraction(t *testing.T) {
	t.Parallel()
	w, ctx := mustWorld(t, discordsim.Options{}), testContext(t)
	bot := w.mustBot(t, lobbyBot(t))
	w.mustRegister(t, bot, deployCommand())
	if err := w.AwaitCommands(ctx, w.app, w.guild, "cloud-deploy"); err != nil {
		t.Fatal(err)
	}

	choices := must(w.ada.Complete(ctx, w.ops, "cloud-deploy", discordsim.Args{"user": w.grace}, "project", "de"))(t)
	if len(choices) != 1 || choices[0].Value != "dev" {
		t.Fatalf("choices = %v", choices)
	}
	in := must(w.ada.Slash(ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev", "user": w.grace, "size": "Small", "count": 3}))(t)
	reply := must(in.Reply(ctx))(t)
	if reply.Content != "The lobby is open." || !reply.Ephemeral() || reply.Loading() {
		t.Errorf("reply = %+v", reply)
	}
	if in.AnswerTime() <= 0 {
		t.Errorf("answer time = %v", in.AnswerTime())
	}
	lobby := must(w.ops.Await(ctx, w.grace, discordsim.Containing("Deploy dev for grace", "State: Draft")))(t)
	if n := len(w.ops.Messages(w.grace)); n != 1 {
		t.Errorf("grace sees %d messages, want the lobby alone", n)
	}
	if n := len(w.ops.Messages(w.ada)); n != 2 {
		t.Errorf("ada sees %d messages, want the lobby and her reply", n)
	}

	if _, err := w.ada.Click(ctx, *lobby, "Approve"); err == nil {
		t.Error("a disabled button was pressed")
	}
	if _, err := w.ada.Click(ctx, *lobby, "No such"); err == nil {
		t.Error("a missing button was pressed")
	}
	refused := must(w.grace.Click(ctx, *lobby, "Cancel"))(t)
	if r := must(refused.Reply(ctx))(t); r.Content != "You may not." || !r.Ephemeral() {
		t.Errorf("refusal = %+v", r)
	}
	chosen := must(w.ada.Choose(ctx, *lobby, "Kind", "VM"))(t)
	if r := must(chosen.Reply(ctx))(t); r.Content != "chose vm" {
		t.Errorf("chose: %q", r.Content)
	}
	chosen = must(w.ada.Choose(ctx, *lobby, "Who", w.grace))(t)
	if r := must(chosen.Reply(ctx))(t); r.Content != "chose "+w.grace.ID {
		t.Errorf("chose: %q", r.Content)
	}

	form := must(w.ada.Click(ctx, *lobby, "Add resource"))(t).Modal()
	if form == nil || form.Title != "Add vpc" || len(form.Inputs()) != 2 {
		t.Fatalf("form = %+v", form)
	}
	for name, fields := range map[string]discordsim.Fields{
		"too long": {"Name": "much too long a name"}, "empty": {"Name": ""}, "unknown field": {"Nome": "x"}, "unknown option": {"Zone": "Three"},
	} {
		if _, err := w.ada.Submit(ctx, form, fields); err == nil {
			t.Errorf("%s: submitted", name)
		}
	}
	sent := must(w.ada.Submit(ctx, form, discordsim.Fields{"Zone": "One"}))(t)
	if r := must(sent.Reply(ctx))(t); r.Content != "added main in 1" || r.ID != lobby.ID || r.EditedAt == nil {
		t.Errorf("after the form: %+v", r)
	}
	w.assertClean(t)
}
