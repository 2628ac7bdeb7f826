package discord

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// How much of each part a lobby shows. Together they stay below what an embed
// holds.
const (
	mostProblems  = 10
	mostResources = 15
	mostSettings  = 6
	mostChanges   = 15
	mostOutputs   = 10
	mostPeople    = 5
	resourceWidth = 160
)

// problems lists why there is no plan, or no approval any more.
func (l lobby) problems() []string {
	problems := l.Session.Problems
	if len(problems) == 0 {
		return nil
	}
	var lines []string
	most := l.most(mostProblems)
	for _, p := range problems[:min(len(problems), most)] {
		lines = append(lines, "• "+clip(safe(p), 250))
	}
	return append(lines, more(len(problems)-most)...)
}

// more says how many lines were left out.
func more(n int) []string {
	if n <= 0 {
		return nil
	}
	return []string{fmt.Sprintf("… and %d more", n)}
}

// resources lists what is desired, with its settings.
func (l lobby) resources() []string {
	resources := l.Session.Resources
	several := len(l.Stack.With(resources)) > 1
	var lines []string
	most := l.most(mostResources)
	for _, r := range resources[:min(len(resources), most)] {
		line := code(r.Label(), 80)
		if several && len(r.Regions) == 0 {
			line += " (" + global + ")"
		}
		if settings := l.settings(r); settings != "" {
			line += " " + settings
		}
		lines = append(lines, clip(line, resourceWidth))
	}
	return append(lines, more(len(resources)-most)...)
}

// settings are the values of a resource in a few words, those that somebody
// chose first.
func (l lobby) settings(r project.Resource) string {
	i := slices.IndexFunc(l.Kinds, func(k catalog.Kind) bool { return k.Name == r.Kind })
	if i < 0 {
		return ""
	}
	var chosen, others []string
	for _, s := range l.Kinds[i].Settings(r) {
		if s.Value == "" {
			continue
		}
		text := safe(s.Label) + " " + settingValue(s.Value)
		if s.Default {
			others = append(others, text)
		} else {
			chosen = append(chosen, text)
		}
	}
	all := append(chosen, others...)
	return strings.Join(all[:min(len(all), mostSettings)], " · ")
}

// settingValue is a value in running text: without markup, and short.
func settingValue(s string) string {
	switch s {
	case "true":
		return "yes"
	case "false":
		return "no"
	}
	return strings.NewReplacer("*", `\*`, "_", `\_`, "`", "'", "~", `\~`, "|", `\|`, "<", `\<`).Replace(clip(safe(s), 40))
}

// plan lists what would change, what is destroyed first.
func (l lobby) plan() []string {
	if l.Session.Plan == nil || l.Session.State != session.PlanReady && l.Session.State != session.Approved {
		return nil
	}
	d := l.Session.Plan.Digest
	lines := planLines(l.Session, l.Stack)
	if len(lines) == 0 {
		if d.OutputsChanged > 0 && !d.Empty() {
			return []string{count(d.OutputsChanged, "output") + " would change, and no resource."}
		}
		return nil
	}
	shown := lines[:min(len(lines), l.most(mostChanges))]
	out := []string{fence("diff", strings.Join(shown, "\n"))}
	if left := changesIn(lines) + d.Omitted - changesIn(shown); left > 0 {
		out = append(out, fmt.Sprintf("… and %d more: **View plan** shows them all.", left))
	}
	if n := len(d.Drift); n > 0 {
		out = append(out, fmt.Sprintf("⚠ changed outside of this bot: %s", codes(d.Drift, 3)))
	}
	if d.Incomplete {
		out = append(out, "⚠ Terraform put some changes off: this plan alone will not reach what is described.")
	}
	return out
}

// changesIn counts the lines that are no headings.
func changesIn(lines []string) int {
	n := 0
	for _, line := range lines {
		if !strings.HasPrefix(line, headingMark) {
			n++
		}
	}
	return n
}

// marks are the signs of the actions in a diff, in the order of their weight.
var marks = []struct {
	action plan.Action
	mark   string
}{
	{plan.Delete, "- "}, {plan.Replace, "-/+ "}, {plan.Forget, "- "}, {plan.Update, "~ "}, {plan.Create, "+ "}, {plan.Import, "+ "}, {plan.Move, "~ "},
}

// planLines is a line for each change, the weightiest first, region by region.
func planLines(s session.Session, st project.Stack) []string {
	var lines []string
	for _, g := range byRegion(s, st) {
		if g.place != "" {
			lines = append(lines, g.heading())
		}
		for _, m := range marks {
			for _, c := range g.changes {
				if c.Action == m.action {
					lines = append(lines, m.mark+clip(c.Label, 80)+remark(c))
				}
			}
		}
	}
	return lines
}

// remark says why, or what is special about a change.
func remark(c plan.Change) string {
	switch {
	case c.Action == plan.Forget:
		return " (no longer managed, left as it is)"
	case c.Action == plan.Import:
		return " (taken over as it is)"
	case c.Action == plan.Move:
		return " (renamed)"
	case c.Reason != "":
		return " (" + c.Reason + ")"
	}
	return ""
}

// destroyed names what a plan destroys or replaces.
func destroyed(d plan.Digest) []string {
	var labels []string
	for _, c := range d.Changes {
		if c.Action == plan.Delete || c.Action == plan.Replace {
			labels = append(labels, c.Label)
		}
	}
	return labels
}

// approvals says who has approved and who may.
func (l lobby) approvals() []string {
	s := l.Session
	switch {
	case s.State == session.Approved:
		return []string{"Approved by " + mentions(approvers(s), mostPeople)}
	case s.State != session.PlanReady || s.Plan.Digest.Empty():
		return nil
	case l.Project.Rules.Approvals.Needed == 0 && l.shut():
		return []string{"Nobody can approve it now" + l.expires()}
	case l.Project.Rules.Approvals.Needed == 0:
		return []string{mention(s.Requester) + " or " + l.others() + " presses **" + l.approveLabel() + "**" + l.expires()}
	}
	line := fmt.Sprintf("Approvals **%d of %d**", len(s.Approvals), l.Needed)
	if len(s.Approvals) > 0 {
		line += ": " + mentions(approvers(s), mostPeople)
	}
	if l.shut() {
		return []string{line + " · nobody can approve it now" + l.expires()}
	}
	return []string{line + " · " + l.mayApprove() + l.expires()}
}

// others are those who may press instead of the requester.
func (l lobby) others() string {
	rule := l.Project.Rules.Approvals
	if rule.Role != "" {
		return "a member of " + mentionRole(rule.Role)
	}
	return "somebody with `" + rule.AtLevel().String() + "`"
}

// mayApprove names those who may and have not.
func (l lobby) mayApprove() string {
	var left []string
	for _, id := range l.Approvers {
		if !l.Session.ApprovedBy(id) {
			left = append(left, id)
		}
	}
	if len(left)+len(l.ApproverRoles) == 0 {
		who := "nobody"
		if len(l.Session.Approvals) > 0 {
			who = "nobody else"
		}
		return who + " may approve yet: an admin grants `" + l.Project.Rules.Approvals.AtLevel().String() + "` with `/cloud-grant`"
	}
	users, roles := left[:min(len(left), mostPeople)], l.ApproverRoles[:min(len(l.ApproverRoles), mostPeople)]
	text := "may approve: " + strings.Join(each(users, mention, roles, func(id string) string { return "members of " + mentionRole(id) }), ", ")
	if more := len(left) - len(users) + len(l.ApproverRoles) - len(roles); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func approvers(s session.Session) []string {
	var ids []string
	for _, a := range s.Approvals {
		ids = append(ids, a.UserID)
	}
	return ids
}

// progress shows how far an apply has come.
func (l lobby) progress() []string {
	var lines []string
	if l.Session.State == session.Applying {
		lines = progressLines(l.done())
	}
	if l.Session.ThreadID != "" {
		lines = append(lines, "Line by line: <#"+l.Session.ThreadID+">")
	}
	return lines
}

// progressLines is the bar with what is under way.
func progressLines(p orchestrator.Progress) []string {
	return append([]string{fmt.Sprintf("%s **%d of %d**", bar(p.Done, p.Total), p.Done, p.Total)}, workingLines(p)...)
}

// workingLines is what is under way.
func workingLines(p orchestrator.Progress) []string {
	var lines []string
	for _, w := range p.Working[:min(len(p.Working), 4)] {
		lines = append(lines, fmt.Sprintf("%s %s since %s", verbs[w.Action], code(w.Label, 80), relative(w.Since)))
	}
	return append(lines, more(len(p.Working)-4)...)
}

// verbs are what Terraform does to a resource, in words.
var verbs = map[string]string{"create": "creating", "update": "changing", "delete": "destroying", "replace": "replacing", "read": "reading"}

// bar draws how much is done.
func bar(done, total int) string {
	const width = 10
	full := 0
	if total > 0 {
		full = min(width, done*width/total)
	}
	return strings.Repeat("▰", full) + strings.Repeat("▱", width-full)
}

// failure says what went wrong, and what to do next.
func (l lobby) failure() []string {
	f := l.Session.Failure
	if f == nil {
		return nil
	}
	lines := failureLines(*f, l.most(900))
	switch {
	case l.Session.State != session.Failed:
	case l.Run != nil && l.Run.Status == store.RunLost:
		lines = append(lines, "**Plan again** shows what is left, as far as is known. It can be approved when the host has reported, or after `/cloud-unlock`."+l.expires())
	default:
		lines = append(lines, next(*f)+l.expires())
	}
	return lines
}

// failureLines tells what is known of a failure, its details in at most some
// characters.
func failureLines(f session.Failure, most int) []string {
	lines := []string{clip(safe(f.Summary), 300)}
	if f.Detail != "" {
		lines = append(lines, fence("", clip(f.Detail, most)))
	}
	if len(f.Unfinished) > 0 {
		lines = append(lines, "Begun and not reported complete: "+codes(labels(f.Unfinished), mostUnfinished)+". Each may exist, half made or not in the state: check them in the cloud.")
	}
	if len(f.Unsaved) > 0 {
		lines = append(lines, "⚠ Created, and missing in the state: "+codes(labels(f.Unsaved), mostUnfinished)+". The next plan would create each a second time: delete them in the cloud before you approve it.")
	}
	if f.Reference != "" {
		lines = append(lines, "Reference "+code(f.Reference, 20))
	}
	return lines
}

// next is what to do after a failure.
func next(f session.Failure) string {
	switch {
	case f.Advice != "" && f.Phase == "apply":
		return f.Advice + " Nothing was undone, and only what is missing will be done."
	case f.Advice != "":
		return f.Advice
	case f.Phase == "plan":
		return "Edit what is wrong, or press **Plan again**."
	case f.Phase == "start":
		return "Press **Plan again** to try once more."
	case f.Interrupted:
		return "The state was kept as Terraform last wrote it. Press **Plan again** to see what is left to do."
	}
	return "Nothing was undone. Mend the cause, then press **Plan again**: only what is missing will be done."
}

// outputs shows what the stack gives, after an apply.
func (l lobby) outputs() []string {
	if l.Session.State != session.Applied {
		return nil
	}
	return outputLines(l.Outputs, l.most(mostOutputs))
}

// outputLines is a line for each output.
func outputLines(outputs []orchestrator.Output, most int) []string {
	var lines []string
	for _, o := range outputs[:min(len(outputs), most)] {
		lines = append(lines, outputLine(o, code, 100))
	}
	return append(lines, more(len(outputs)-most)...)
}

// outputLine is an output with so much of its value, written in a way; a sensitive
// one is only named.
func outputLine(o orchestrator.Output, write func(s string, most int) string, most int) string {
	value := "(hidden)"
	if !o.Sensitive {
		value = write(o.Value, most)
	}
	name := strings.ReplaceAll(safe(o.Name), "_", " ")
	if o.Label != "" {
		name = write(o.Label, 80) + " " + name
	}
	return name + ": " + value
}
