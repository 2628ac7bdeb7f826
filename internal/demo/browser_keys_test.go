package demo

import (
	"testing"

	"github.com/cloud-engine/cloudengine/internal/browser"
)

const channels = "#channels [data-channel]"

// mustType chooses a command, and the project dev for it, without a mouse.
func mustType(page *browser.Window, name string) {
	page.TabTo(composer, "")
	page.Type("/" + name)
	page.Await("[data-command="+name+"]", "")
	page.Press(browser.Enter)
	page.Await(option, "dev")
	page.Press(browser.Enter)
	page.AwaitFocus("#composer input", "Further options")
}

// endTour ends the tour without a mouse.
func endTour(page *browser.Window) {
	page.TabTo("[data-tour=skip]", "")
	page.Press(browser.Enter)
	page.AwaitGone("#tour", "")
}

// The same deployment with the keyboard alone, and on a dark page.
func TestDeploymentByKeyboard(t *testing.T) {
	t.Parallel()
	long(t)
	d, b := mustPlay(t)
	dev, approver := d.as(b, grace, browser.Desktop), d.as(b, linus, browser.Desktop)
	endTour(dev)
	endTour(approver)
	dev.TabTo(".me-name", "grace")
	dev.Press(browser.Enter)
	dev.TabTo("[data-deed=theme]", "Dark theme")
	dev.Press(browser.Enter, browser.Escape)
	dev.AwaitFocus(".me-name", "grace")

	mustType(dev, "cloud-deploy")
	dev.Press(browser.Enter)
	dev.Await(messages, "Nothing here yet")
	dev.TabTo(menu, "Add resource")
	dev.Press(browser.Enter)
	dev.Await(option, "VPC")
	dev.Press(browser.Enter)
	dev.AwaitFocus("dialog input", "Name")
	accessible(dev)
	dev.Type("main")
	dev.Press(browser.Enter)
	dev.AwaitGone("dialog", "")
	dev.Await(messages, "Plan ready")
	dev.AwaitFocus(menu, "Add resource")
	accessible(dev)

	approver.Await("button:not(:disabled)", approve)
	approver.TabTo("button", approve)
	approver.Press(browser.Enter)
	dev.Await(messages, "Applied")

	dev.TabTo(channels, "ops")
	dev.Press(browser.Down)
	dev.AwaitFocus(channels, "Deploy dev-main")
	dev.Press(browser.Enter)
	dev.Await(messages+" pre .ansi-green", "vpc.main")
	dev.TabTo(messages+" a", "Open log.txt")
	accessible(dev)
	dev.TabTo(channels, "Deploy dev-main")
	dev.Press(browser.Up, browser.Enter)

	mustType(dev, "cloud-deploy")
	dev.Type("destroy")
	dev.Await(option, "destroy")
	dev.Press(browser.Enter)
	dev.Await(option, "True")
	dev.Press(browser.Enter)
	dev.AwaitFocus("#composer input", "Further options")
	dev.Press(browser.Enter)
	approver.Await("button:not(:disabled)", "Approve & Destroy")
	approver.TabTo("button", "Approve & Destroy")
	approver.Press(browser.Space)
	approver.AwaitFocus("dialog input", "Name of the stack")
	approver.Type("main")
	approver.Press(browser.Enter)
	dev.Await(messages, "1 destroyed")
	d.assertClean(t)
}
