package discordweb

import (
	"fmt"
	"strings"
	"testing"

	dg "github.com/bwmarrin/discordgo"
)

// showCommands are those of a bot that shows all that a page can draw.
var showCommands = []*dg.ApplicationCommand{
	{Name: "menu", Description: "Everything that can be pressed"},
	{Name: "form", Description: "A form"},
	{Name: "silent", Description: "A command that nobody answers"},
	{Name: "echo", Description: "Says it again", Options: []*dg.ApplicationCommandOption{
		{Name: "text", Description: "What to say", Type: dg.ApplicationCommandOptionString, Required: true},
	}},
	{Name: "deploy", Description: "One option of each kind", Options: []*dg.ApplicationCommandOption{
		{Name: "project", Description: "Type to find one", Type: dg.ApplicationCommandOptionString, Required: true, Autocomplete: true},
		{Name: "size", Description: "How large", Type: dg.ApplicationCommandOptionString, Choices: []*dg.ApplicationCommandOptionChoice{
			{Name: "Small", Value: "s"}, {Name: "Large", Value: "l"},
		}},
		{Name: "count", Description: "How many, up to 5", Type: dg.ApplicationCommandOptionInteger, MaxValue: 5},
		{Name: "who", Description: "For whom", Type: dg.ApplicationCommandOptionUser},
		{Name: "now", Description: "At once", Type: dg.ApplicationCommandOptionBoolean},
	}},
	{Name: "stream", Description: "Lines into a thread", Options: []*dg.ApplicationCommandOption{
		{Name: "lines", Description: "How many", Type: dg.ApplicationCommandOptionInteger, Required: true},
	}},
}

// showBot starts the bot, and registers its commands.
func (w *playground) showBot(t *testing.T) {
	t.Helper()
	bot := w.mustBot(t, func(s *dg.Session, i *dg.InteractionCreate) {
		if err := show(s, i); err != nil {
			t.Errorf("the bot: %v", err)
		}
	})
	w.mustRegister(t, bot, showCommands...)
}

func show(s *dg.Session, i *dg.InteractionCreate) error {
	switch i.Type {
	case dg.InteractionApplicationCommandAutocomplete:
		return suggest(s, i)
	case dg.InteractionApplicationCommand:
		return runCommand(s, i)
	case dg.InteractionMessageComponent:
		return pressed(s, i)
	case dg.InteractionModalSubmit:
		data := i.ModalSubmitData()
		name := data.Components[0].(*dg.Label).Component.(*dg.TextInput).Value
		zone := data.Components[1].(*dg.Label).Component.(*dg.SelectMenu).Values
		return answer(s, i, &dg.InteractionResponseData{Content: fmt.Sprintf("Made **%s** in %s.", name, strings.Join(zone, "+"))})
	}
	return nil
}

func answer(s *dg.Session, i *dg.InteractionCreate, data *dg.InteractionResponseData) error {
	return s.InteractionRespond(i.Interaction, &dg.InteractionResponse{Type: dg.InteractionResponseChannelMessageWithSource, Data: data})
}

func suggest(s *dg.Session, i *dg.InteractionCreate) error {
	var offered []*dg.ApplicationCommandOptionChoice
	typed := i.ApplicationCommandData().GetOption("project").StringValue()
	for _, name := range []string{"development", "production"} {
		if strings.HasPrefix(name, typed) {
			offered = append(offered, &dg.ApplicationCommandOptionChoice{Name: strings.ToUpper(name[:1]) + name[1:], Value: name[:4]})
		}
	}
	return s.InteractionRespond(i.Interaction, &dg.InteractionResponse{
		Type: dg.InteractionApplicationCommandAutocompleteResult, Data: &dg.InteractionResponseData{Choices: offered},
	})
}

func runCommand(s *dg.Session, i *dg.InteractionCreate) error {
	data := i.ApplicationCommandData()
	switch data.Name {
	case "menu":
		return answer(s, i, menu())
	case "form":
		return openForm(s, i)
	case "echo":
		text := data.GetOption("text").StringValue()
		return answer(s, i, &dg.InteractionResponseData{Content: text, Embeds: []*dg.MessageEmbed{{
			Title: text, Description: text, Author: &dg.MessageEmbedAuthor{Name: text}, Footer: &dg.MessageEmbedFooter{Text: text},
			Fields: []*dg.MessageEmbedField{{Name: text, Value: text}},
		}}, Components: []dg.MessageComponent{dg.ActionsRow{Components: []dg.MessageComponent{
			dg.Button{Label: clip(text), CustomID: "echo"},
		}}}, Files: []*dg.File{{Name: "note.html", ContentType: "text/html", Reader: strings.NewReader(text)}}})
	case "deploy":
		return deploy(s, i)
	case "stream":
		return stream(s, i, int(data.GetOption("lines").IntValue()))
	}
	return nil // silent
}

// clip makes a text fit a button.
func clip(text string) string { return text[:min(len(text), 80)] }

// deploy thinks first, and then says what it was given.
func deploy(s *dg.Session, i *dg.InteractionCreate) error {
	err := s.InteractionRespond(i.Interaction, &dg.InteractionResponse{
		Type: dg.InteractionResponseDeferredChannelMessageWithSource, Data: &dg.InteractionResponseData{Flags: dg.MessageFlagsEphemeral},
	})
	if err != nil {
		return err
	}
	var said []string
	for _, o := range i.ApplicationCommandData().Options {
		said = append(said, fmt.Sprintf("%s=%v", o.Name, o.Value))
	}
	text := strings.Join(said, " ")
	_, err = s.InteractionResponseEdit(i.Interaction, &dg.WebhookEdit{Content: &text})
	return err
}

// menu is a message with all that can be pressed, and all that is drawn.
func menu() *dg.InteractionResponseData {
	return &dg.InteractionResponseData{
		Content: "**Bold**, *slanted*, `code`, <t:1700000000:R> and https://example.com/\n```diff\n+ vpc.main\n- database.db\n```\n```ansi\n\x1b[1;32mcreated\x1b[0m and \x1b[31mfailed\x1b[0m\n```\n-# small print ||and a secret||",
		Embeds:  []*dg.MessageEmbed{{Title: "A card", Description: "With **text**", Color: 0x2ecc71, Fields: []*dg.MessageEmbedField{{Name: "Cost", Value: "$1.00", Inline: true}}}},
		Components: []dg.MessageComponent{
			dg.ActionsRow{Components: []dg.MessageComponent{
				dg.Button{Label: "Press me", CustomID: "press"}, dg.Button{Label: "Whisper", CustomID: "whisper", Style: dg.SecondaryButton},
				dg.Button{Label: "Form", CustomID: "form", Style: dg.SuccessButton}, dg.Button{Label: "Dead", CustomID: "dead", Style: dg.DangerButton},
				dg.Button{Label: "Closed", CustomID: "closed", Disabled: true},
			}},
			dg.ActionsRow{Components: []dg.MessageComponent{dg.SelectMenu{CustomID: "kind", Placeholder: "Add resource", Options: []dg.SelectMenuOption{
				{Label: "Network", Value: "vpc", Description: "A private one"}, {Label: "Machine", Value: "vm"},
			}}}},
			dg.ActionsRow{Components: []dg.MessageComponent{dg.SelectMenu{MenuType: dg.UserSelectMenu, CustomID: "who", Placeholder: "Who"}}},
			dg.ActionsRow{Components: []dg.MessageComponent{dg.Button{Label: "Manual", Style: dg.LinkButton, URL: "https://example.com/manual"}}},
		},
	}
}

func openForm(s *dg.Session, i *dg.InteractionCreate) error {
	yes := true
	return s.InteractionRespond(i.Interaction, &dg.InteractionResponse{Type: dg.InteractionResponseModal, Data: &dg.InteractionResponseData{
		Title: "Add a network", CustomID: "f/1", Components: []dg.MessageComponent{
			dg.Label{Label: "Name", Description: "Letters, up to ten", Component: dg.TextInput{CustomID: "name", Style: dg.TextInputShort, Required: &yes, MinLength: 2, MaxLength: 10}},
			dg.Label{Label: "Zone", Component: dg.SelectMenu{CustomID: "zone", Options: []dg.SelectMenuOption{{Label: "One", Value: "1"}, {Label: "Two", Value: "2", Default: true}}}},
		},
	}})
}

func pressed(s *dg.Session, i *dg.InteractionCreate) error {
	data := i.MessageComponentData()
	switch data.CustomID {
	case "press":
		return s.InteractionRespond(i.Interaction, &dg.InteractionResponse{Type: dg.InteractionResponseUpdateMessage, Data: &dg.InteractionResponseData{
			Content: "Pressed by " + i.Member.User.Username, Components: i.Message.Components,
		}})
	case "whisper":
		return answer(s, i, &dg.InteractionResponseData{Content: "Between us.", Flags: dg.MessageFlagsEphemeral})
	case "form":
		return openForm(s, i)
	case "kind", "who":
		return answer(s, i, &dg.InteractionResponseData{Content: "Chose " + strings.Join(data.Values, ","), Flags: dg.MessageFlagsEphemeral})
	}
	return nil // dead
}

// perMessage is how many lines one message takes.
const perMessage = 10

// stream opens a thread and writes lines into it, ten in a message, and edits the
// first message as it goes, as a deployment does.
func stream(s *dg.Session, i *dg.InteractionCreate, lines int) error {
	if err := answer(s, i, &dg.InteractionResponseData{Content: "Streaming."}); err != nil {
		return err
	}
	first, err := s.InteractionResponse(i.Interaction)
	if err != nil {
		return err
	}
	thread, err := s.MessageThreadStart(i.ChannelID, first.ID, "Deploy dev-web", 60)
	if err != nil {
		return err
	}
	progress, err := s.ChannelMessageSend(thread.ID, "0 lines")
	if err != nil {
		return err
	}
	for at := 0; at < lines; at += perMessage {
		var b strings.Builder
		for n := range min(perMessage, lines-at) {
			fmt.Fprintf(&b, "\x1b[32mline %d\x1b[0m of the apply\n", at+n+1)
		}
		if _, err := s.ChannelMessageSend(thread.ID, "```ansi\n"+b.String()+"```"); err != nil {
			return err
		}
		if _, err := s.ChannelMessageEdit(thread.ID, progress.ID, fmt.Sprintf("%d lines", min(at+perMessage, lines))); err != nil {
			return err
		}
	}
	return nil
}
