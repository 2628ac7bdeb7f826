package discord

import (
	"context"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// adminCancelCommand is /cloud-admin-cancel.
func adminCancelCommand() *command {
	return &command{
		definition: define("cloud-admin-cancel",
			textOption("deployment").required().completed().most(32),
			textOption("reason").required().most(mostReason)),
		access:   projectAdmin,
		run:      adminCancel,
		complete: map[string]func(context.Context, *call, options) ([]choice, error){"deployment": completeOpen(project.Admin, false)},
	}
}

// mostReason is the longest reason that is taken: it must fit into what is posted.
const mostReason = 300

func adminCancel(ctx context.Context, c *call, o options) (picture, error) {
	id := o.text("deployment")
	done, err := c.Orchestrator.AdminCancel(ctx, c.request(), id, o.text("reason"))
	if err != nil {
		return picture{}, err
	}
	p := c.cancelled(ctx, id, done)
	p.Content += " Whoever asked for it is told why."
	return p, nil
}
