package discord

import (
	"context"
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// The buttons of what was applied: each does what a command does, for who presses
// it, with the stack as it is now, whatever became of it since the lobby was drawn.

// onStack runs a command on the stack of a lobby. One in which nothing stands any
// more is not begun anew by a button that was for something else; the command does
// that.
func onStack(least project.Level, run func(context.Context, *call, options) (picture, error)) pressed {
	return onLobby(func(c *call, ctx context.Context, r route) error {
		if err := c.think(ctx); err != nil {
			return err
		}
		l, err := c.Orchestrator.View(ctx, c.request(), r.Session, least)
		if err != nil {
			return err
		}
		if !l.Stack.Stands() {
			return usererr.New(usererr.Stale, "Nothing stands in `%[1]s` any more. Nothing was done. `/cloud-show project:%[2]s stack:%[1]s` has its history; `/cloud-deploy project:%[2]s stack:%[1]s` begins it anew.",
				l.Stack.Name, l.Project.Slug)
		}
		said, err := run(ctx, c, options{values: map[string]any{"project": l.Project.Slug, "stack": l.Stack.Name}})
		if err != nil {
			return err
		}
		return c.say(ctx, said)
	})
}

// deployOnce is /cloud-deploy. A button is easily pressed twice: that opens one.
func deployOnce(ctx context.Context, c *call, o options) (picture, error) {
	return c.deployment(ctx, o, true)
}

// destroyOnce is /cloud-deploy with destroy, which opens one too.
func destroyOnce(ctx context.Context, c *call, o options) (picture, error) {
	o.values["destroy"] = true
	return c.deployment(ctx, o, true)
}

// showOutputs is the part of /cloud-show for which people come back: every output, in
// full.
func showOutputs(ctx context.Context, c *call, o options) (picture, error) {
	v, err := c.Orchestrator.Stack(ctx, c.request(), o.text("project"), o.text("stack"))
	if err != nil {
		return picture{}, err
	}
	return outputsPicture(v), nil
}

// outputsPicture is the outputs in a message, or in a file where they are longer.
func outputsPicture(v orchestrator.StackView) picture {
	head := fmt.Sprintf("**Outputs of %s · %s**", v.Project.Slug, v.Stack.Name)
	if v.State != nil {
		head += " · saved " + relative(v.State.SavedAt)
	}
	if len(v.Outputs) == 0 {
		return text(head + "\nThere are none.")
	}
	lines, file := []string{head}, []string(nil)
	for _, o := range v.Outputs {
		lines = append(lines, outputLine(o, code, maxContent))
		// Discord draws no markup in a file.
		file = append(file, outputLine(o, func(s string, _ int) string { return printable(s) }, 0))
	}
	said := strings.Join(lines, "\n")
	if size(said) <= maxContent {
		return picture{Content: said}
	}
	p := text(head + "\n" + count(len(file), "output") + ", in the file.")
	p.Files = []*discordgo.File{{Name: "outputs.txt", ContentType: "text/plain; charset=utf-8", Reader: strings.NewReader(strings.Join(file, "\n") + "\n")}}
	return p
}
