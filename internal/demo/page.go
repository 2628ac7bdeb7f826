package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/discordweb"
)

// unhurried is how long the creation of a resource takes, in seconds: people want to
// see it, and to restart the bot in the middle.
const unhurried = 5

// Show opens the demo as a page in which people play themselves, and returns when
// ctx ends.
func Show(ctx context.Context, o Options) (err error) {
	w, err := open(ctx, o, map[string]any{"sandbox_seconds": unhurried})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close(context.WithoutCancel(ctx))) }()
	if err := within(ctx, w.furnish); err != nil {
		return err
	}
	w.screen.step("Project", "dev, on the sandbox: grace deploys, linus approves, barbara sees, eve is a stranger")
	address, token := discordweb.Address(w.sim)
	warning := ""
	if token != "" {
		warning = "Others on your network may reach this page: who has its address may be anybody here, and everything in it can be seen on the way."
		w.screen.note("Warning: %s", warning)
	}
	page := discordweb.New(w.sim, discordweb.Options{
		Title: "Cloud Engine", Version: w.version, Token: token, Warning: warning, Tour: tour(), Faults: true,
		Restart: w.restart, Reset: w.reset, Note: w.note, Logger: w.logger(),
	})
	w.sim.Mount(page)
	w.screen.note("Open %s in a browser. Press Ctrl-C to end it.", address)
	if o.Open != nil {
		if err := o.Open(page.Ticket()); err != nil {
			w.screen.step("Browser", "could not be opened: "+err.Error())
		}
	}
	<-ctx.Done()
	return nil
}

// furnish is what the admin of a server does first: a project, its limits, and who
// may do what in it.
func (w *world) furnish(ctx context.Context) error {
	deeds := []struct {
		command string
		args    discordsim.Args
		answer  string // a part of what the bot answers where it was done
	}{
		{"cloud-create-project", discordsim.Args{"project_id": "dev", "provider": "sandbox", "approvals": 1}, "is created"},
		{"cloud-set-quota", discordsim.Args{"project": "dev", "limit": "stacks", "value": 5}, "**5**"},
		{"cloud-set-quota", discordsim.Args{"project": "dev", "limit": "kind", "kind": "compute_vm", "value": 3}, "**3**"},
		{"cloud-grant", discordsim.Args{"project": "dev", "level": "deploy", "to": w.role("developers")}, "has `deploy`"},
		{"cloud-grant", discordsim.Args{"project": "dev", "level": "approve", "to": w.role("approvers")}, "has `approve`"},
		{"cloud-grant", discordsim.Args{"project": "dev", "level": "view", "to": w.people[barbara]}, "has `view`"},
	}
	for _, d := range deeds {
		reply, err := w.command(ctx, w.people[ada], d.command, d.args)
		if err != nil {
			return err
		}
		if !strings.Contains(reply.Text(), d.answer) {
			return fmt.Errorf("/%s was answered with %q", d.command, reply.Text())
		}
	}
	return nil
}

// restart stops the bot and starts it anew on what it left. Applies go on
// meanwhile.
func (w *world) restart(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.life.Err(); err != nil {
		return err
	}
	if err := w.stopBot(ctx); err != nil {
		return fmt.Errorf("stop the bot: %w", err)
	}
	if err := w.boot(w.life); err != nil {
		return fmt.Errorf("start the bot: %w", err)
	}
	return nil
}

// reset begins afresh: a new server with people of the same names, an empty
// database, nothing deployed. The local Discord goes on, so that the page stays
// connected; what was before goes last, so that nobody sees an empty place.
func (w *world) reset(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.life.Err(); err != nil {
		return err
	}
	if err := errors.Join(w.stopBot(ctx), w.endRuns(ctx)); err != nil {
		return fmt.Errorf("end what runs: %w", err)
	}
	w.fresh++
	if err := errors.Join(w.makeData(), w.makeDatabase(ctx)); err != nil {
		return err
	}
	w.makeGuild()
	if err := w.boot(w.life); err != nil {
		return fmt.Errorf("start the bot: %w", err)
	}
	if err := within(w.life, w.furnish); err != nil {
		return err
	}
	for _, g := range w.sim.Guilds() {
		if g != w.guild {
			g.Delete()
		}
	}
	return nil
}
