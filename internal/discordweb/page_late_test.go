package discordweb

import (
	"context"
	"testing"

	dg "github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/browser"
)

// A menu that is open goes with its message; an edit of another takes the focus
// from no link.
func TestMessageThatChangesUnderTheHand(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	bot := w.mustBot(t, func(*dg.Session, *dg.InteractionCreate) {})
	page := w.as(b, "ada", browser.Desktop)
	command(page, "menu")
	page.TabTo("a.component-button", "Manual")
	list, _ := w.ops.History(w.grace, "", 1)
	must(w.grace.Click(testContext(t), list[0], "Press me"))(t)
	page.Await(messages, "Pressed by grace")
	page.AwaitFocus("a.component-button", "Manual")

	page.Click(`[data-custom-id="kind"]`, "")
	page.Await("[role=option]", "Machine")
	if err := bot.ChannelMessageDelete(w.ops.ID, list[0].ID); err != nil {
		t.Fatal(err)
	}
	page.AwaitGone("[role=option]", "Machine")
	page.Type("h") // and the next key is for the box
	page.AwaitFocus(composer, "")
}

// The way into a thread can be pressed while the thread grows.
func TestThreadThatGrows(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	page := w.as(b, "ada", browser.Desktop)
	useCommand(page, "/stream lines:10")
	page.Await(".thread-pill", "2 messages")
	page.TabTo(".thread-pill", "Deploy dev-web")
	must(w.grace.Say(w.ops.Threads()[0], "And more."))(t)
	page.Await(".thread-pill", "3 messages")
	page.AwaitFocus(".thread-pill", "3 messages")
	page.Press(browser.Enter)
	page.Await(messages, "And more.")
}

// What takes its time takes the focus from nobody who went on meanwhile.
func TestFocusWhileTheBotRestarts(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	restarts := make(chan struct{})
	w := mustPlace(t, Options{Restart: func(ctx context.Context) error {
		select {
		case <-restarts:
		case <-ctx.Done():
		}
		return nil
	}})
	page := w.as(b, "ada", browser.Desktop)
	page.Click("button", "Under the bonnet")
	page.Click("[data-tab=faults]", "")
	page.Click("[data-fault=restart]", "Do it")
	page.Await("[data-fault=restart][aria-busy=true]", "Restarting…")
	page.Await("#status", "The bot is restarting")
	if page.Sees("#status button", "End this") {
		t.Error("a restart can be ended")
	}
	if page.Sees("#panel", "Between Discord and the bot") {
		t.Error("a restart is between Discord and the bot")
	}
	page.Click(composer, "")
	close(restarts)
	page.Await("[data-fault=restart]", "Done")
	page.AwaitGone("#status", "The bot is restarting")
	page.AwaitFocus(composer, "")
}

// Where there is nobody to be yet, the page says so, and begins once there is.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	sim := mustSim(t, unlimited)
	sim.Mount(New(sim, Options{}))
	page := b.Open(sim.URL()+"/", browser.Desktop)
	page.Await("#status", "There is nobody here yet")
	sim.NewGuild("Acme").NewTextChannel("ops")
	page.Await("#title", "ops")
	page.AwaitGone("#status", "nobody")
}

// Who loses the last channel sees none of it any more; what comes next is shown.
func TestLastChannelGoes(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	page := w.as(b, "ada", browser.Desktop)
	must(w.grace.Say(w.ops, "Before the end."))(t)
	page.Await(messages, "Before the end.")
	w.ops.Delete()
	page.AwaitGone(messages, "")
	page.AwaitGone("#title", "ops")
	page.AwaitTrue("a box that is closed", `() => document.querySelector('#composer textarea').placeholder === 'Pick a channel to write in it.'`)
	w.guild.NewTextChannel("next")
	page.Click("#channels [data-channel]", "next")
	page.Await("#title", "next")
}

// A page at an address of the network has no clipboard: its buttons say so.
func TestNoClipboard(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	page := w.as(b, "ada", browser.Desktop)
	command(page, "menu")
	page.Await(messages, "Bold")
	browser.Ask[bool](page, `() => { Object.defineProperty(navigator, 'clipboard', { value: undefined }); return true; }`)
	page.Click(".code .copy", "Copy")
	page.Await(".code .copy", "Not copied")
}
