package discordweb

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// mostForms is how many open forms are remembered. A window that reloads
// forgets its form without a word, so the oldest go.
const mostForms = 256

// forms are those that bots opened and nobody sent yet, oldest first.
type forms struct {
	mu   sync.Mutex
	list []*form
}

type form struct {
	key     string
	person  string // id of whom it is for
	channel *discordsim.Channel
	modal   *discordsim.Modal
}

// shownForm is a form as the page shows it.
type shownForm struct {
	Key        string                 `json:"key"`
	Title      string                 `json:"title"`
	Channel    string                 `json:"channel"`
	App        named                  `json:"app"` // that it is sent to
	Components []discordsim.Component `json:"components"`
}

func newForms() *forms { return &forms{} }

// open remembers a form under the id of the interaction that it answers.
func (f *forms) open(m *discordsim.Member, x *discordsim.Channel, done *discordsim.Interaction, modal *discordsim.Modal) shownForm {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.list) >= mostForms {
		f.list = slices.Delete(f.list, 0, 1)
	}
	f.list = append(f.list, &form{done.ID, m.ID, x, modal})
	app := done.Application()
	return shownForm{done.ID, modal.Title, x.ID, named{app.ID, app.Name}, modal.Components}
}

// find finds a form of a person's.
func (f *forms) find(m *discordsim.Member, key string) *form {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, x := range f.list {
		if x.key == key && x.person == m.ID {
			return x
		}
	}
	return nil
}

func (f *forms) close(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = slices.DeleteFunc(f.list, func(x *form) bool { return x.key == key })
}

func (f *forms) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = nil
}

// textInput is Discord's number for a field of text; any other field is chosen
// from.
const textInput = 4

// longestField is that of a text, where the form says nothing, in characters.
const longestField = 4000

// check is what Discord's client looks at before it lets a form go, field by
// field. What is not given keeps what it came with.
func check(modal *discordsim.Modal, fields map[string]any) *problem {
	for _, in := range modal.Inputs() {
		given, ok := fields[in.CustomID]
		if !ok {
			continue
		}
		why := ""
		switch v := given.(type) {
		case string:
			why = checkText(in, v)
		case []any:
			why = checkChosen(in, len(v))
		default:
			why = "This is neither a text nor a list."
		}
		if why != "" {
			return &problem{Text: why, Code: codeRefused, Field: in.CustomID}
		}
	}
	return nil
}

func checkText(in discordsim.Input, text string) string {
	if in.Type != textInput {
		return checkChosen(in, 1)
	}
	n, least, most := utf8.RuneCountInString(text), or(in.MinLength, 0), or(in.MaxLength, longestField)
	switch {
	case n == 0 && isRequired(in):
		return "This field is required."
	case n > 0 && n < least:
		return fmt.Sprintf("Must be at least %d characters long; this is %d.", least, n)
	case n > most:
		return fmt.Sprintf("Must be at most %d characters long; this is %d.", most, n)
	}
	return ""
}

func checkChosen(in discordsim.Input, n int) string {
	least, most := max(1, or(in.MinValues, 1)), or(in.MaxValues, 1)
	switch {
	case in.Type == textInput:
		return "This field is a text."
	case n == 0 && isRequired(in):
		return "This field is required."
	case n > 0 && n < least:
		return fmt.Sprintf("Choose at least %d.", least)
	case n > most:
		return fmt.Sprintf("Choose at most %d.", most)
	}
	return ""
}

// isRequired is Discord's default where a form says nothing.
func isRequired(in discordsim.Input) bool { return in.Required == nil || *in.Required }

// or is the value of an optional number.
func or(p *int, otherwise int) int {
	if p == nil {
		return otherwise
	}
	return *p
}

func isBlank(text string) bool { return strings.TrimSpace(text) == "" }
