package discordsim

import "time"

// The message flags that matter here.
const (
	FlagSuppressEmbeds        = 1 << 2
	FlagHasThread             = 1 << 5
	FlagEphemeral             = 1 << 6
	FlagLoading               = 1 << 7
	FlagSuppressNotifications = 1 << 12
	FlagComponentsV2          = 1 << 15
)

// The message types that exist here.
const (
	messageDefault = 0
	messageReply   = 19
	messageSlash   = 20
)

// Message is a message as it was at one moment; it never changes once
// handed out. An edit makes a new value with the same ID.
type Message struct {
	ID              string       `json:"id"`
	Type            int          `json:"type"`
	ChannelID       string       `json:"channel_id"`
	GuildID         string       `json:"guild_id,omitempty"`
	Author          User         `json:"author"`
	Content         string       `json:"content"`
	Timestamp       Timestamp    `json:"timestamp"`
	EditedAt        *Timestamp   `json:"edited_timestamp"`
	TTS             bool         `json:"tts"`
	MentionEveryone bool         `json:"mention_everyone"`
	Mentions        []User       `json:"mentions"`
	MentionRoles    []string     `json:"mention_roles"`
	Attachments     []Attachment `json:"attachments"`
	Embeds          []Embed      `json:"embeds"`
	Components      []Component  `json:"components"`
	Flags           int          `json:"flags"`
	Pinned          bool         `json:"pinned"`
	Nonce           any          `json:"nonce,omitempty"`
	WebhookID       string       `json:"webhook_id,omitempty"`
	ApplicationID   string       `json:"application_id,omitempty"`
	Reference       *Reference   `json:"message_reference,omitempty"`
	// Referenced is the message that a reply answers, as it is now; nil once
	// it is gone.
	Referenced *Message `json:"referenced_message,omitempty"`
	Thread     any      `json:"thread,omitempty"`
	// InteractionMetadata and Interaction say which interaction the message
	// answers; bots written for either find theirs.
	InteractionMetadata any `json:"interaction_metadata,omitempty"`
	Interaction         any `json:"interaction,omitempty"`
}

// Reference points at the message that another one answers or shows.
type Reference struct {
	Type            int    `json:"type"`
	MessageID       string `json:"message_id,omitempty"`
	ChannelID       string `json:"channel_id,omitempty"`
	GuildID         string `json:"guild_id,omitempty"`
	FailIfNotExists *bool  `json:"fail_if_not_exists,omitempty"`
}

// Embed is a card in a message.
type Embed struct {
	Type        string       `json:"type,omitempty"`
	Title       string       `json:"title,omitempty"`
	Description string       `json:"description,omitempty"`
	URL         string       `json:"url,omitempty"`
	Timestamp   string       `json:"timestamp,omitempty"`
	Color       int          `json:"color,omitempty"`
	Author      *EmbedAuthor `json:"author,omitempty"`
	Footer      *EmbedFooter `json:"footer,omitempty"`
	Image       *EmbedImage  `json:"image,omitempty"`
	Thumbnail   *EmbedImage  `json:"thumbnail,omitempty"`
	Fields      []EmbedField `json:"fields,omitempty"`
}

// EmbedAuthor is the line above an embed's title.
type EmbedAuthor struct {
	Name    string `json:"name"`
	URL     string `json:"url,omitempty"`
	IconURL string `json:"icon_url,omitempty"`
}

// EmbedFooter is the line below an embed.
type EmbedFooter struct {
	Text    string `json:"text"`
	IconURL string `json:"icon_url,omitempty"`
}

// EmbedImage is a picture of an embed.
type EmbedImage struct {
	URL string `json:"url"`
}

// EmbedField is a name with a value, in an embed.
type EmbedField struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline,omitempty"`
}

// message is a message in its channel. Message is replaced as a whole by an
// edit, so values handed out stay as they were.
type message struct {
	Message
	channel *Channel
	app     *Application // the author, if it is a bot
	seenBy  string       // user id: only they see it (ephemeral)
	thread  *Channel     // started from it
	aged    time.Duration
}

// snapshot is the message as anybody gets it. s.mu is held.
func (m *message) snapshot() Message {
	out := m.Message
	if m.thread != nil {
		out.Thread = m.thread.wire("")
	}
	if m.Type == messageReply && m.Reference != nil {
		out.Referenced = m.answers()
	}
	return out
}

// answers is the message that a reply refers to, without what that one
// answers in turn. An ephemeral one is shown only to who sees it.
func (m *message) answers() *Message {
	target := m.channel.find(m.Reference.MessageID)
	if target == nil || target.seenBy != "" && target.seenBy != m.seenBy {
		return nil
	}
	out := target.Message
	return &out
}

// event is the message as the gateway carries it.
func (m *message) event() Message {
	out := m.snapshot()
	if m.channel.guild != nil {
		out.GuildID = m.channel.guild.ID
	}
	return out
}

// visible reports whether a user sees the message. s.mu is held.
func (m *message) visible(userID string) bool {
	if m.seenBy != "" {
		return m.seenBy == userID
	}
	return m.channel.sees(userID)
}
