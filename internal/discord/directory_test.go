package discord

import (
	"errors"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// Who somebody is now is the same whether Discord is asked or says it with an
// interaction.
func TestDirectory(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true})
	directory := get(NewDirectory(w.app.Token, w.sim.URL()))(w)
	ops := w.guild.NewRole("ops")
	manager := w.guild.NewMember("manager", discordsim.ManageGuild)
	admin := w.guild.NewMember("admin", discordsim.Administrator)
	w.guild.Assign(w.ada, ops)
	byManage, byRole := project.Guild{ID: w.guild.ID}, project.Guild{ID: w.guild.ID, AdminRole: ops.ID}
	for name, c := range map[string]struct {
		who   *discordsim.Member
		guild project.Guild
		admin bool
	}{
		"the owner":                  {w.boss, byManage, true},
		"the owner without the role": {w.boss, byRole, true},
		"an administrator":           {admin, byRole, true},
		"who manages the server":     {manager, byManage, true},
		"who manages it, by role":    {manager, byRole, false},
		"who has the role":           {w.ada, byRole, true},
		"who has a role":             {w.ada, byManage, false},
		"somebody":                   {w.grace, byRole, false},
	} {
		p := get(directory.Member(w.ctx, c.guild, c.who.ID))(w)
		if p.UserID != c.who.ID || p.GuildAdmin != c.admin || !p.JoinedAt.Equal(c.who.JoinedAt()) || len(p.Roles) != len(c.who.Roles()) {
			t.Errorf("%s: %+v", name, p)
		}
	}
	w.guild.Everyone().SetPermissions(discordsim.DefaultPermissions | discordsim.ManageGuild)
	if p := get(directory.Member(w.ctx, byManage, w.grace.ID))(w); !p.GuildAdmin {
		t.Error("what everyone may do is left out")
	}
	w.grace.Leave()
	if _, err := directory.Member(w.ctx, byManage, w.grace.ID); !errors.Is(err, orchestrator.ErrNotMember) {
		t.Errorf("who left: %v", err)
	}
	for name, unknown := range map[string]error{
		"a server that the bot is not in": second(directory.Member(w.ctx, project.Guild{ID: "1"}, w.ada.ID)),
		"a Discord that does not answer":  second(get(NewDirectory(w.app.Token, "http://127.0.0.1:1"))(w).Member(w.ctx, byManage, w.ada.ID)),
	} {
		if unknown == nil || errors.Is(unknown, orchestrator.ErrNotMember) {
			t.Errorf("%s: %v", name, unknown)
		}
	}
}

func second[T any](_ T, err error) error { return err }
