package demo

import (
	"testing"

	"github.com/cloud-engine/cloudengine/internal/browser"
)

// The tour goes on by itself, as somebody does what it says, in one window.
func TestTourInTheBrowser(t *testing.T) {
	t.Parallel()
	d, b := mustPlay(t)
	page := d.as(b, grace, browser.Desktop)
	page.Await("#tour", "1 of 6")
	accessible(page)
	command(page, "cloud-deploy")
	page.Press(browser.Enter)
	page.Await("#tour", "2 of 6")
	addNetwork(page)
	page.Await("#tour", "3 of 6")
	page.Await(messages, "Plan ready")
	page.Click("#tour button", "Become linus")
	page.Await("#tour", "4 of 6")
	accessible(page)
	page.Click("button", approve)
	page.Await("#tour", "5 of 6")
	page.Click(channels, "Deploy dev-main")
	page.Await("#tour", "6 of 6")
	page.Await(messages, "Created 1")
	page.Click("#tour button", "Finish")
	page.AwaitGone("#tour", "")
	page.Reload()
	page.Await(messages, "Created 1")
	if page.Sees("#tour", "") {
		t.Error("the tour begins anew after a reload")
	}
	d.assertClean(t)
}

// The first deployment on a phone: one window, which is two people in turn.
func TestDeploymentOnAPhone(t *testing.T) {
	t.Parallel()
	long(t)
	d, b := mustPlay(t)
	page := d.alone(b, grace, browser.Phone)
	command(page, "cloud-deploy")
	page.Click("#composer button", "Send")
	page.Await(messages, "Nothing here yet")
	addNetwork(page)
	page.Await(messages, "Plan ready")
	accessible(page)

	page.Click("button[aria-controls=sidebar]", "")
	accessible(page)
	page.Click("#me .me-name", "grace")
	page.Click("[data-person=linus]", "")
	page.Await("#me", "linus")
	page.Click("button", approve)
	page.Await(messages, "Applied")
	page.Click("button[aria-controls=sidebar]", "")
	page.Click(channels, "Deploy dev-main")
	page.Await(messages, "Created 1")
	accessible(page)
	if browser.Ask[bool](page, `() => document.documentElement.scrollWidth > innerWidth`) {
		t.Error("the page scrolls sideways")
	}
	d.assertClean(t)
}
