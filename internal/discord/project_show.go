package discord

import (
	"fmt"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// settingWidth is how much of a setting's value is shown.
const settingWidth = 250

// setting is one of a project's, with its whole value for people to read.
type setting struct{ name, value string }

// projectSettings are all that can be set of a project, in the order of the options.
func projectSettings(p project.Project, now time.Time) []setting {
	rules := p.Rules
	frozen := "no"
	if f := rules.Freeze; f.At(now) {
		until := untilEnded
		if f.Until != nil {
			until = "until " + moment(*f.Until)
		}
		frozen = fmt.Sprintf("%s by %s: %s", until, mention(f.By), safe(f.Reason))
	}
	archived := "no"
	if p.ArchivedAt != nil {
		archived = relative(*p.ArchivedAt)
	}
	return []setting{
		{"Regions", codesOr(p.Regions, "all")},
		{"Default region", code(p.DefaultRegion, 63)},
		{"Approvals", approvalRule(rules.Approvals)},
		{"Policies", enforcementTexts[rules.Enforced()]},
		{"Kinds", codesOr(rules.Kinds, "all")},
		{"Credentials", codeOr(p.Credentials, "none")},
		{"Names", codeOr(rules.NamePattern, "any")},
		{"Required tags", codesOr(rules.RequiredTags, "none")},
		{"Channels", channelsOr(rules.Channels, "every one")},
		{"Grants without a duration", lifeOr(rules.GrantDefault, "last until revoked")},
		{"Longest grant", lifeOr(rules.GrantMax, "no limit")},
		{"Frozen", frozen},
		{"Archived", archived},
		{"Usage a month", usageText(p.Usage)},
	}
}

// enforcementTexts say what comes of a policy that denies a plan.
var enforcementTexts = map[project.Enforcement]string{
	project.EnforceAdvisory:    "advisory: what they deny is shown",
	project.EnforceOverridable: "overridable: what they deny takes an admin's reason",
	project.EnforceMandatory:   "mandatory: what they deny is not approved",
}

// settingLines shows everything that is set.
func settingLines(p project.Project, now time.Time) []string {
	lines := []string{fmt.Sprintf("**Project %s** · %s · created by %s %s", code(p.Slug, 32), p.Provider, mention(p.CreatedBy), relative(p.CreatedAt))}
	for _, s := range projectSettings(p, now) {
		lines = append(lines, "**"+s.name+"**: "+clip(s.value, settingWidth))
	}
	return lines
}

// changeLines says what was and what is, of what has changed.
func changeLines(done orchestrator.ProjectChange, now time.Time) []string {
	before, after := projectSettings(done.Before, now), projectSettings(done.After, now)
	var lines []string
	for i, s := range after {
		if was := before[i].value; was != s.value {
			lines = append(lines, fmt.Sprintf("**%s**: %s → %s", s.name, clip(was, settingWidth), clip(s.value, settingWidth)))
		}
	}
	slug := code(done.After.Slug, 32)
	if len(lines) == 0 {
		return []string{"Nothing was changed: " + slug + " is so already."}
	}
	lines = append([]string{"**Project " + slug + "**"}, lines...)
	return append(lines, "-# Deployments that are open are checked against this when they are approved and applied. Grants that were given stay as they are.")
}

// approvalRule says whose consent a plan takes.
func approvalRule(r project.ApprovalRule) string {
	if r.Needed == 0 {
		return "no approval needed"
	}
	who := "`" + r.AtLevel().String() + "`"
	if r.Role != "" {
		who = mentionRole(r.Role)
	}
	text := fmt.Sprintf("%s by %s", count(r.Needed, "approval"), who)
	switch {
	case r.RequesterCounts && r.Needed == 1:
		text += ", one's own is enough"
	case r.RequesterCounts:
		text += ", one's own counts"
	}
	return text
}

func codeOr(s, none string) string {
	if s == "" {
		return none
	}
	return code(s, 200)
}

func codesOr(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	return codes(names, len(names))
}

func channelsOr(ids []string, none string) string {
	if len(ids) == 0 {
		return none
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = "<#" + id + ">"
	}
	return strings.Join(names, ", ")
}

func lifeOr(d time.Duration, none string) string {
	if d == 0 {
		return none
	}
	return writeLife(d)
}
