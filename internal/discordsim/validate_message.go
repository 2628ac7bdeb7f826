package discordsim

import (
	"strings"
	"unicode/utf8"
)

// maxContent and the others are Discord's documented limits of a message.
const (
	maxContent     = 2000
	maxEmbeds      = 10
	maxEmbedText   = 6000 // of all embeds together
	maxAttachments = 10
	maxTextDisplay = 4000 // of all text displays together
)

// validateMessage checks a message as it would be after a create or edit.
func validateMessage(f *fieldErrors, m *Message, at string) {
	f.length(join(at, "content"), m.Content, 0, maxContent)
	if len(m.Embeds) > maxEmbeds {
		f.size(join(at, "embeds"), len(m.Embeds), 0, maxEmbeds)
	}
	total := 0
	for i := range m.Embeds {
		total += validateEmbed(f, &m.Embeds[i], join(at, "embeds", i))
	}
	if total > maxEmbedText {
		f.add(join(at, "embeds"), "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of %d", maxEmbedText)
	}
	if len(m.Attachments) > maxAttachments {
		f.size(join(at, "attachments"), len(m.Attachments), 0, maxAttachments)
	}
	components := join(at, "components")
	if m.Flags&FlagComponentsV2 == 0 {
		validateRows(f, m.Components, components)
		return
	}
	for name, used := range map[string]bool{"content": m.Content != "", "embeds": len(m.Embeds) > 0} {
		if used {
			f.add(join(at, name), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
				"The '%s' field cannot be used when using MessageFlags.IS_COMPONENTS_V2", name)
		}
	}
	validateV2(f, m.Components, components)
}

// empty reports whether nothing would be seen of the message.
func (m *Message) empty() bool {
	return strings.TrimSpace(m.Content) == "" && len(m.Embeds) == 0 && len(m.Attachments) == 0 && len(m.Components) == 0
}

// validateEmbed checks one embed and returns how many of the characters it
// has that count towards the limit of all embeds.
func validateEmbed(f *fieldErrors, e *Embed, at string) int {
	total := 0
	text := func(path, s string, least, most int) {
		f.length(path, s, least, most)
		total += utf8.RuneCountInString(s)
	}
	text(join(at, "title"), e.Title, 0, 256)
	text(join(at, "description"), e.Description, 0, 4096)
	if e.Author != nil {
		text(join(at, "author", "name"), e.Author.Name, 1, 256)
	}
	if e.Footer != nil {
		text(join(at, "footer", "text"), e.Footer.Text, 1, 2048)
	}
	if len(e.Fields) > 25 {
		f.size(join(at, "fields"), len(e.Fields), 0, 25)
	}
	for i, field := range e.Fields {
		text(join(at, "fields", i, "name"), field.Name, 1, 256)
		text(join(at, "fields", i, "value"), field.Value, 1, 1024)
	}
	if e.Color < 0 || e.Color > 0xFFFFFF {
		f.number(join(at, "color"), e.Color, 0, 0xFFFFFF)
	}
	validateURL(f, e.URL, join(at, "url"))
	if total == 0 && e.Image == nil && e.Thumbnail == nil {
		f.add(join(at, "description"), "BASE_TYPE_REQUIRED", "This field is required")
	}
	return total
}

// validateURL checks the scheme of an optional link.
func validateURL(f *fieldErrors, url, at string) {
	if url == "" {
		return
	}
	for _, scheme := range []string{"http://", "https://", "attachment://", "discord://"} {
		if strings.HasPrefix(url, scheme) {
			return
		}
	}
	f.add(at, "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https').")
}
