package discord

import (
	"strconv"

	"github.com/bwmarrin/discordgo"
)

// Discord's limits, and how much of them is used.
const (
	maxContent     = 2000
	maxDescription = 4096
	maxOptions     = 25
	maxOptionText  = 100
	maxThreadName  = 100
	maxAlt         = 1024
)

// picture is what a message shows, whether it is posted, edited or an answer.
type picture struct {
	Content    string
	Embeds     []*discordgo.MessageEmbed
	Components []discordgo.MessageComponent
	Files      []*discordgo.File
	Alt        string   // what the first file shows, for who cannot see it
	Mentions   []string // users who are pinged
	Roles      []string // roles whose members are; nobody else ever is
	Request    int64    // for access, that an answer shows until somebody decides; 0: none
}

// text is a picture of words alone.
func text(content string, components ...discordgo.MessageComponent) picture {
	return picture{Content: clip(content, maxContent), Components: components}
}

// allowed never lets Discord look for mentions in a text.
func (p picture) allowed() *discordgo.MessageAllowedMentions {
	return &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}, Users: p.Mentions, Roles: p.Roles}
}

// newMessage is the body of a message to create. discordgo's own type lacks the
// nonce, with which sending the same message again returns the first.
type newMessage struct {
	Content         string                            `json:"content,omitempty"`
	Embeds          []*discordgo.MessageEmbed         `json:"embeds,omitempty"`
	Components      []discordgo.MessageComponent      `json:"components,omitempty"`
	AllowedMentions *discordgo.MessageAllowedMentions `json:"allowed_mentions"`
	Reference       *discordgo.MessageReference       `json:"message_reference,omitempty"`
	Nonce           string                            `json:"nonce"`
	EnforceNonce    bool                              `json:"enforce_nonce"`
}

// create is the picture as a new message.
func (p picture) create(nonce string) newMessage {
	return newMessage{Content: p.Content, Embeds: p.Embeds, Components: p.Components, AllowedMentions: p.allowed(), Nonce: nonce, EnforceNonce: true}
}

// edit is the picture in the place of what a message showed. An edit pings
// nobody.
func (p picture) edit(channelID, messageID string) *discordgo.MessageEdit {
	p.Mentions, p.Roles = nil, nil
	return &discordgo.MessageEdit{
		Channel: channelID, ID: messageID, Content: &p.Content, Embeds: orEmpty(p.Embeds), Components: orEmpty(p.Components), AllowedMentions: p.allowed(),
	}
}

// response is the picture as the first answer to an interaction, which only the
// person sees.
func (p picture) response() *discordgo.InteractionResponseData {
	return &discordgo.InteractionResponseData{
		Content: p.Content, Embeds: *orEmpty(p.Embeds), Components: *orEmpty(p.Components), Files: p.Files,
		AllowedMentions: p.allowed(), Flags: discordgo.MessageFlagsEphemeral,
	}
}

// followup is the picture as a later answer, which only the person sees.
func (p picture) followup() *discordgo.WebhookParams {
	return &discordgo.WebhookParams{
		Content: p.Content, Embeds: p.Embeds, Components: *orEmpty(p.Components), Files: p.Files,
		AllowedMentions: p.allowed(), Flags: discordgo.MessageFlagsEphemeral,
	}
}

// replacement is the picture in the place of an answer.
func (p picture) replacement() *discordgo.WebhookEdit {
	return &discordgo.WebhookEdit{
		Content: &p.Content, Embeds: orEmpty(p.Embeds), Components: orEmpty(p.Components), Files: p.Files, AllowedMentions: p.allowed(),
	}
}

// described is a replacement with what its first file shows, which discordgo has
// no place for.
func (p picture) described() any {
	type attachment struct {
		ID          string `json:"id"`
		Filename    string `json:"filename"`
		Description string `json:"description,omitempty"`
	}
	body := struct {
		*discordgo.WebhookEdit
		Attachments []attachment `json:"attachments"`
	}{WebhookEdit: p.replacement()}
	for i, f := range p.Files {
		body.Attachments = append(body.Attachments, attachment{ID: strconv.Itoa(i), Filename: f.Name})
	}
	body.Attachments[0].Description = clip(p.Alt, maxAlt)
	return body
}

// orEmpty is a list that is written as [] where it has nothing: null would leave
// what was there.
func orEmpty[T any](list []T) *[]T {
	if list == nil {
		list = []T{}
	}
	return &list
}

func row(components ...discordgo.MessageComponent) discordgo.MessageComponent {
	return discordgo.ActionsRow{Components: components}
}

func button(label string, style discordgo.ButtonStyle, customID string) discordgo.Button {
	return discordgo.Button{Label: label, Style: style, CustomID: customID}
}
