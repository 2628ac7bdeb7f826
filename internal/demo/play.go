package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// patience is how long the demo waits for any one thing: a slow machine is no
// failure.
const patience = 2 * time.Minute

// resource is one that grace asks for, with the form's fields.
type resource struct {
	kind   string
	name   string
	fields discordsim.Fields
}

// wanted is what is deployed.
var wanted = []resource{
	{"vpc", "main", discordsim.Fields{"name": "main"}},
	{"compute_vm", "web", discordsim.Fields{"name": "web"}},
	{"database", "db", discordsim.Fields{"name": "db"}},
}

// play is the demo, as people would do it.
func (w *world) play(ctx context.Context) error {
	for _, name := range []string{ada, grace, linus} {
		w.screen.watch(w.sim, w.people[name], name)
	}
	steps := []struct {
		title string
		play  func(context.Context) error
	}{
		{"An admin creates a project in which somebody else must approve", w.setUp},
		{"A developer has no access, asks for it, and gets it for two hours", w.ask},
		{"She deploys: Terraform plans by itself, a second person approves, Terraform applies", w.deploy},
		{"A policy refuses what is too large", w.refused},
	}
	for _, step := range steps {
		w.screen.chapter(step.title)
		if err := within(ctx, step.play); err != nil {
			return err
		}
	}
	return w.verify(ctx)
}

// within gives a step the patience that it has.
func within(ctx context.Context, step func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return step(ctx)
}

// setUp is the admin's part.
func (w *world) setUp(ctx context.Context) error {
	if err := w.run(ctx, w.people[ada], "cloud-create-project", discordsim.Args{"project_id": "dev", "provider": "sandbox", "approvals": 1}); err != nil {
		return err
	}
	return w.run(ctx, w.people[ada], "cloud-grant", discordsim.Args{"to": w.people[linus], "project": "dev", "level": "approve"})
}

// ask is how somebody gets access who has none.
func (w *world) ask(ctx context.Context) error {
	if err := w.run(ctx, w.people[grace], "cloud-deploy", discordsim.Args{"project": "dev"}); err != nil {
		return err
	}
	err := w.run(ctx, w.people[grace], "cloud-request", discordsim.Args{"project": "dev", "level": "deploy", "duration": "2h", "why": "The shop needs a server."})
	if err != nil {
		return err
	}
	request, err := w.ops.Await(ctx, w.people[ada], hasButton("Approve"))
	if err != nil {
		return fmt.Errorf("wait for the request: %w", err)
	}
	if _, err := w.people[ada].Click(ctx, *request, "Approve"); err != nil {
		return fmt.Errorf("approve the request: %w", err)
	}
	if _, err := w.sim.AwaitDM(ctx, w.people[grace], discordsim.Containing("deploy")); err != nil {
		return fmt.Errorf("wait for the decision: %w", err)
	}
	return nil
}

// deploy is a deployment from the command to the end of the apply.
func (w *world) deploy(ctx context.Context) error {
	lobby, err := w.open(ctx, discordsim.Args{"project": "dev"})
	if err != nil {
		return err
	}
	for _, r := range wanted {
		if lobby, err = w.add(ctx, lobby, r); err != nil {
			return err
		}
	}
	lobby, err = w.await(ctx, lobby, "the plan", func(m discordsim.Message) bool {
		return canApprove(m) && strings.Contains(m.Text(), "3 to add")
	})
	if err != nil {
		return err
	}
	if _, err := w.people[linus].Click(ctx, lobby, approveButton); err != nil {
		return fmt.Errorf("approve: %w", err)
	}
	thread, err := w.ops.AwaitThreadOf(ctx, lobby)
	if err != nil {
		return fmt.Errorf("wait for the thread: %w", err)
	}
	if _, err := thread.Await(ctx, w.people[grace], func(m discordsim.Message) bool { return len(m.Attachments) > 0 }); err != nil {
		return fmt.Errorf("wait for the result in the thread: %w", err)
	}
	ended, err := w.await(ctx, lobby, "the end", func(m discordsim.Message) bool {
		return strings.Contains(m.Text(), "Applied") || strings.Contains(m.Text(), "Failed")
	})
	if err == nil && !strings.Contains(ended.Text(), "Applied") {
		err = errors.New("the lobby did not end as applied")
	}
	return err
}

// refused is a deployment that a policy denies.
func (w *world) refused(ctx context.Context) error {
	lobby, err := w.open(ctx, discordsim.Args{"project": "dev", "stack": "big"})
	if err != nil {
		return err
	}
	if lobby, err = w.add(ctx, lobby, resource{"compute_vm", "huge", discordsim.Fields{"name": "huge", "size": "large"}}); err != nil {
		return err
	}
	lobby, err = w.await(ctx, lobby, "the policy's word", discordsim.Containing("instance_sizes"))
	if err != nil {
		return err
	}
	if canApprove(lobby) {
		return errors.New("a plan that a policy denies can be approved")
	}
	if _, err := w.people[grace].Click(ctx, lobby, "Cancel"); err != nil {
		return fmt.Errorf("cancel: %w", err)
	}
	_, err = w.await(ctx, lobby, "the cancellation", discordsim.Containing("Cancelled"))
	return err
}

// open runs /cloud-deploy and waits for the lobby.
func (w *world) open(ctx context.Context, args discordsim.Args) (discordsim.Message, error) {
	known := map[string]bool{}
	for _, m := range w.ops.Messages(w.people[grace]) {
		known[m.ID] = true
	}
	if err := w.run(ctx, w.people[grace], "cloud-deploy", args); err != nil {
		return discordsim.Message{}, err
	}
	lobby, err := w.ops.Await(ctx, w.people[grace], func(m discordsim.Message) bool {
		_, ok := m.Select("Add resource")
		return ok && !known[m.ID]
	})
	if err != nil {
		return discordsim.Message{}, fmt.Errorf("wait for the lobby: %w", err)
	}
	return *lobby, nil
}

// add chooses a kind, fills its form in, and waits until the lobby shows it.
func (w *world) add(ctx context.Context, lobby discordsim.Message, r resource) (discordsim.Message, error) {
	opened, err := w.people[grace].Choose(ctx, lobby, "Add resource", r.kind)
	if err != nil {
		return lobby, fmt.Errorf("choose %s: %w", r.kind, err)
	}
	if opened.Modal() == nil {
		return lobby, fmt.Errorf("choosing %s opened no form", r.kind)
	}
	if _, err := w.people[grace].Submit(ctx, opened.Modal(), r.fields); err != nil {
		return lobby, fmt.Errorf("submit the form of %s: %w", r.kind, err)
	}
	return w.await(ctx, lobby, r.name+" in the lobby", discordsim.Containing(r.kind+"."+r.name))
}

// await waits until a message is as wanted.
func (w *world) await(ctx context.Context, message discordsim.Message, what string, want func(discordsim.Message) bool) (discordsim.Message, error) {
	m, err := w.ops.Await(ctx, w.people[grace], func(m discordsim.Message) bool { return m.ID == message.ID && want(m) })
	if err != nil {
		return message, fmt.Errorf("wait for %s: %w", what, err)
	}
	return *m, nil
}

// run types a command and waits for what it answers.
func (w *world) run(ctx context.Context, m *discordsim.Member, name string, args discordsim.Args) error {
	_, err := w.command(ctx, m, name, args)
	return err
}

// command types a command and returns what it answers.
func (w *world) command(ctx context.Context, m *discordsim.Member, name string, args discordsim.Args) (*discordsim.Message, error) {
	in, err := m.Slash(ctx, w.ops, name, args)
	if err != nil {
		return nil, fmt.Errorf("/%s: %w", name, err)
	}
	reply, err := in.Reply(ctx)
	if err != nil {
		return nil, fmt.Errorf("reply to /%s: %w", name, err)
	}
	return reply, nil
}

const approveButton = "Approve & Deploy"

// canApprove reports whether a lobby's plan can be approved.
func canApprove(m discordsim.Message) bool {
	b, ok := m.Button(approveButton)
	return ok && !b.Disabled
}

func hasButton(label string) func(discordsim.Message) bool {
	return func(m discordsim.Message) bool {
		_, ok := m.Button(label)
		return ok
	}
}
