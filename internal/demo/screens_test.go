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
		picture := page.Picture()
		if len(picture) > largest {
			t.Errorf("%s has %d bytes, and %d at most", name, len(picture), largest)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	dev, phone := d.as(b, grace, browser.Desktop), d.alone(b, grace, browser.Phone)
	dress(dev, "dark")
	dress(phone, "dark")
	shoot(dev, "tour")
	dev.Click("[data-tour=skip]", "")
	typeCommand(dev)
	shoot(dev, "commands")
	dev.Click(option, "dev")
	dev.Press(browser.Enter)
	dev.Await(messages, "Nothing here yet")
	formWithError(dev)
	shoot(dev, "form")
	dev.Click("dialog button", "Cancel")
	for _, r := range [][]string{{"VPC", "main"}, {"Virtual machine", "web"}, {"Database", "db"}} {
		add(dev, r[0], r[1])
	}
	dev.Await(messages, "3 to add")
	shoot(dev, "lobby")
	dress(dev, "light")
	shoot(dev, "lobby-light")
	phone.Await(messages, "3 to add")
	shoot(phone, "phone")
	dev.Click("button", "View plan")
	dev.Await(messages, "10.0.0.0/16")
	dress(dev, "dark")
	shoot(dev, "plan")

	approver := d.alone(b, linus, browser.Desktop)
	dress(approver, "dark")
	approver.Click("button", approve)
	approver.Click(channels, "Deploy dev-main")
	approver.Await(messages, "Created 3")
	shoot(approver, "thread")
	dress(approver, "light")
	shoot(approver, "thread-light")
	phone.Await(messages, "Applied")
	phone.Click("button[aria-controls=sidebar]", "")
	shoot(phone, "phone-channels")
	phone.Click(channels, "Deploy dev-main")
	phone.Await(messages, "Created 3")
	shoot(phone, "phone-thread")

	dress(approver, "dark")
	approver.Click(channels, "ops")
	approver.Click("[data-open=panel]", "")
	approver.Click("#panel summary", "PATCH")
	approver.Await("#panel .json-key", "")
	shoot(approver, "panel")
	approver.Click("[data-tab=faults]", "")
	shoot(approver, "faults")
	d.assertClean(t)
}

// dress gives a page a theme.
func dress(page *browser.Window, theme string) {
	browser.Ask[bool](page, `(theme) => { localStorage.setItem('theme', theme); document.documentElement.dataset.theme = theme; return true; }`, theme)
}

// typeCommand types a command as far as the bot offers projects for it.
func typeCommand(page *browser.Window) {
	page.Click(composer, "")
	page.Type("/cloud-deploy")
	page.Await("[data-command=cloud-deploy]", "")
	page.Press(browser.Enter)
	page.Await(option, "dev")
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
