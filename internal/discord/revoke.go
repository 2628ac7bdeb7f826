package discord

import (
	"context"
	"fmt"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// revokeCommand is /cloud-revoke.
func revokeCommand() *command {
	return &command{
		definition: define("cloud-revoke",
			mentionOption("to").required(),
			textOption("project").required().completed().most(32),
			textOption("reason").most(maxReason)),
		access: projectAdmin,
		run:    revoke,
		complete: map[string]func(context.Context, *call, options) ([]choice, error){
			"project": completeProject(project.Admin),
		},
	}
}

func revoke(ctx context.Context, c *call, o options) (picture, error) {
	in := orchestrator.Revocation{Project: o.text("project"), Reason: o.text("reason")}
	if user := o.user("to"); user != nil { // who left the server is one too
		in.UserID = user.ID
	}
	if role := o.role("to"); role != nil {
		in.RoleID = role.ID
	}
	done, err := c.Orchestrator.Revoke(ctx, c.request(), in)
	if err != nil {
		return picture{}, err
	}
	return text(revokeText(done, in.Project)), nil
}

// revokeText says what was taken, and what follows.
func revokeText(done orchestrator.Revoked, slug string) string {
	g := done.Grants[0]
	said := fmt.Sprintf("%s no longer has %s in `%s`. What is being applied goes on.", whose(g), heldText(done.Grants), slug)
	if g.UserID != "" {
		said += " What they have by a role stays."
	}
	if len(done.Sessions) > 0 {
		said += fmt.Sprintf("\nTheir approval no longer counts for: %s.", codes(done.Sessions, 10))
	}
	return said
}
