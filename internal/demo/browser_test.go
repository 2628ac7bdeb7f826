package demo

import (
	"os"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/browser"
)

// What the tests of the page look for.
const (
	messages = "#feed [data-message]"
	composer = "#composer textarea"
	option   = "[role=option]"
	menu     = "#feed button.component-select"
	approve  = "Approve & Deploy"
)

// long skips a test whose deployments the tests' short run can do without.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("CLOUDENGINE_TEST_LONG") == "" {
		t.Skip("CLOUDENGINE_TEST_LONG is not set: `make test-all` plays it, and continuous integration does")
	}
}

// mustPlay opens a playground and a browser.
func mustPlay(t *testing.T) (*shown, *browser.Browser) {
	t.Helper()
	b := browser.Start(t)
	return mustRun(t, ""), b
}

// as opens the page as somebody, in a window of their own.
func (d *shown) as(b *browser.Browser, who string, size browser.Size) *browser.Window {
	page := b.Open(d.address+"#as="+who, size)
	page.Await(composer, "")
	return page
}

// alone is as, without the tour.
func (d *shown) alone(b *browser.Browser, who string, size browser.Size) *browser.Window {
	page := d.as(b, who, size)
	page.Click("[data-tour=skip]", "")
	page.AwaitGone("#tour", "")
	return page
}

// assertClean fails the test if the bot sent what Discord would refuse.
func (d *shown) assertClean(t *testing.T) {
	t.Helper()
	w, _ := mustWindow(d.ctx, t, d.address, ada)
	var got struct {
		Violations []struct{ Method, Path, Message string } `json:"violations"`
	}
	w.mustCall("violations", nil, &got)
	for _, v := range got.Violations {
		t.Errorf("the bot sent what Discord would refuse: %s %s: %s", v.Method, v.Path, v.Message)
	}
}

// accessible checks what a page shows, dark and light.
func accessible(page *browser.Window) {
	for _, theme := range []string{"dark", "light"} {
		dress(page, theme)
		page.Accessible()
	}
}

// command chooses a command from the list, and the project dev from what the bot
// offers for it.
func command(page *browser.Window, name string) {
	page.Click(composer, "")
	page.Type("/" + name)
	page.Click("[data-command="+name+"]", "")
	page.Await("#composer .pill", "project")
	page.Click(option, "dev")
}

// addNetwork adds a network called main, by its form.
func addNetwork(page *browser.Window) {
	page.Click(menu, "Add resource")
	page.Click(option, "VPC")
	page.Await("dialog", "Small letters, digits and dashes")
	page.Click("dialog input", "Name")
	page.Type("main")
	page.Click("dialog button", "Submit")
	page.AwaitGone("dialog", "")
}

// A deployment and its end, by mouse: two people in two windows, each with the eyes
// and hands of a person.
func TestDeploymentByMouse(t *testing.T) {
	t.Parallel()
	d, b := mustPlay(t)
	dev, approver := d.alone(b, grace, browser.Desktop), d.alone(b, linus, browser.Desktop)
	approver.Click("#channels [data-channel]", "general")

	command(dev, "cloud-deploy")
	dev.Press(browser.Enter)
	dev.Await(messages, "Nothing here yet")
	dev.Await(messages, "Only you can see this")
	addNetwork(dev)
	dev.Await(messages, "Plan ready")
	dev.Await(messages, "1 to add")
	dev.Await(messages, "$7.30/month")
	accessible(dev)
	dev.Click("button", "View plan")
	dev.Await(messages, "10.0.0.0/16")

	approver.Await("#channels .badge", "1") // his role was mentioned
	approver.Click("#channels [data-channel]", "ops")
	approver.Click("button", approve)
	dev.Await(messages, "Applying")
	reload(dev)
	dev.Await("#me", "grace")
	dev.Await(messages, "Applied")

	dev.Click("#channels [data-channel]", "Deploy dev-main")
	dev.Await(messages+" pre .ansi-green", "vpc.main")
	dev.Await(messages, "Created")
	dev.Await(messages+" .file-preview", "vpc.main")
	log := b.Open(browser.Ask[string](dev, `() => all('a', 'Open log.txt').at(-1).href`), browser.Desktop)
	log.Allow("sandboxed") // as files are
	log.Allow("favicon.ico")
	log.Await("body", "Apply complete! Resources: 1 added")
	accessible(dev)
	d.destroy(dev, approver)
	d.assertClean(t)
}

// reload loads the page anew, and waits until it shows what it showed.
func reload(page *browser.Window) {
	before := browser.Ask[[]string](page, `() => [...document.querySelectorAll('#feed [data-message]')].map((m) => m.dataset.message)`)
	page.Reload()
	page.AwaitTrue("the same messages", `(before) => before.every((id) => seen('[data-message="' + id + '"]', ''))`, before)
}

// destroy takes away what stands.
func (d *shown) destroy(dev, approver *browser.Window) {
	dev.Click("#channels [data-channel]", "ops")
	command(dev, "cloud-deploy")
	dev.Type("destroy")
	dev.Click(option, "destroy")
	dev.Click(option, "True")
	dev.Press(browser.Enter)
	dev.Await(messages, "1 to destroy")

	approver.Click("button", "Approve & Destroy")
	approver.Await("dialog", "Type the stack's name: main")
	approver.Type("other")
	approver.Click("dialog button", "Submit")
	approver.Await("#feed", "Nothing was")
	approver.Click("button", "Approve & Destroy")
	approver.Await("dialog", "Type the stack's name: main")
	approver.Press(strings.Repeat(browser.Backspace, 5))
	approver.Type("main")
	approver.Click("dialog button", "Submit")
	dev.Await(messages, "1 destroyed")
}
