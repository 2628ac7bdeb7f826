package discord

import (
	"strconv"
	"strings"
)

// route is where a button, a menu or a form of a lobby leads:
// s/<session>/<verb>/<generation>[/<more>]. The generation names the plan that
// was seen. A route says all there is to know, so that a button works whichever
// process gets the click, and after any restart.
type route struct {
	Session string
	Verb    string
	Seen    int
	More    []string // of a form: the kind, the label that is edited, the page
}

// The verbs.
const (
	verbAdd     = "add"     // a menu of kinds
	verbEdit    = "edit"    // a menu of resources
	verbRemove  = "remove"  // a menu of resources
	verbForm    = "form"    // a resource's form
	verbRefresh = "refresh" // Refresh, and Plan again
	verbReplace = "replace" // a menu of what can be made anew
	verbView    = "view"
	verbApprove = "approve"
	verbConfirm = "confirm" // Approve of a plan that destroys: asks for the stack's name
	verbPass    = "pass"    // lets a denied plan pass: asks for a reason
	verbRevert  = "revert"  // Withdraw of an approval
	verbCancel  = "cancel"
	verbForce   = "force"  // asks for the stack's name, and why
	verbUnlock  = "unlock" // the form of /cloud-unlock
	verbChange  = "change" // these three are about the stack as it is now, whichever plan was seen
	verbDestroy = "destroy"
	verbOutputs = "outputs"
)

func (r route) String() string {
	return strings.Join(append([]string{"s", r.Session, r.Verb, strconv.Itoa(r.Seen)}, r.More...), "/")
}

func parseRoute(customID string) (route, bool) {
	parts := strings.Split(customID, "/")
	if len(parts) < 4 || parts[0] != "s" {
		return route{}, false
	}
	seen, ok := parseNumber(parts[3])
	if !ok {
		return route{}, false
	}
	return route{Session: parts[1], Verb: parts[2], Seen: seen, More: parts[4:]}, true
}

// parseNumber reads a number of a custom id as the bot writes them: people can
// forge custom ids, and no generation or page is negative or that high.
func parseNumber(s string) (int, bool) {
	const most = 1_000_000
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n < most
}

// parseID reads the number of a row, which is never below 1.
func parseID(s string) (int64, bool) {
	id, err := strconv.ParseInt(s, 10, 64)
	return id, err == nil && id > 0
}

// more is a further part of the route, empty where there is none.
func (r route) more(i int) string {
	if i >= len(r.More) {
		return ""
	}
	return r.More[i]
}
