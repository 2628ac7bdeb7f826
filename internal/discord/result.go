package discord

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// result says how a run ended, in as much detail as a message holds, with the last
// of the log's parts.
func (l lobby) result(users []string, parts int) picture {
	var content string
	for _, most := range []int{20, 10, 5, 2} {
		if content = strings.Join(slices.Concat(l.resultLines(users, most), l.logLines(parts), []string{endMarker(*l.Run)}), "\n"); size(content) <= maxContent {
			break
		}
	}
	p := text(content)
	p.Mentions = users
	return p
}

func (l lobby) resultLines(users []string, most int) []string {
	head := l.resultHead()
	if len(users) > 0 {
		head += " · " + mentions(users, 20)
	}
	lines := []string{head}
	p := l.done()
	if l.Run.Status == store.RunCancelled || l.forced() && l.Session.RunID == l.Run.ID {
		lines = append(lines, l.ending()...)
	}
	for _, part := range []struct {
		title     string
		addresses []string
	}{{"Created", p.Created}, {"Changed", p.Changed}, {"Destroyed", p.Destroyed}} {
		if n := len(part.addresses); n > 0 {
			lines = append(lines, fmt.Sprintf("**%s %d**: %s", part.title, n, codes(labels(part.addresses), most)))
		}
	}
	if f := l.Session.Failure; f != nil && l.Session.RunID == l.Run.ID && l.Run.Status != store.RunSucceeded {
		lines = append(lines, failureLines(*f, 60*most)...)
	}
	if l.Run.Status == store.RunSucceeded && l.Session.State == session.Failed {
		lines = append(lines, "The host that was lost is back. This deployment had counted as failed; **Plan again** in the lobby shows whether anything is left.")
	}
	if l.Run.Status == store.RunSucceeded && len(l.Outputs) > 0 {
		lines = append(lines, append([]string{"**Outputs**"}, outputLines(l.Outputs, most)...)...)
	}
	return lines
}

// resultHead is the run's end in a line.
func (l lobby) resultHead() string {
	run := *l.Run
	p := orchestrator.ProgressOf(run)
	switch run.Status {
	case store.RunSucceeded:
		return "🟢 **Applied**" + l.took() + " · " + done(p)
	case store.RunCancelled:
		return "⚪ **Cancelled**" + l.took() + " · " + kept(p)
	case store.RunLost:
		return "🔴 **Host lost** · " + kept(p) + ", as far as is known."
	case store.RunInterrupted:
		head := "🔴 **Interrupted**"
		if l.forced() {
			head = "🔴 **Stopped by force**"
		}
		return head + l.took() + " · " + kept(p) + ". **Plan again** in the lobby shows what is left to do."
	}
	return "🔴 **Failed**" + l.took() + " · " + kept(p) + ". Nothing was undone."
}
