package discordweb

import (
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/browser"
)

// mustShow is a place with a bot that shows all, and a browser.
func mustShow(t *testing.T) (*playground, *browser.Browser) {
	t.Helper()
	b := browser.Start(t)
	w := mustPlace(t, Options{})
	w.showBot(t)
	return w, b
}

// as opens the page as somebody, in a window of their own.
func (w *playground) as(b *browser.Browser, who string, size browser.Size) *browser.Window {
	page := b.Open(w.URL()+"/#as="+who, size)
	page.Await("#composer textarea", "")
	return page
}

const (
	messages = "#feed [data-message]"
	composer = "#composer textarea"
)

// useCommand types a command and sends it.
func useCommand(page *browser.Window, typed string) {
	page.Click(composer, "")
	page.Type(typed)
	page.Press(browser.Enter)
}

// command chooses a command without options from the list, and sends it.
func command(page *browser.Window, name string) {
	page.Click(composer, "")
	page.Type("/" + name)
	page.Await("[data-command]", name)
	page.Press(browser.Enter, browser.Enter)
}

func TestEverythingByMouse(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	page := w.as(b, "ada", browser.Desktop)

	page.Click(composer, "")
	page.Type("/")
	page.Await("[data-command]", "Everything that can be pressed")
	page.Click("[data-command]", "menu")
	page.Press(browser.Enter)
	page.Await(messages, "Bold")
	page.Await(messages+" .embed", "A card")
	page.Accessible()

	page.Click("button", "Press me")
	page.Await(messages, "Pressed by ada")
	page.Click("button", "Whisper")
	page.Await(messages, "Between us.")
	page.Await(messages, "Only you can see this")
	page.Click("button", "Dismiss message")
	page.AwaitGone(messages, "Between us.")

	page.Click(`[data-custom-id="kind"]`, "")
	page.Click("[role=option]", "Machine")
	page.Await(messages, "Chose vm")
	page.Click(`[data-custom-id="who"]`, "")
	page.Click("[role=option]", "grace")
	page.Await(messages, "Chose "+w.grace.ID)
	if page.Sees("button:not(:disabled):not([aria-disabled=true])", "Closed") {
		t.Error("a disabled button can be pressed")
	}
	page.Click("button", "Dead")
	page.Await(messages, "This interaction failed")
	w.assertClean(t)
}

// The same with the keyboard alone.
func TestEverythingByKeyboard(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	page := w.as(b, "ada", browser.Desktop)

	page.TabTo(composer, "")
	page.Type("/me")
	page.Await("[data-command]", "menu")
	page.Press(browser.Enter, browser.Enter)
	page.Await(messages, "Bold")

	page.TabTo(".spoiler", "Spoiler")
	page.Press(browser.Enter)
	page.AwaitFocus(".spoiler.open", "and a secret")
	page.TabTo("button", "Press me")
	page.Press(browser.Enter)
	page.Await(messages, "Pressed by ada")
	page.AwaitFocus("button", "Press me") // an edit takes the focus from nobody
	page.TabTo("button", "Whisper")
	page.Press(browser.Space)
	page.Await(messages, "Between us.")
	page.TabTo("button", "Dismiss message")
	page.Press(browser.Enter)
	page.AwaitGone(messages, "Between us.")

	page.TabTo(`[data-custom-id="kind"]`, "")
	page.Press(browser.Enter)
	page.Await("[role=option]", "Machine")
	page.Press(browser.Down, browser.Enter)
	page.Await(messages, "Chose ")
	page.TabTo(`[data-custom-id="kind"]`, "")
	page.Press(browser.Enter)
	page.Await("[role=option]", "Machine")
	page.Press(browser.Escape)
	page.AwaitGone("[role=option]", "Machine")
	page.AwaitFocus(`[data-custom-id="kind"]`, "")

	page.TabTo("button", "Form")
	page.Press(browser.Enter)
	page.AwaitFocus("dialog input", "Name")
	page.Press(browser.Escape)
	page.AwaitGone("dialog", "Add a network")
	page.AwaitFocus("button", "Form")
	page.Type("h") // nothing else takes letters
	page.AwaitFocus(composer, "")
	w.assertClean(t)
}

// A command's options, as Discord's client offers and checks them.
func TestOptionsOfACommand(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	page := w.as(b, "ada", browser.Desktop)

	page.Click(composer, "")
	page.Type("/deploy")
	page.Press(browser.Enter)
	page.Await("#composer", "project")
	page.Press(browser.Enter) // without the required one
	page.Await("#composer", "This option is required")
	page.Type("pro")
	page.Await("[role=option]", "Production")
	page.AwaitGone("[role=option]", "Development")
	page.Press(browser.Enter)
	page.Type(" size:")
	page.Click("[role=option]", "Large")
	page.Type(" count:9")
	page.Press(browser.Enter)
	page.Await("#composer", "5")
	page.Press(browser.Backspace)
	page.Type("3")
	page.Type(" who:gra")
	page.Click("[role=option]", "grace")
	page.Press(browser.Enter)
	page.Await(messages, "project=prod size=l count=3 who="+w.grace.ID)
	if left := browser.Ask[string](page, `() => document.querySelector('#composer textarea').value`); left != "" {
		t.Errorf("%q is left in the box", left)
	}
	w.assertClean(t)
}

func TestFormWithErrors(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	page := w.as(b, "ada", browser.Desktop)
	command(page, "form")
	page.Await("dialog", "Add a network")
	page.Accessible()

	page.Click("dialog button", "Submit")
	page.Await("dialog", "required")
	page.AwaitFocus("dialog input", "Name")
	page.Type("x")
	page.Click("dialog button", "Submit")
	page.Await("dialog", "2")
	page.Press(browser.Backspace)
	page.Type("main")
	page.Click("dialog label", "One")
	page.Click("dialog button", "Submit")
	page.AwaitGone("dialog", "Add a network")
	page.Await(messages, "Made main in 1.")
	w.assertClean(t)
}

// Nobody answers: the person is told as Discord tells them.
func TestSilentCommand(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	page := w.as(b, "ada", browser.Desktop)
	command(page, "silent")
	page.Await(messages+" .origin", "ada")
	page.Await(messages+" .used", "/silent")
	page.Await(messages, "The application did not respond")
	page.Await(messages, "Only you can see this")
	page.Await(messages+" h2", "Cloud Engine")
	must(w.grace.Say(w.ops, "What happened?"))(t)
	page.Await(messages, "What happened?") // later, and below
	if last := page.Text(messages); !strings.Contains(last, "What happened?") {
		t.Errorf("the newest message says %q", last)
	}
	page.Accessible()
	page.Click("button", "Dismiss message")
	page.AwaitGone(messages, "The application did not respond")
}

// Two people, two windows: each sees what they would see.
func TestTwoWindows(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	ada, grace := w.as(b, "ada", browser.Desktop), w.as(b, "grace", browser.Desktop)
	command(ada, "menu")
	grace.Await(messages, "Bold")
	grace.Click("button", "Whisper")
	grace.Await(messages, "Between us.")
	ada.Click("button", "Press me")
	grace.Await(messages, "Pressed by ada")
	if ada.Sees(messages, "Between us.") {
		t.Error("ada sees what only grace may see")
	}

	// One of them becomes the other, in the same window.
	ada.Click("#me button", "ada")
	ada.Click("[data-person]", "grace")
	ada.Await(messages, "Between us.")
	w.assertClean(t)
}

// A link to a message of this Discord leads there.
func TestLinksLeadToMessages(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	general := w.guild.NewTextChannel("general")
	far := must(w.grace.Say(general, "The one that is meant"))(t)
	must(w.grace.Say(w.ops, "See https://discord.com/channels/"+w.guild.ID+"/"+general.ID+"/"+far.ID))(t)
	page := w.as(b, "ada", browser.Desktop)
	page.Click(messages+" button", "#general › message")
	page.Await("#title", "general")
	page.Await(messages, "The one that is meant")
}

// What was there is there after a reload, and the person is the same.
func TestReload(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	page := w.as(b, "grace", browser.Desktop)
	command(page, "menu")
	page.Await(messages, "Bold")
	page.Reload()
	page.Await(messages, "Bold")
	page.Await("#me", "grace")
	page.Click("button", "Press me")
	page.Await(messages, "Pressed by grace")
}

// A page whose server was ended says so.
func TestServerThatEnds(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	page := w.as(b, "ada", browser.Desktop)
	page.Allow("WebSocket connection")
	page.Allow("ERR_CONNECTION_REFUSED") // its icon, say
	w.Close()
	page.Await("#status", "The local Discord is ending")
	page.Await("#status", "this page is back")
}

func TestOnAPhone(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	page := w.as(b, "ada", browser.Phone)
	command(page, "menu")
	page.Await(messages, "Bold")
	page.Click("button", "Press me")
	page.Await(messages, "Pressed by ada")
	page.Click(`[data-custom-id="kind"]`, "")
	page.Click("[role=option]", "Machine")
	page.Await(messages, "Chose vm")
	page.Click("button", "Form")
	page.Await("dialog", "Add a network")
	page.Accessible()
	page.Click("dialog button", "Cancel")
	page.Click("button[aria-controls=sidebar]", "")
	page.Await("#sidebar", "ops")
	page.Accessible()
	if browser.Ask[bool](page, `() => document.documentElement.scrollWidth > innerWidth`) {
		t.Error("the page scrolls sideways")
	}
}

// What people and bots write is text, wherever it stands.
func TestTextIsNeverHTML(t *testing.T) {
	t.Parallel()
	const hostile = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>[x](javascript:window.hit=1) <a href="javascript:window.hit=1">a</a> **<b onclick=1>` + "`</code><svg onload=window.hit=1>`"
	w, b := mustShow(t)
	mallory := w.guild.NewMember(hostile)
	w.guild.NewTextChannel(hostile)
	page := w.as(b, "ada", browser.Desktop)
	useCommand(page, "/echo text:"+hostile)
	page.Press(browser.Enter)
	page.Await(messages+" .embed", "<img src=x")
	if _, err := mallory.Say(w.ops, hostile+" "+mallory.Mention()); err != nil {
		t.Fatal(err)
	}
	page.Await(messages, "a href=")
	page.Await("#channels", "<img src=x")
	page.Click("#me button", "ada")
	page.Await("[data-person]", "<img src=x")
	if got := browser.Ask[string](page, `() => [...document.querySelectorAll('img[src=x], body script, [onerror], [onclick], [onload], a[href^="javascript"], b')].map(n => n.outerHTML).join() || (window.hit ? 'it ran' : '')`); got != "" {
		t.Errorf("text became markup: %s", got)
	}
}

// A long thread is drawn in part: what is far away is not in the page, and comes
// when somebody scrolls there.
func TestThreadOfTwoThousandLines(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	page := w.as(b, "ada", browser.Desktop)
	useCommand(page, "/stream lines:2000")
	page.Await(messages+" .thread-pill", "201 messages") // counted as they come
	page.Click("#channels [data-channel]", "Deploy dev-web")
	page.AwaitTrue("the last line, at the end", `() => {
		const feed = document.querySelector('#feed');
		return seen('#feed [data-message]', 'line 2000 ') && feed.scrollHeight - feed.scrollTop - feed.clientHeight < 4;
	}`)
	drawn := browser.Ask[int](page, `() => document.querySelectorAll('#feed [data-message]').length`)
	if drawn > 150 {
		t.Errorf("%d messages are in the page", drawn)
	}
	for !page.Sees(messages, "line 1 ") {
		before := browser.Ask[string](page, `() => document.querySelector('#feed [data-message]').dataset.message`)
		browser.Ask[bool](page, `() => { document.querySelector('#feed').scrollTop = 0; return true; }`)
		page.AwaitTrue("older messages", `(before) => all('#feed [data-message]', 'line 1 ').length > 0 || document.querySelector('#feed [data-message]').dataset.message !== before`, before)
	}
	if drawn := browser.Ask[int](page, `() => document.querySelectorAll('#feed [data-message]').length`); drawn > 150 {
		t.Errorf("after scrolling, %d messages are in the page", drawn)
	}
	page.Click("button", "Jump")
	page.Await(messages, "line 2000 ")
	if text := page.Text(messages + " pre"); strings.Contains(text, "\x1b") {
		t.Errorf("escapes are drawn: %q", text)
	}
}
