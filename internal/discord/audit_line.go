package discord

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// actionWords say what somebody did, up to what they did it to. {who} and {level}
// are of the grant or the request that it is about.
var actionWords = map[string]string{
	"session.start":           "started",
	"session.destroy":         "asked to destroy",
	"session.add_resource":    "added to",
	"session.edit_resource":   "edited in",
	"session.remove_resource": "removed from",
	"session.refresh":         "asked for a plan of",
	"session.replace":         "chose what is made anew in",
	"session.stale":           "had planned again",
	"session.planned":         "planned",
	"session.plan_failed":     "could not plan",
	"session.approve":         "approved",
	"session.withdraw":        "took back the approval of",
	"session.unapprove":       "sent back for approval",
	"session.override":        "let policies pass for",
	"session.start_apply":     "began to apply",
	"session.applied":         "applied",
	"session.apply_failed":    "could not apply all of",
	"session.stopped":         "stopped",
	"session.cancel":          "cancelled",
	"session.admin_cancel":    "cancelled",
	"session.request_cancel":  "asked to stop",
	"session.force_stop":      "stopped by force",
	"session.expire":          "closed, as its time was over,",
	"session.host_lost":       "lost the host of",
	"session.host_reported":   "heard again of",
	"session.unlocked":        "freed the stack of",
	"state.refused":           "refused a late state of",
	"stack.unlock":            "unlocked",
	"stack.export":            "exported",
	"stack.forget":            "took out of management",
	"state.pull":              "read the state of",
	"state.push":              "replaced the state of",
	"project.create":          "created",
	"project.edit":            "changed the settings of",
	"quota.set":               "set a limit in",
	"grant.create":            "gave {who} {level} in",
	"grant.revoke":            "took {level} from {who} in",
	"grant.expire":            "ended {level} of {who} in",
	"request.create":          "asked for {level} in",
	"request.approve":         "granted {who} {level} in",
	"request.decline":         "declined {level} for {who} in",
	"request.cancel":          "took back the request of {who} in",
	"guild.settings":          "changed the settings of",
}

// auditLine is an audit row for people: when, who, what, and why.
func auditLine(r store.AuditRow) string {
	who := "The engine"
	if r.Actor != store.Engine {
		who = mention(r.Actor)
	}
	words, ok := actionWords[r.Action]
	if !ok {
		words = "did " + code(r.Action, mostAction) + " to"
	}
	about := auditedGrant(r)
	words = strings.NewReplacer("{who}", about.name(), "{level}", about.level()).Replace(words)
	line := fmt.Sprintf("%s %s %s %s", moment(r.At), who, words, auditObject(r))
	if r.Reason != "" {
		line += ": " + safe(r.Reason)
	}
	return line
}

// auditObject is what a row is about.
func auditObject(r store.AuditRow) string {
	kind, rest, _ := strings.Cut(r.Subject, "/")
	switch {
	case kind == "session" && r.Stack != "":
		return fmt.Sprintf("%s (%s · %s)", code(rest, 20), r.Project, r.Stack)
	case kind == "stack":
		return "**" + safe(strings.Replace(rest, "/", " · ", 1)) + "**"
	case kind == "guild":
		return "this server"
	}
	return code(rest, 40)
}

// grantDetail is whom a grant or a request is about, and what level.
type grantDetail struct {
	User  string `json:"user"`
	Role  string `json:"role"`
	Level string `json:"level"`
}

// auditedGrant reads it from what was before or after; of several grants the
// first.
func auditedGrant(r store.AuditRow) grantDetail {
	for _, raw := range []json.RawMessage{r.After, r.Before} {
		var one grantDetail
		if json.Unmarshal(raw, &one) == nil && one.Level != "" {
			return one
		}
		var list []grantDetail
		if json.Unmarshal(raw, &list) == nil && len(list) > 0 {
			return list[0]
		}
	}
	return grantDetail{}
}

func (g grantDetail) name() string {
	switch {
	case g.Role != "":
		return mentionRole(g.Role)
	case g.User != "":
		return mention(g.User)
	}
	return "somebody"
}

func (g grantDetail) level() string {
	if g.Level == "" {
		return "access"
	}
	return "`" + g.Level + "`"
}
