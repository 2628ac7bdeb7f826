package discord

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// lobby is all that a lobby's picture is made of.
type lobby struct {
	orchestrator.Lobby
	Kinds []catalog.Kind // of the project's provider
	Now   time.Time
	Grace time.Duration // from Cancel to Force stop
	less  int           // how many times each list was halved to fit
}

// Colours of the bar beside a lobby.
const (
	grey   = 0x95A5A6
	blue   = 0x3498DB
	green  = 0x2ECC71
	yellow = 0xF1C40F
	red    = 0xE74C3C
)

// footerPrefix begins the line by which a lobby is found in its channel.
const footerPrefix = "Deployment "

// footer names the deployment as /cloud-cancel takes it, and the plan as its
// thread does.
func footer(s session.Session) string {
	if s.Generation == 0 {
		return footerPrefix + s.ID
	}
	return fmt.Sprintf("%s%s · plan %d", footerPrefix, s.ID, s.Generation)
}

// picture draws the lobby.
func (l lobby) picture() picture {
	colour, description := l.describe()
	for size(description) > maxDescription && l.less < 4 {
		l.less++
		colour, description = l.describe()
	}
	return picture{
		Embeds: []*discordgo.MessageEmbed{{
			Title:       clip(l.title(), 256),
			Description: clip(description, maxDescription),
			Color:       colour,
			Footer:      &discordgo.MessageEmbedFooter{Text: footer(l.Session)},
		}},
		Components: l.components(),
	}
}

// title names what is deployed, or destroyed.
func (l lobby) title() string { return l.purpose() + " " + l.Project.Slug + " · " + l.Stack.Name }

func (l lobby) purpose() string {
	if l.Session.Destroy {
		return "Destroy"
	}
	return "Deploy"
}

// describe writes the lobby's text. The most important lines come first: a phone
// shows few of them.
func (l lobby) describe() (colour int, text string) {
	colour, lines := l.head()
	lines = append(lines, l.costs()...)
	if l.Session.Destroy && !l.Session.State.Ended() {
		colour = red
	}
	lines = append(lines, fmt.Sprintf("%s · %s · by %s", safe(l.Project.Provider), safe(strings.Join(l.Session.RegionsIn(l.Stack), ", ")), mention(l.Session.Requester)))
	lines = append(lines, l.tags()...)
	for _, part := range [][]string{l.problems(), l.failure(), l.replacing(), l.closed(), l.over(), l.findings(), l.progress(), l.outputs(), l.plan(), l.resources(), l.approvals()} {
		if len(part) > 0 {
			lines = append(append(lines, ""), part...)
		}
	}
	return colour, strings.Join(lines, "\n")
}

// most is how many lines of a list are shown.
func (l lobby) most(n int) int { return max(1, n>>l.less) }

// head is the state: its mark, its name, and what matters most about it.
func (l lobby) head() (int, []string) {
	s := l.Session
	switch s.State {
	case session.Draft:
		line := "📝 **Draft**"
		if n := len(s.Problems); n > 0 {
			line += " · " + count(n, "thing") + " to fix"
		}
		lines := []string{line + l.expires()}
		switch {
		case len(s.Problems) > 0 || s.Destroy:
		case len(s.Resources) == 0:
			lines = append(lines, "Nothing here yet. Add the first resource: planning starts by itself.")
		case len(s.Regions) == 0 && maps.Equal(s.Tags, l.Stack.Tags):
			lines = append(lines, "As last deployed. Edit, add or remove something: planning starts by itself.")
		}
		return grey, lines
	case session.Validating, session.Planning:
		return blue, []string{"⏳ **Planning** · " + l.waiting("started")}
	case session.PlanReady:
		return l.planHead()
	case session.Approved:
		return yellow, []string{"⏳ **Approved** · " + l.waiting("starts now")}
	case session.Applying:
		return yellow, l.applyingHead()
	case session.Applied:
		return green, []string{"🟢 **Applied**" + l.took() + " · " + done(l.done()) + l.costsNow()}
	case session.Failed:
		return red, l.failedHead()
	case session.Cancelled:
		return grey, l.cancelledHead()
	case session.Expired:
		return grey, []string{"⚪ **Expired** · " + l.kept() + ". Start anew with `/cloud-deploy`."}
	}
	return grey, []string{"**" + string(s.State) + "**"}
}

// expires says when the session's life is over.
func (l lobby) expires() string {
	if l.Session.ExpiresAt == nil {
		return ""
	}
	return " · expires " + relative(*l.Session.ExpiresAt)
}

// waiting says where the session's run stands before there is more to tell.
func (l lobby) waiting(verb string) string {
	switch {
	case l.Run == nil:
		return "a moment"
	case l.Run.StartedAt != nil:
		return verb + " " + relative(*l.Run.StartedAt)
	case l.QueueAhead == 0:
		return "next in the queue, since " + relative(l.Run.CreatedAt)
	}
	return fmt.Sprintf("%d ahead of it in the queue, since %s", l.QueueAhead, relative(l.Run.CreatedAt))
}

// planHead says what the plan would do; what it destroys comes first.
func (l lobby) planHead() (int, []string) {
	d := l.Session.Plan.Digest
	if d.Empty() {
		return green, []string{"✅ **Nothing to do**" + l.expires(), "The infrastructure is as described."}
	}
	colour, head := green, "✅ **Plan ready** · **"+d.Summary()+"**"
	if l.Denied {
		colour, head = red, "⛔ **Denied by policy** · **"+d.Summary()+"**"
	}
	if !d.Destructive() {
		return colour, []string{head}
	}
	return red, []string{
		"🔴 **Destroys " + count(d.Destroy, "resource") + ":** " + codes(destroyed(d), 10),
		head,
	}
}

func (l lobby) applyingHead() []string {
	run := l.Run
	line := "🚀 **Applying**"
	if run != nil && run.StartedAt != nil {
		line += " · started " + relative(*run.StartedAt)
	}
	lines := []string{line}
	return append(lines, l.stopping()...)
}

func (l lobby) failedHead() []string {
	f := l.Session.Failure
	switch {
	case f == nil:
		return []string{"🔴 **Failed**" + l.expires()}
	case l.Run != nil && l.Run.Status == store.RunLost:
		return []string{"🔴 **Host lost** · " + l.kept()}
	case f.Interrupted && l.forced():
		return append([]string{"🔴 **Stopped by force** · " + l.kept()}, l.ending()...)
	case f.Interrupted:
		return []string{"🔴 **Interrupted** · " + l.kept()}
	case f.Phase == "plan":
		return []string{"🔴 **Plan failed** · " + l.kept()}
	case f.Phase == "start":
		return []string{"🔴 **Not started** · " + l.kept()}
	case f.Resource != "":
		return []string{"🔴 **Failed** at " + code(f.Resource, 80) + " · " + l.kept()}
	}
	return []string{"🔴 **Failed** · " + l.kept()}
}

func (l lobby) cancelledHead() []string {
	line := "⚪ **Cancelled**"
	if l.Run != nil && l.Run.Kind == store.RunApply {
		line += l.took()
	}
	return append([]string{line + " · " + l.kept()}, l.ending()...)
}

// ending is who ended the deployment, and why, where that was said.
func (l lobby) ending() []string {
	e := l.Session.Ending
	if e == nil {
		return nil
	}
	line := "By " + mention(e.By) + " " + relative(e.At)
	if e.Reason != "" {
		line += ": " + clip(safe(e.Reason), 300)
	}
	return []string{line}
}

// took is how long the session's run ran.
func (l lobby) took() string {
	if l.Run == nil || l.Run.StartedAt == nil || l.Run.EndedAt == nil {
		return ""
	}
	return " in " + duration(l.Run.EndedAt.Sub(*l.Run.StartedAt))
}

// done is what the session's apply has done so far.
func (l lobby) done() orchestrator.Progress {
	if l.Run == nil {
		return orchestrator.Progress{}
	}
	p := orchestrator.ProgressOf(*l.Run)
	if plan := l.Session.Plan; p.Total == 0 && plan != nil && l.Session.RunID == l.Run.ID { // Terraform has not said anything yet
		p.Total = plan.Digest.Resources()
	}
	return p
}

// kept is what the session has left behind: by the apply that is shown, or by
// one before it.
func (l lobby) kept() string {
	switch {
	case l.LastApply == nil:
		return "nothing was changed"
	case l.Run != nil && l.Run.ID == l.LastApply.ID:
		return kept(l.done())
	}
	return kept(orchestrator.ProgressOf(*l.LastApply)) + " before"
}

func kept(p orchestrator.Progress) string {
	text := done(p)
	if len(p.Created)+len(p.Changed)+len(p.Destroyed) > 0 {
		text += " and kept"
	}
	return text
}

// done counts what was done: "2 created, 1 destroyed". What was begun and not
// completed may have changed something all the same.
func done(p orchestrator.Progress) string {
	var parts []string
	for _, part := range []struct {
		n    int
		verb string
	}{{len(p.Created), "created"}, {len(p.Changed), "changed"}, {len(p.Destroyed), "destroyed"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.verb))
		}
	}
	if len(parts) == 0 {
		return "nothing was completed"
	}
	return strings.Join(parts, ", ")
}
