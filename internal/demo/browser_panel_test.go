package demo

import (
	"testing"

	"github.com/cloud-engine/cloudengine/internal/browser"
)

// A stranger asks for access, an admin gives it in another window; then things break
// on purpose in the middle of what the stranger does, and in the end all begins
// afresh.
func TestAccessAndFaults(t *testing.T) {
	t.Parallel()
	long(t)
	d, b := mustPlay(t)
	stranger, admin := d.alone(b, eve, browser.Desktop), d.alone(b, ada, browser.Desktop)
	askForAccess(stranger)
	admin.Await(messages, "asks for")
	admin.Await(messages, "To learn it.")
	admin.Click("button", "Approve")
	admin.Await(messages, "approved by")
	stranger.Await("#channels .badge", "1")
	stranger.Click(channels, "Cloud Engine")
	stranger.Await(messages, "approved your request")
	stranger.Click(channels, "ops")

	lookUnderTheBonnet(admin)
	command(stranger, "cloud-deploy")
	stranger.Press(browser.Enter)
	stranger.Await(messages, "Nothing here yet")
	fault(admin, "drop")
	addNetwork(stranger)
	stranger.Await(messages, "Plan ready")
	admin.Click("button", approve)
	stranger.Await(messages, "Applying")
	fault(admin, "restart")
	stranger.Await(messages, "Applied")
	stranger.Click(channels, "Deploy dev-main")
	stranger.Await(messages, "Created 1")

	admin.Click("#me .me-name", "ada")
	admin.Click("[data-deed=reset]", "")
	admin.Click("dialog button", "Start afresh")
	for who, page := range map[string]*browser.Window{eve: stranger, ada: admin} {
		page.AwaitGone(channels, "Deploy dev-main")
		page.Await("#me", who)
		page.Await("#title", "ops")
		page.AwaitTrue("an empty channel", `() => seen('#composer textarea', '') && !seen('#feed [data-message]', 'Applied')`)
	}
	d.assertClean(t)
}

// askForAccess is what somebody does who may not deploy, and was told so.
func askForAccess(page *browser.Window) {
	page.Click(composer, "")
	page.Type("/cloud-deploy project:dev")
	page.Press(browser.Enter)
	page.Await(messages, "/cloud-request")
	command(page, "cloud-request")
	page.Click(option, "deploy")
	page.Type("To learn it.")
	page.Press(browser.Enter)
	page.Await(messages, "Only you can see this")
}

// lookUnderTheBonnet opens the panel, and reads what the bot was sent and said.
func lookUnderTheBonnet(page *browser.Window) {
	page.Click("[data-open=panel]", "")
	page.Click("#panel summary", "POST")
	page.Await("#panel .json-key", "")
	accessible(page)
	page.Click("[data-tab=faults]", "")
	accessible(page)
}

// fault breaks something once.
func fault(page *browser.Window, name string) {
	page.Click("[data-fault="+name+"]", "Do it")
	page.Await("[data-fault="+name+"]", "Done")
}
