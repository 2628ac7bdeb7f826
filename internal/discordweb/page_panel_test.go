package discordweb

import (
	"testing"

	"github.com/cloud-engine/cloudengine/internal/browser"
)

// The list of requests: it is filtered, holds still while it is read, and is emptied.
func TestListOfRequests(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	page := w.as(b, "ada", browser.Desktop)
	page.Click("button", "Under the bonnet")
	command(page, "menu")
	page.Await(".traffic summary", "/menu")
	page.Click("#panel button", "Pause")
	command(page, "form")
	page.Await("dialog", "Add a network")
	page.Press(browser.Escape)
	page.Await("#panel button", "Go on (")
	if page.Sees(".traffic summary", "/form") {
		t.Error("the list goes on while it is paused")
	}
	page.Click("#panel button", "Go on (")
	page.Await(".traffic summary", "/form")

	page.Click("#panel input", "Filter")
	page.Type("/form")
	page.AwaitGone(".traffic summary", "/menu")
	page.Await(".traffic summary", "/form")
	page.Click("#panel button", "Clear")
	page.AwaitGone(".traffic summary", "")
	page.Await("#panel", "Nothing yet")
	command(page, "form")
	page.Await(".traffic summary", "/form") // what comes next is there
	w.assertClean(t)
}

// A limit of which nothing is used is not in the list, and the words for none are true.
func TestLimitsThatAreFull(t *testing.T) {
	t.Parallel()
	w, b := mustShow(t)
	page := w.as(b, "ada", browser.Desktop)
	page.Click("button", "Under the bonnet")
	page.Click("[data-tab=limits]", "")
	command(page, "menu")
	page.Await(messages, "Bold")
	page.Await("#panel", "Every limit is full.")
}
