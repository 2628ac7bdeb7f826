package discord

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// Everybody tries everything, in a project and in one that is archived: whoever the
// tables of commands and verbs let do something does it, everybody else reads why
// not, and changes nothing.
func TestMatrix(t *testing.T) {
	t.Parallel()
	for _, g := range matrixGroups() {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			m := &matrix{scene: newScene(t, g.circumstances)}
			var all []*persona
			for _, name := range g.people {
				all = append(all, m.who(name))
			}
			for _, d := range deeds() {
				m.refused(d, all)
			}
			for _, p := range all {
				for _, d := range deeds() {
					if m.refusal(d, p) == "" {
						m.allowed(d, p)
					}
				}
			}
			if len(m.wrong) > 0 {
				t.Errorf("%d of %d are not as the tables have it:\n| who | what | want | got |\n%s", len(m.wrong), m.tried, strings.Join(m.wrong, "\n"))
			}
		})
	}
}

type matrix struct {
	*scene
	tried int
	wrong []string
}

// refusal is what somebody reads who may not do something, as a pattern; empty
// where they may.
func (m *matrix) refusal(d deed, p *persona) string {
	switch {
	case p.refusal != "" && !(d.general && p.name == theForeigner):
		return p.refusal
	case p.standing < m.least(d, p):
		if m.archived && d.closed {
			return notAllowed + "|" + isArchived
		}
		return notAllowed
	case m.archived && d.closed && p.name != theForeigner:
		return isArchived
	case m.approvals > 0 && d.owner == p.name && m.of(d) == decider:
		return "wants somebody else to approve it"
	case d.already != nil && p.name != theForeigner:
		return d.already(p)
	}
	return ""
}

// The refusals of a lower level, of who is not whose it is, and of an archived
// project.
const (
	notAllowed = "You have no access to `dev`|which does not let you|Your access to `dev` ended|access to no project|for admins of a project|" +
		"Quotas are set by admins|Projects are created by admins|settings in this server are its admins'|Stacks are unlocked by admins|binds them too|" +
		"Nobody decides on their own request|asked for this|You have not approved this plan|is no longer kept|about somebody else's access"
	isArchived = "`dev` was archived"
)

// least is what a deed takes of somebody, as the tables have it.
func (m *matrix) least(d deed, p *persona) project.Level {
	if d.owner == p.name {
		return m.of(d).leastOfOwner()
	}
	return m.of(d).least()
}

// of is whom the tables of commands and verbs let do it.
func (m *matrix) of(d deed) access {
	if d.access != "" {
		return d.access
	}
	for _, c := range m.bot.commands {
		if c.definition.Name == d.of {
			return c.access
		}
	}
	i := slices.IndexFunc(m.bot.verbs, func(v verb) bool { return v.name == d.of })
	if i < 0 {
		m.t.Fatalf("there is no %s", d.of)
	}
	return m.bot.verbs[i].access
}

// outcome is what came of a deed.
type outcome struct {
	form    bool
	text    string
	private bool
	done    bool // something changed, and nothing was said
	err     error
}

func (o outcome) String() string {
	switch {
	case o.err != nil:
		return "error: " + o.err.Error()
	case o.form:
		return "a form"
	case o.done:
		return "done"
	case !o.private:
		return "for all to see: " + oneLine(o.text)
	}
	return oneLine(o.text)
}

// insist does something again that got no answer in time: among the thousands of
// a matrix, a busy machine leaves one now and then. How long answers take is not
// looked at here, and what was not answered was not done.
func insist[T any](do func() (T, error)) (T, error) {
	const most = 5
	for n := 1; ; n++ {
		v, err := do()
		if n == most || !errors.Is(err, discordsim.ErrNoResponse) {
			return v, err
		}
	}
}

// does lets somebody do something, and waits for what comes of it: a form, an
// answer, or without either a change.
func (m *matrix) does(d deed, p *persona) outcome {
	ctx, cancel := context.WithTimeout(m.ctx, patience)
	defer cancel()
	wake, unsubscribe := m.store.Subscribe(store.TopicOutbox, "")
	defer unsubscribe()
	in, err := insist(func() (*discordsim.Interaction, error) { return d.do(m.scene, p) })
	if err != nil {
		return outcome{err: err}
	}
	if in.Modal() != nil {
		return outcome{form: true}
	}
	type reply struct {
		m   *discordsim.Message
		err error
	}
	replies := make(chan reply, 1)
	go func() {
		answer, err := in.Reply(ctx)
		replies <- reply{answer, err}
	}()
	silent := d.changes && d.says == ""
	for {
		select {
		case r := <-replies:
			if r.err != nil {
				return outcome{err: fmt.Errorf("nothing is said: %w", r.err)}
			}
			return outcome{text: r.m.Text(), private: r.m.Ephemeral()}
		case <-wake:
			if silent && len(m.changed()) > 0 {
				return outcome{done: true}
			}
		}
	}
}

// refused lets all of them try at once who may not.
func (m *matrix) refused(d deed, all []*persona) {
	m.t.Helper()
	var tries errgroup.Group
	tries.SetLimit(4)
	var tried []*persona
	var came []outcome
	for _, p := range all {
		if m.refusal(d, p) != "" {
			tried = append(tried, p)
		}
	}
	came = make([]outcome, len(tried))
	for i, p := range tried {
		tries.Go(func() error {
			came[i] = m.does(d, p)
			return nil
		})
	}
	_ = tries.Wait() // they return nothing
	for i, p := range tried {
		if want := m.refusal(d, p); !calm(came[i]) || !regexp.MustCompile(want).MatchString(came[i].text) {
			m.differs(d, p, strings.TrimSuffix("refused: "+want, ": "+notAllowed), came[i].String())
		}
	}
	m.tried += len(tried)
	if changed := m.changed(); len(changed) > 0 {
		m.differs(d, &persona{name: "one of those who may not"}, "no change", "changed "+strings.Join(changed, ", "))
		m.settle()
		m.restore()
	}
}

// calm reports whether an answer is a refusal that says what it means and how to go
// on, to the person alone.
func calm(o outcome) bool {
	says := func(part string) bool { return strings.Contains(o.text, part) }
	return o.err == nil && o.private && (says("Nothing ") || says("/cloud-") || says("again")) && !says("reference") && !says("Something went wrong") && !says(secret)
}

// allowed lets somebody do what they may, looks what came of it, and undoes it.
func (m *matrix) allowed(d deed, p *persona) {
	m.t.Helper()
	m.tried++
	came := m.does(d, p)
	m.settle()
	changed := m.changed()
	switch {
	case d.opens && !came.form, d.says != "" && (!came.private || !regexp.MustCompile(d.says).MatchString(came.text)), d.changes && d.says == "" && !came.done:
		m.differs(d, p, strings.TrimSpace("allowed "+d.says), came.String())
	case d.changes && !slices.Contains(changed, "audit"):
		m.differs(d, p, "a change with its audit row", fmt.Sprint("changed: ", changed))
	case !d.changes && len(changed) > 0:
		m.differs(d, p, "no change", fmt.Sprint("changed: ", changed))
	}
	if len(changed) > 0 {
		m.restore()
	}
}

func (m *matrix) differs(d deed, p *persona, want, got string) {
	m.wrong = append(m.wrong, fmt.Sprintf("| %s | %s | want %s | got %s |", p.name, d.name(), want, got))
}
