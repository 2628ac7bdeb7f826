package demo

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/browser"
)

// largest is how many bytes a picture may have: they are in the repository.
const largest = 150_000

// TestScreens takes the pictures of the documents, into the directory that
// CLOUDENGINE_SCREENS names: a deployment of three resources, as its people see it.
func TestScreens(t *testing.T) {
	dir := os.Getenv("CLOUDENGINE_SCREENS")
	if dir == "" {
		t.Skip("CLOUDENGINE_SCREENS is not set: see make screenshots")
	}
	d, b := mustPlay(t)
	shoot := func(page *browser.Window, name string) {
		t.Helper()
		page.Rest()
		picture, err := pressed(page.Picture())
		if err != nil {
			t.Fatal(err)
		}
		if len(picture) > largest {
			t.Errorf("%s has %d bytes, and %d at most", name, len(picture), largest)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	dev, phone, approver := d.as(b, grace, browser.Desktop), d.alone(b, grace, browser.Phone), d.alone(b, linus, browser.Desktop)
	for _, page := range []*browser.Window{dev, phone, approver} {
		dress(page, "dark")
	}
	shoot(dev, "tour")
	dev.Click("[data-tour=skip]", "")
	describe(dev, shoot)
	phone.Await(messages, "2 to add")
	shoot(phone, "phone-lobby")

	approver.Click("button", approve)
	approver.Click(channels, "Deploy dev-main")
	approver.Await(messages, "Created 2")
	approver.Await(".file-preview", "vpc.main")
	shoot(approver, "thread")
	dress(approver, "light")
	shoot(approver, "thread-light")
	phone.Await(messages, "Applied")
	phone.Click("button[aria-controls=sidebar]", "")
	shoot(phone, "phone-channels")
	phone.Click(channels, "Deploy dev-main")
	phone.Await(messages, "Created 2")
	phone.Await(".file-preview", "vpc.main")
	shoot(phone, "phone-thread")

	dress(approver, "dark")
	approver.Click(channels, "ops")
	lookInside(approver, shoot)
	lookAtPlan(dev, shoot)
	d.assertClean(t)
}

// describe is a deployment up to its plan.
func describe(page *browser.Window, shoot func(*browser.Window, string)) {
	page.Click(composer, "")
	page.Type("/cloud-")
	page.Await("[data-command=cloud-deploy]", "")
	shoot(page, "commands")
	page.Type("deploy")
	page.Press(browser.Enter)
	page.Click(option, "dev")
	page.Press(browser.Enter)
	page.Await(messages, "Nothing here yet")
	formWithError(page)
	shoot(page, "form")
	page.Click("dialog button", "Cancel")
	add(page, "VPC", "main")
	add(page, "Virtual machine", "web")
	page.Await(messages, "waits for 1 approval (2 to add")
	shoot(page, "lobby")
	dress(page, "light")
	shoot(page, "lobby-light")
	dress(page, "dark")
}

// lookAtPlan is what one sees who asks for all of a plan: that of a second stack.
func lookAtPlan(page *browser.Window, shoot func(*browser.Window, string)) {
	page.Click(composer, "")
	page.Type("/cloud-deploy project:dev stack:shop")
	page.Press(browser.Enter)
	page.Await(messages, "Nothing here yet")
	add(page, "VPC", "shop")
	page.Await(messages, "waits for 1 approval (1 to add")
	page.Click("button", "View plan")
	page.Await(messages, "input.cidr")
	shoot(page, "plan")
}

// lookInside is the panel for the curious.
func lookInside(page *browser.Window, shoot func(*browser.Window, string)) {
	page.Click("[data-open=panel]", "")
	page.Click("#panel summary", approve)
	page.Await("#panel .json-key", "")
	browser.Ask[bool](page, `() => { document.querySelector('#panel details[open]').scrollIntoView(); return true; }`)
	shoot(page, "panel")
	page.Click("[data-tab=faults]", "")
	shoot(page, "faults")
}

// dress gives a page a theme.
func dress(page *browser.Window, theme string) {
	browser.Ask[bool](page, `(theme) => { localStorage.setItem('theme', theme); document.documentElement.dataset.theme = theme; return true; }`, theme)
}

// add adds a resource with what its form proposes.
func add(page *browser.Window, kind, name string) {
	page.Click(menu, "Add resource")
	page.Click(option, kind)
	page.AwaitFocus("dialog input", "Name")
	page.Type(name)
	page.Click("dialog button", "Submit")
	page.AwaitGone("dialog", "")
	page.Await(messages+" .embed", "."+name)
}

// formWithError is the form of a network that was sent without a name.
func formWithError(page *browser.Window) {
	page.Click(menu, "Add resource")
	page.Click(option, "VPC")
	page.AwaitFocus("dialog input", "Name")
	page.Click("dialog button", "Submit")
	page.Await("dialog", "This field is required.")
}
