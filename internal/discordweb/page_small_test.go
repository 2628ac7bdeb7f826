package discordweb

import (
	"context"
	"strings"
	"testing"

	dg "github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/browser"
)

// inBothThemes checks what a page shows, dark and light.
func inBothThemes(page *browser.Window) {
	for _, theme := range []string{"dark", "light"} {
		browser.Ask[bool](page, `(theme) => { document.documentElement.dataset.theme = theme; return true; }`, theme)
		page.Accessible()
	}
}

// assertFits fails the test if a window is narrower than what stands in it.
func assertFits(t *testing.T, page *browser.Window) {
	t.Helper()
	if browser.Ask[bool](page, `() => document.documentElement.scrollWidth > innerWidth`) {
		t.Error("the page scrolls sideways")
	}
}

// mustTour is a place with all that a page may have: a tour, faults, a warning.
func mustTour(t *testing.T) (*playground, *browser.Browser) {
	t.Helper()
	b := browser.Start(t)
	w := mustPlace(t, Options{
		Faults: true, Warning: "Others on your network reach this page.", Restart: func(context.Context) error { return nil }, Tour: []Step{
			{Title: "Use a command", Text: "Type `/menu`, and press **Enter**.", As: "ada", Target: Mark{"composer", ""}, Done: Mark{"command", "menu"}},
			{Title: "Become grace", Text: "She is somebody else.", Target: Mark{"person", "grace"}, Done: Mark{"person", "grace"}},
		},
	})
	w.showBot(t)
	return w, b
}

func TestBothThemes(t *testing.T) {
	t.Parallel()
	w, b := mustTour(t)
	page := w.as(b, "ada", browser.Desktop)
	page.Await("#tour", "1 of 2")
	inBothThemes(page)
	command(page, "menu")
	page.Await("#tour", "Become grace")
	page.Await(messages, "Bold")
	inBothThemes(page)
	page.Click("button", "Under the bonnet")
	page.Click(".traffic summary", "/menu")
	page.Await("#panel .json-key", "")
	inBothThemes(page)
	for _, tab := range []string{"limits", "violations", "faults"} {
		page.Click("[data-tab="+tab+"]", "")
		inBothThemes(page)
	}
	page.Click("[data-fault=slow]", "")
	page.Await("#status", "Discord is slow")
	page.Click("#me .me-name", "ada")
	inBothThemes(page)
	page.Press(browser.Escape)
	page.Click(composer, "")
	page.Type("/de")
	page.Await("[data-command]", "deploy")
	inBothThemes(page)
}

// In a window as narrow as there are, all that can be done with the mouse can be
// touched, and nothing lies above it.
func TestInTheNarrowestWindow(t *testing.T) {
	t.Parallel()
	w, b := mustTour(t)
	page := w.as(b, "ada", browser.Size{Width: 320, Height: 568, Touch: true})
	fits := func() {
		t.Helper()
		assertFits(t, page)
		page.Accessible()
		assertTouchable(t, page)
	}
	page.Await("#tour", "1 of 2")
	page.Click(composer, "")
	page.Type("/")
	page.Await("[data-command]", "")
	if browser.Ask[bool](page, `() => document.querySelector('.suggest').getBoundingClientRect().top < document.querySelector('#title').getBoundingClientRect().bottom`) {
		t.Error("the commands lie above the title")
	}
	fits()
	page.Press(browser.Escape, browser.Backspace)
	page.Click("[data-tour=skip]", "")

	command(page, "menu")
	page.Await(messages, "Bold")
	fits()
	page.Click("button[aria-controls=sidebar]", "")
	page.Click("#me .me-name", "ada")
	page.Await("[data-person]", "grace")
	fits()
	page.Click("[data-deed=tour]", "")
	page.Await("#tour", "1 of 2") // which the open channels would hide
	page.Click("[data-tour=skip]", "")

	page.Click("button[aria-controls=sidebar]", "")
	page.Click("[data-open=panel]", "")
	page.Await(".traffic", "menu")
	fits()
	page.Click("[data-tab=faults]", "")
	page.Click("[data-fault=limit]", "")
	page.Await("#status", "429")
	fits()
	if browser.Ask[bool](page, `() => [...document.querySelectorAll('#main button, #sidebar button')].some((n) => { n.focus(); return n === document.activeElement; })`) {
		t.Error("the focus goes below the panel")
	}
	page.Click("button", "Close the panel")
	page.AwaitFocus("[data-open=panel]", "")
	page.Click("#sidebar [data-channel]", "ops") // it is open already
	page.AwaitGone("#sidebar", "")
	page.AwaitFocus(".drawer-toggle", "")
	page.Click("button[aria-controls=sidebar]", "") // what the page says lies above nothing
	page.AwaitFocus("[data-channel]", "ops")
	page.Press(browser.Escape)
	page.AwaitGone("#sidebar", "")
	page.Click("#status button", "End this")
	page.AwaitGone("#status", "429")
}

// assertTouchable fails the test for buttons that are too small for a finger.
func assertTouchable(t *testing.T, page *browser.Window) {
	t.Helper()
	small := browser.Ask[[]string](page, `() => all('button, [role=option], select, input:not([type=range])', '')
		.filter((n) => !n.matches('.mention, .quoted, .slash-tail') && n.getBoundingClientRect().height < 40 && !(parseFloat(getComputedStyle(n, '::before').height) >= 40))
		.map((n) => n.outerHTML)`)
	if len(small) > 0 {
		t.Errorf("too small to be touched:\n%s", strings.Join(small, "\n"))
	}
}

// A picture from elsewhere is a link that says so: the page loads nothing from there.
func TestPictureFromElsewhere(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	w := mustPlace(t, Options{})
	bot := w.mustBot(t, func(*dg.Session, *dg.InteractionCreate) {})
	page := w.as(b, "ada", browser.Phone)
	must(bot.ChannelMessageSendComplex(w.ops.ID, &dg.MessageSend{Embeds: []*dg.MessageEmbed{{
		Title: "A chart", Image: &dg.MessageEmbedImage{URL: "https://pictures.example/chart.png"}, Thumbnail: &dg.MessageEmbedThumbnail{URL: "attachment://none.png"},
	}}}))(t)
	page.Await(".embed a", "Picture at pictures.example")
	page.Await(".embed", "A picture that cannot be shown")
	if title := browser.Ask[string](page, `() => document.querySelector('.embed a').title`); !strings.Contains(title, "Opens https://pictures.example/chart.png in a new tab") {
		t.Errorf("the link says %q", title)
	}
	assertFits(t, page)
	page.Accessible()
}

// On a phone the title says who one is, and leads to who one could be.
func TestFaceOnAPhone(t *testing.T) {
	t.Parallel()
	w, b := mustTour(t)
	page := w.as(b, "ada", browser.Phone)
	page.Click("[data-tour=skip]", "")
	page.Click("#title .you", "You are ada")
	page.Await(".menu [data-person]", "grace")
	page.Await(".you[aria-expanded=true]", "")
	assertTouchable(t, page)
	page.Accessible()
	page.Click(".menu [data-person]", "grace")
	page.Await("#title .you", "You are grace")
	page.AwaitGone(".menu", "")
	page.Click("#title .you", "You are grace")
	page.Await(".menu [data-person]", "ada")
	page.Press(browser.Escape)
	page.AwaitFocus("#title .you", "")
	assertFits(t, page)

	desktop := w.as(b, "ada", browser.Desktop)
	if desktop.Sees(".you", "") {
		t.Error("there are two faces on a desktop")
	}
}

// What is chosen and too long for its box ends in an ellipsis, and is whole in its title.
func TestLongValues(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	page := w.as(b, "ada", browser.Phone)
	const long = "admin: also give access to others, change limits, and remove the project"
	cut := func(css string) bool {
		return browser.Ask[bool](page, `(css) => {
			const node = document.querySelector(css);
			return node.scrollWidth > node.clientWidth && getComputedStyle(node).textOverflow === 'ellipsis' && node.getBoundingClientRect().right <= node.parentElement.getBoundingClientRect().right + 1;
		}`, css)
	}
	title := func(css string) string {
		return browser.Ask[string](page, `(css) => document.querySelector(css).closest('[title]')?.title ?? ''`, css)
	}
	page.Click(composer, "")
	page.Type("/echo")
	page.Await("[data-command]", "echo")
	page.Press(browser.Enter)
	page.Type(long)
	page.TabTo(".composer-send", "")
	if got := title(".pill-value"); !cut(".pill-value") || got != long {
		t.Errorf("the option's title is %q", got)
	}
	bot := w.mustBot(t, func(*dg.Session, *dg.InteractionCreate) {})
	must(bot.ChannelMessageSendComplex(w.ops.ID, &dg.MessageSend{Components: []dg.MessageComponent{dg.ActionsRow{Components: []dg.MessageComponent{
		dg.SelectMenu{CustomID: "level", Options: []dg.SelectMenuOption{{Label: long, Value: "admin", Default: true}}},
	}}}}))(t)
	page.Await("[data-custom-id=level]", "admin")
	if got := title(".component-select-name"); !cut(".component-select-name") || got != long {
		t.Errorf("the select's title is %q", got)
	}
}
