package discordweb

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	dg "github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/browser"
)

// A bot may send what breaks the page, by mistake or not: everything else is
// drawn, and works.
func TestHostileBot(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	w := mustPlace(t, Options{})
	bot := w.mustBot(t, func(s *dg.Session, i *dg.InteractionCreate) {
		if err := hostile(s, i); err != nil {
			t.Errorf("the bot: %v", err)
		}
	})
	w.mustRegister(t, bot,
		&dg.ApplicationCommand{Name: "form", Description: "x"},
		&dg.ApplicationCommand{Name: "own", Description: "x", Options: []*dg.ApplicationCommandOption{
			{Name: "__proto__", Description: "x", Type: dg.ApplicationCommandOptionString, Required: true},
		}})
	page := w.as(b, "ada", browser.Desktop)

	sendHostile(t, w, bot)
	page.Await(messages, "after all of it")
	page.Await(messages+" .file-name", "100%.txt")
	page.Await(messages+" .file-name", "plantxt.exe")
	if got := browser.Ask[string](page, `() => getComputedStyle(document.querySelector('#feed .name')).unicodeBidi`); got != "isolate" {
		t.Errorf("names are %s", got)
	}

	command(page, "form")
	page.Await("dialog[open] input", "")
	if got := browser.Ask[string](page, `() => document.querySelector('dialog[open] input').value`); got != "" {
		t.Errorf("the field came with %q", got)
	}
	page.Press(browser.Escape)
	page.AwaitGone("dialog[open]", "")

	useCommand(page, "/own x")
	page.Await(messages, "given x")

	page.Click("button", "Under the bonnet")
	page.Click(".traffic summary", "/nothing")
	page.AwaitTrue("fifty levels of the body", `() => document.querySelector('.traffic .json')?.querySelectorAll('details').length === 50`)
}

// hostile answers with names that every object of JavaScript has.
func hostile(s *dg.Session, i *dg.InteractionCreate) error {
	data := i.ApplicationCommandData()
	if data.Name == "own" {
		return answer(s, i, &dg.InteractionResponseData{Content: "given " + data.GetOption("__proto__").StringValue()})
	}
	return s.InteractionRespond(i.Interaction, &dg.InteractionResponse{Type: dg.InteractionResponseModal, Data: &dg.InteractionResponseData{
		Title: "Form", CustomID: "f", Components: []dg.MessageComponent{
			dg.Label{Label: "Name", Component: dg.TextInput{CustomID: "constructor", Style: dg.TextInputShort}},
		},
	}})
}

// sendHostile sends a file whose name is no part of an address, one whose name
// turns around, components within what holds none, and JSON as deep as it gets.
func sendHostile(t *testing.T, w *playground, bot *dg.Session) {
	t.Helper()
	for _, name := range []string{"100%.txt", "plan\u202etxt.exe"} {
		must(bot.ChannelMessageSendComplex(w.ops.ID, &dg.MessageSend{
			Flags:      dg.MessageFlagsIsComponentsV2,
			Components: []dg.MessageComponent{dg.FileComponent{File: dg.UnfurledMediaItem{URL: "attachment://" + name}}},
			Files:      []*dg.File{{Name: name, ContentType: "application/x", Reader: strings.NewReader("x")}},
		}))(t)
	}
	const deep = 4000
	inner := strings.Repeat(`{"type":2,"style":1,"custom_id":"x","label":"x","accessory":`, deep) + "null" + strings.Repeat("}", deep)
	w.raw(t, "/channels/"+w.ops.ID+"/messages", `{"content":"deep","components":[{"type":1,"components":[`+inner+`]}]}`)
	w.raw(t, "/nothing", strings.Repeat("[", deep)+strings.Repeat("]", deep))
	must(bot.ChannelMessageSend(w.ops.ID, "after all of it"))(t)
}

// raw sends what no library would.
func (w *playground) raw(t *testing.T, path, body string) {
	t.Helper()
	r := must(http.NewRequestWithContext(testContext(t), http.MethodPost, w.URL()+"/api/v10"+path, strings.NewReader(body)))(t)
	r.Header.Set("Authorization", "Bot "+w.app.Token)
	r.Header.Set("Content-Type", "application/json")
	answer := must(http.DefaultClient.Do(r))(t)
	defer answer.Body.Close()
	text := must(io.ReadAll(answer.Body))(t)
	if !slices.Contains([]int{200, 404}, answer.StatusCode) {
		t.Fatalf("%s: %d %.300s", path, answer.StatusCode, text)
	}
}
