package discordsim

import (
	"fmt"
	"strings"
)

// Text renders what a person reads as plain text: content, text displays,
// embeds with their fields, then the names of files. Components that are
// pressed are left out: see Button, Buttons and Select.
func (m Message) Text() string {
	var b strings.Builder
	line := func(parts ...string) {
		for _, p := range parts {
			if p != "" {
				b.WriteString(p + "\n")
			}
		}
	}
	line(m.Content)
	walk(m.Components, func(c *Component) bool {
		if c.Type == typeTextDisplay {
			line(c.Content)
		}
		return true
	})
	for _, e := range m.Embeds {
		if e.Author != nil {
			line(e.Author.Name)
		}
		line(e.Title, e.Description)
		for _, f := range e.Fields {
			line(f.Name + ": " + f.Value)
		}
		if e.Footer != nil {
			line(e.Footer.Text)
		}
	}
	for _, a := range m.Attachments {
		line(fmt.Sprintf("[%s, %d bytes]", a.Filename, a.Size))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Ephemeral reports whether only one person sees the message.
func (m Message) Ephemeral() bool { return m.Flags&FlagEphemeral != 0 }

// Loading reports whether the message still says "thinking…".
func (m Message) Loading() bool { return m.Flags&FlagLoading != 0 }

// Mentioned reports whether the message mentions a user by themselves, so
// that they are pinged.
func (m Message) Mentioned(id string) bool {
	for _, u := range m.Mentions {
		if u.ID == id {
			return true
		}
	}
	return false
}

// Buttons lists the buttons, in order.
func (m Message) Buttons() []Component {
	var out []Component
	walk(m.Components, func(c *Component) bool {
		if c.Type == typeButton {
			out = append(out, *c)
		}
		return true
	})
	return out
}

// Button finds a button by label or custom id.
func (m Message) Button(name string) (Component, bool) {
	for _, b := range m.Buttons() {
		if b.matches(name) {
			return b, true
		}
	}
	return Component{}, false
}

// Selects lists the select menus, in order.
func (m Message) Selects() []Component {
	var out []Component
	walk(m.Components, func(c *Component) bool {
		if c.IsSelect() {
			out = append(out, *c)
		}
		return true
	})
	return out
}

// Select finds a select menu by placeholder or custom id.
func (m Message) Select(name string) (Component, bool) {
	for _, s := range m.Selects() {
		if s.matches(name) {
			return s, true
		}
	}
	return Component{}, false
}

// Attachment finds a file by name.
func (m Message) Attachment(name string) (Attachment, bool) {
	for _, a := range m.Attachments {
		if a.Filename == name {
			return a, true
		}
	}
	return Attachment{}, false
}

// matches reports whether a person would call the component by this name.
func (c Component) matches(name string) bool {
	return name != "" && (c.CustomID == name || c.Label == name || c.Placeholder == name)
}
