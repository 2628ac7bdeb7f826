package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// patience is how long the demo waits for any one thing: a slow machine is no
// failure.
const patience = 2 * time.Minute

// wanted is what grace asks for: kind and the form's fields.
var wanted = []struct {
	kind   string
	name   string
	fields discordsim.Fields
}{
	{"vpc", "main", discordsim.Fields{"name": "main"}},
	{"compute_vm", "web", discordsim.Fields{"name": "web"}},
	{"database", "db", discordsim.Fields{"name": "db"}},
}

// play is the demo, as people would do it.
func (w *world) play(ctx context.Context) error {
	w.screen.watch(w.sim, w.ada, "ada")
	w.screen.watch(w.sim, w.grace, "grace")
	setUp, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := w.setUp(setUp); err != nil {
		return err
	}
	lobby, err := w.deploy(setUp)
	if err != nil {
		return err
	}
	ended, err := w.approve(ctx, lobby)
	if err != nil {
		return err
	}
	return w.verify(ctx, ended)
}

// setUp is the admin's part.
func (w *world) setUp(ctx context.Context) error {
	if _, err := w.run(ctx, w.ada, "cloud-create-project", discordsim.Args{"project_id": "dev", "provider": "sandbox"}); err != nil {
		return err
	}
	_, err := w.run(ctx, w.ada, "cloud-grant", discordsim.Args{"to": w.grace, "project": "dev", "level": "deploy"})
	return err
}

// deploy is the developer's part up to the plan.
func (w *world) deploy(ctx context.Context) (discordsim.Message, error) {
	if _, err := w.run(ctx, w.grace, "cloud-deploy", discordsim.Args{"project": "dev"}); err != nil {
		return discordsim.Message{}, err
	}
	lobby, err := w.channel.Await(ctx, w.grace, hasMenu("Add resource"))
	if err != nil {
		return discordsim.Message{}, fmt.Errorf("wait for the lobby: %w", err)
	}
	for _, r := range wanted {
		opened, err := w.grace.Choose(ctx, *lobby, "Add resource", r.kind)
		if err != nil {
			return discordsim.Message{}, fmt.Errorf("choose %s: %w", r.kind, err)
		}
		if opened.Modal() == nil {
			return discordsim.Message{}, fmt.Errorf("choosing %s opened no form", r.kind)
		}
		if _, err := w.grace.Submit(ctx, opened.Modal(), r.fields); err != nil {
			return discordsim.Message{}, fmt.Errorf("submit the form of %s: %w", r.kind, err)
		}
		lobby, err = w.channel.Await(ctx, w.grace, func(m discordsim.Message) bool {
			return m.ID == lobby.ID && strings.Contains(m.Text(), r.name)
		})
		if err != nil {
			return discordsim.Message{}, fmt.Errorf("wait for %s in the lobby: %w", r.name, err)
		}
	}
	lobby, err = w.channel.Await(ctx, w.grace, func(m discordsim.Message) bool {
		approve, ok := m.Button("Approve & Deploy")
		return m.ID == lobby.ID && ok && !approve.Disabled && strings.Contains(m.Text(), "3 to add")
	})
	if err != nil {
		return discordsim.Message{}, fmt.Errorf("wait for the plan: %w", err)
	}
	return *lobby, nil
}

// approve presses the button and waits for the end.
func (w *world) approve(ctx context.Context, lobby discordsim.Message) (discordsim.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if _, err := w.grace.Click(ctx, lobby, "Approve & Deploy"); err != nil {
		return discordsim.Message{}, fmt.Errorf("approve: %w", err)
	}
	thread, err := w.channel.AwaitThreadOf(ctx, lobby)
	if err != nil {
		return discordsim.Message{}, fmt.Errorf("wait for the thread: %w", err)
	}
	if _, err := thread.Await(ctx, w.grace, func(m discordsim.Message) bool { return len(m.Attachments) > 0 }); err != nil {
		return discordsim.Message{}, fmt.Errorf("wait for the result in the thread: %w", err)
	}
	ended, err := w.channel.Await(ctx, w.grace, func(m discordsim.Message) bool {
		return m.ID == lobby.ID && (strings.Contains(m.Text(), "Applied") || strings.Contains(m.Text(), "Failed"))
	})
	if err != nil {
		return discordsim.Message{}, fmt.Errorf("wait for the end: %w", err)
	}
	return *ended, nil
}

// verify compares the real Terraform state with what was asked for.
func (w *world) verify(ctx context.Context, lobby discordsim.Message) error {
	if !strings.Contains(lobby.Text(), "Applied") {
		return errors.New("the lobby did not end as applied")
	}
	listed, _, err := w.app.Store.Sessions(ctx, store.SessionFilter{GuildID: w.guild.ID, Requester: w.grace.ID, Slug: "dev", State: session.Applied}, store.Page{Limit: 1})
	if err != nil {
		return fmt.Errorf("read the session: %w", err)
	}
	if len(listed) == 0 {
		return errors.New("no deployment of grace's is APPLIED")
	}
	var state []byte
	err = w.app.Store.InTx(ctx, func(tx *store.Tx) error {
		_, stack, err := tx.LockSession(ctx, listed[0].ID)
		if err != nil {
			return err
		}
		state, err = tx.State(ctx, stack.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("read the state: %w", err)
	}
	have, err := labels(state)
	if err != nil {
		return err
	}
	var want []string
	for _, r := range wanted {
		want = append(want, r.kind+"."+r.name)
	}
	slices.Sort(want)
	if !slices.Equal(have, want) {
		return fmt.Errorf("terraform's state holds %v, asked for were %v", have, want)
	}
	if v := w.sim.Violations(); len(v) > 0 {
		return fmt.Errorf("the bot sent Discord %d requests that it would refuse, the first: %v", len(v), v[0])
	}
	w.screen.note("Terraform's state holds what was asked for: %s.", strings.Join(have, ", "))
	return nil
}

// labels lists the resources of a state, one for each instance.
func labels(state []byte) ([]string, error) {
	var file struct {
		Resources []struct {
			Module    string            `json:"module"`
			Type      string            `json:"type"`
			Name      string            `json:"name"`
			Instances []json.RawMessage `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(state, &file); err != nil {
		return nil, fmt.Errorf("read terraform's state: %w", err)
	}
	var list []string
	for _, r := range file.Resources {
		for range r.Instances {
			list = append(list, plan.Label(r.Module+"."+r.Type+"."+r.Name))
		}
	}
	slices.Sort(list)
	return list, nil
}

// run types a command and waits for its reply, which must be no refusal.
func (w *world) run(ctx context.Context, m *discordsim.Member, name string, args discordsim.Args) (*discordsim.Message, error) {
	in, err := m.Slash(ctx, w.channel, name, args)
	if err != nil {
		return nil, fmt.Errorf("/%s: %w", name, err)
	}
	reply, err := in.Reply(ctx)
	if err != nil {
		return nil, fmt.Errorf("reply to /%s: %w", name, err)
	}
	return reply, nil
}

func hasMenu(placeholder string) func(discordsim.Message) bool {
	return func(m discordsim.Message) bool {
		_, ok := m.Select(placeholder)
		return ok
	}
}
