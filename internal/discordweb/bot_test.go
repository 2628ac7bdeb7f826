package discordweb

import (
	"strings"
	"testing"

	dg "github.com/bwmarrin/discordgo"
)

// toolCommands have an option of each kind, and subcommands.
func toolCommands() []*dg.ApplicationCommand {
	three, one := 3, 1.0
	return []*dg.ApplicationCommand{
		{
			Name: "deploy", Description: "Deploy something", NameLocalizations: &map[dg.Locale]string{dg.German: "ausrollen"},
			Options: []*dg.ApplicationCommandOption{
				{Name: "project", Description: "Project", Type: dg.ApplicationCommandOptionString, Required: true, Autocomplete: true},
				{Name: "size", Description: "Size", Type: dg.ApplicationCommandOptionString, Choices: []*dg.ApplicationCommandOptionChoice{{Name: "Small", Value: "s"}, {Name: "Large", Value: "l"}}},
				{Name: "user", Description: "User", Type: dg.ApplicationCommandOptionUser},
				{Name: "count", Description: "Count", Type: dg.ApplicationCommandOptionInteger, MinValue: &one, MaxValue: 5},
				{Name: "reason", Description: "Reason", Type: dg.ApplicationCommandOptionString, MinLength: &three, MaxLength: 10},
				{Name: "where", Description: "Where", Type: dg.ApplicationCommandOptionChannel, ChannelTypes: []dg.ChannelType{dg.ChannelTypeGuildText, dg.ChannelTypeGuildPublicThread}},
				{Name: "now", Description: "Now", Type: dg.ApplicationCommandOptionBoolean},
			},
		},
		{Name: "grant", Description: "Grants", Options: []*dg.ApplicationCommandOption{
			{Name: "add", Description: "Add a grant", Type: dg.ApplicationCommandOptionSubCommand, Options: []*dg.ApplicationCommandOption{
				{Name: "who", Description: "Who", Type: dg.ApplicationCommandOptionUser, Required: true},
			}},
			{Name: "list", Description: "List grants", Type: dg.ApplicationCommandOptionSubCommand},
		}},
		{Name: "form", Description: "Open a form"},
		{Name: "silent", Description: "Says nothing"},
	}
}

// tool is a bot that uses all that a bot can.
type tool struct {
	t *testing.T
	s *dg.Session
}

// mustTool logs the bot in and registers its commands.
func mustTool(t *testing.T, w *playground) *tool {
	t.Helper()
	b := &tool{t: t}
	b.s = w.mustBot(t, b.handle)
	w.mustRegister(t, b.s, toolCommands()...)
	return b
}

func (b *tool) respond(s *dg.Session, i *dg.InteractionCreate, kind dg.InteractionResponseType, data *dg.InteractionResponseData) {
	if err := s.InteractionRespond(i.Interaction, &dg.InteractionResponse{Type: kind, Data: data}); err != nil {
		b.t.Errorf("respond: %v", err)
	}
}

func row(components ...dg.MessageComponent) dg.MessageComponent {
	return dg.ActionsRow{Components: components}
}

func (b *tool) handle(s *dg.Session, i *dg.InteractionCreate) {
	switch i.Type {
	case dg.InteractionApplicationCommandAutocomplete:
		b.respond(s, i, dg.InteractionApplicationCommandAutocompleteResult, &dg.InteractionResponseData{
			Choices: []*dg.ApplicationCommandOptionChoice{{Name: "Development", Value: i.ApplicationCommandData().Options[0].StringValue() + "v"}},
		})
	case dg.InteractionApplicationCommand:
		b.command(s, i)
	case dg.InteractionMessageComponent:
		b.component(s, i)
	case dg.InteractionModalSubmit:
		name := i.ModalSubmitData().Components[0].(*dg.Label).Component.(*dg.TextInput).Value
		if name == "silence" {
			return
		}
		b.respond(s, i, dg.InteractionResponseChannelMessageWithSource, &dg.InteractionResponseData{Content: "form of " + name})
	}
}

func (b *tool) command(s *dg.Session, i *dg.InteractionCreate) {
	data := i.ApplicationCommandData()
	switch data.Name {
	case "deploy":
		b.respond(s, i, dg.InteractionResponseDeferredChannelMessageWithSource, &dg.InteractionResponseData{Flags: dg.MessageFlagsEphemeral})
		_, err := s.ChannelMessageSendComplex(i.ChannelID, &dg.MessageSend{
			Embeds: []*dg.MessageEmbed{{Title: "Deploy " + data.GetOption("project").StringValue(), Description: "Draft"}},
			Components: []dg.MessageComponent{
				row(dg.Button{Label: "Approve", CustomID: "approve"}, dg.Button{Label: "Later", CustomID: "later", Disabled: true}, dg.Button{Label: "Hang", CustomID: "hang"}, dg.Button{Label: "Edit", CustomID: "edit"}),
				row(dg.SelectMenu{CustomID: "kind", Placeholder: "Kind", Options: []dg.SelectMenuOption{{Label: "VPC", Value: "vpc"}, {Label: "VM", Value: "vm"}}}),
			},
		})
		if err != nil {
			b.t.Errorf("lobby: %v", err)
		}
		text := "The lobby is open."
		if _, err := s.InteractionResponseEdit(i.Interaction, &dg.WebhookEdit{Content: &text}); err != nil {
			b.t.Errorf("edit: %v", err)
		}
	case "grant":
		b.respond(s, i, dg.InteractionResponseChannelMessageWithSource, &dg.InteractionResponseData{Content: "granted", Flags: dg.MessageFlagsEphemeral})
	case "form":
		b.respond(s, i, dg.InteractionResponseModal, toolForm())
	}
}

func (b *tool) component(s *dg.Session, i *dg.InteractionCreate) {
	switch data := i.MessageComponentData(); data.CustomID {
	case "approve":
		b.respond(s, i, dg.InteractionResponseUpdateMessage, &dg.InteractionResponseData{
			Embeds: []*dg.MessageEmbed{{Title: "Deploy", Description: "Approved by " + i.Member.User.Username}}, Components: []dg.MessageComponent{},
		})
	case "edit":
		b.respond(s, i, dg.InteractionResponseModal, toolForm())
	case "kind":
		b.respond(s, i, dg.InteractionResponseChannelMessageWithSource, &dg.InteractionResponseData{Content: "chose " + strings.Join(data.Values, ","), Flags: dg.MessageFlagsEphemeral})
	}
}

func toolForm() *dg.InteractionResponseData {
	yes, no := true, false
	return &dg.InteractionResponseData{Title: "Add", CustomID: "f", Components: []dg.MessageComponent{
		dg.Label{Label: "Name", Component: dg.TextInput{CustomID: "name", Style: dg.TextInputShort, Required: &yes, MinLength: 2, MaxLength: 10}},
		dg.Label{Label: "Zone", Component: dg.SelectMenu{CustomID: "zone", Required: &no, Options: []dg.SelectMenuOption{{Label: "One", Value: "1"}, {Label: "Two", Value: "2", Default: true}}}},
	}}
}
