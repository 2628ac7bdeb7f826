package orchestrator

import (
	"context"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// GuildSettings are what is to change about a guild. Nil: it stays.
type GuildSettings struct {
	AdminRole       *string // empty: those who manage the server are admins again
	RequestsChannel *string // empty: requests are posted where they are made
	// Managed: the admin role is one that Discord gives and takes by itself.
	Managed bool
}

// Settings says what was decided about the guild.
func (o *Orchestrator) Settings(ctx context.Context, req Request) (project.Guild, error) {
	if err := requireGuildAdmin(req); err != nil {
		return project.Guild{}, err
	}
	return o.store.Guild(ctx, req.GuildID)
}

// ChangeSettings changes what was decided about the guild.
func (o *Orchestrator) ChangeSettings(ctx context.Context, req Request, in GuildSettings) (before, after project.Guild, err error) {
	if err := requireGuildAdmin(req); err != nil {
		return before, after, err
	}
	switch role := in.AdminRole; {
	case role != nil && *role == req.GuildID: // Discord's id of @everyone
		return before, after, usererr.New(usererr.Invalid, "With @everyone as the admin role, everybody would be an admin. Nothing was changed. Choose another role.")
	case role != nil && in.Managed:
		return before, after, usererr.New(usererr.Invalid, "<@&%s> is given and taken by Discord or by a bot, not by people. Nothing was changed. Choose another role.", *role)
	}
	err = o.inTx(ctx, req, func(tx *store.Tx) error {
		if before, err = tx.LockGuild(ctx, req.GuildID); err != nil {
			return err
		}
		after = before
		if in.AdminRole != nil {
			after.AdminRole = *in.AdminRole
		}
		if in.RequestsChannel != nil {
			after.RequestsChannel = *in.RequestsChannel
		}
		if after == before {
			return nil
		}
		if err := tx.SaveGuild(ctx, after); err != nil {
			return err
		}
		return tx.Audit(ctx, store.Entry{GuildID: req.GuildID, Actor: req.Person.UserID, Action: "guild.settings", Subject: "guild/" + req.GuildID,
			Before: auditedGuild(before), After: auditedGuild(after), InteractionID: req.InteractionID})
	})
	return before, after, err
}

func auditedGuild(g project.Guild) map[string]any {
	return map[string]any{"admin_role": g.AdminRole, "requests_channel": g.RequestsChannel}
}

func requireGuildAdmin(req Request) error {
	if req.Person.GuildAdmin {
		return nil
	}
	return usererr.New(usererr.Denied, "The engine's settings in this server are its admins'. Nothing was changed. Ask somebody with Manage Server.")
}
