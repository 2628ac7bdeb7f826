package discord

import (
	"slices"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// persona is somebody of the matrix.
type persona struct {
	*discordsim.Member
	name     string
	standing project.Level       // in dev; serverAdmin above all levels
	where    *discordsim.Channel // where they do things
	refusal  string              // what answers all they do about dev, whatever it is
}

// The personas that own something, see scene.
const (
	theRequester = "requester"         // of every deployment, which they may deploy; they approved one
	theAsker     = "who asked"         // for access, and waits
	theExpired   = "expired grant"     // of an admin
	theForeigner = "another server"    // that is served too
	theUnserved  = "a server unserved" // with the bot in it
)

// circumstances are what else decides who may do what.
type circumstances struct {
	archived  bool // dev is
	adminRole bool // the server has one
	approvals int  // that dev takes, not counting the requester's
}

// matrixGroup are people who are played in one world. The worlds run at once.
type matrixGroup struct {
	name string
	circumstances
	people []string
}

func matrixGroups() []matrixGroup {
	var groups []matrixGroup
	for _, archived := range []bool{false, true} {
		name, c := "", circumstances{archived: archived}
		if archived {
			name = ", archived"
		}
		groups = append(groups,
			matrixGroup{"server" + name, c, []string{"owner", "manager", theForeigner}},
			matrixGroup{"admins" + name, c, []string{"admin", "admin by role"}},
			matrixGroup{"deployers" + name, c, []string{"approver", "approver by role", theRequester, "deployer", "deployer by role"}},
			matrixGroup{"others" + name, c, []string{"viewer", "viewer by role", theAsker, theExpired, "revoked grant", "no grant", "left and back", theUnserved, "bot"}},
		)
	}
	return append(groups,
		matrixGroup{"admin role", circumstances{adminRole: true}, []string{"manager", "of the admin role"}},
		matrixGroup{"approvals", circumstances{approvals: 1}, []string{theRequester, "deployer", "approver by role"}},
	)
}

// people makes everybody. Those without access had all of it, where they had any.
func (s *scene) people() {
	w, ops := s.world, s.ops
	add := func(name string, m *discordsim.Member, standing project.Level) *persona {
		p := &persona{Member: m, name: name, standing: standing, where: ops}
		s.personas = append(s.personas, p)
		return p
	}
	add("owner", w.boss, serverAdmin)
	manager := add("manager", w.guild.NewMember("manager", discordsim.ManageGuild), serverAdmin)
	chosen := add("of the admin role", w.guild.NewMember("chosen"), project.NoAccess)
	role := w.guild.NewRole("the admins of all")
	w.guild.Assign(chosen.Member, role)
	if s.adminRole {
		manager.standing, chosen.standing = project.NoAccess, serverAdmin
		_, _, err := s.orch.ChangeSettings(s.ctx, orchestrator.Request{GuildID: s.guild.ID, Person: person(s.boss)}, orchestrator.GuildSettings{AdminRole: &role.ID})
		w.must(err)
	}
	for _, of := range []struct {
		name  string
		level project.Level
	}{{"admin", project.Admin}, {"approver", project.Approve}, {"deployer", project.Deploy}, {"viewer", project.View}} {
		m := w.guild.NewMember(of.name)
		s.grant(project.Grant{UserID: m.ID, Level: of.level})
		add(of.name, m, of.level)
		role := w.guild.NewRole("the " + of.name + "s")
		s.grant(project.Grant{RoleID: role.ID, Level: of.level})
		m = w.guild.NewMember(of.name + "2")
		w.guild.Assign(m, role)
		add(of.name+" by role", m, of.level)
	}
	s.grant(project.Grant{UserID: w.ada.ID, Level: project.Deploy})
	add(theRequester, w.ada, project.Deploy)
	add(theAsker, w.guild.NewMember("asker"), project.NoAccess)
	add("no grant", w.grace, project.NoAccess)

	expired := add(theExpired, w.guild.NewMember("expired"), project.NoAccess)
	ago := s.now.Add(-time.Hour)
	s.ended = s.grant(project.Grant{UserID: expired.ID, Level: project.Admin, GrantedAt: ago.Add(-time.Hour), ExpiresAt: &ago})
	revoked := add("revoked grant", w.guild.NewMember("revoked"), project.NoAccess)
	s.grant(project.Grant{UserID: revoked.ID, Level: project.Admin})
	_, err := w.store.Pool().Exec(w.ctx, "update grants set revoked_at = now(), revoked_by = $1 where user_id = $2", w.boss.ID, revoked.ID)
	w.must(err)
	back := add("left and back", w.guild.NewMember("back"), project.NoAccess)
	joined := back.JoinedAt()
	s.grant(project.Grant{UserID: back.ID, Level: project.Admin, MemberSince: &joined})
	back.Leave()
	back.Rejoin()

	foreigner := add(theForeigner, s.there.Owner(), serverAdmin)
	foreigner.where, foreigner.refusal = s.there.NewTextChannel("ops"), "There is no |no longer |somebody else's access"
	unserved := add(theUnserved, s.alien.Owner(), serverAdmin)
	unserved.where, unserved.refusal = s.alien.NewTextChannel("ops"), "This bot does not serve this server"
	s.guest, s.stranger = w.guild.NewMember("guest"), s.there.NewMember("stranger")
	s.grant(project.Grant{UserID: s.guest.ID, Level: project.View})
	robot := add("bot", w.guild.NewMember("robot", discordsim.ManageGuild), serverAdmin)
	robot.SetBot(true)
	robot.refusal = "Bots deploy nothing"
	s.grant(project.Grant{UserID: robot.ID, Level: project.Admin})
}

// grant puts a grant in dev, and returns its id.
func (s *scene) grant(g project.Grant) int64 {
	s.t.Helper()
	s.must(s.store.InTx(s.ctx, func(tx *store.Tx) error {
		p, err := tx.ProjectBySlug(s.ctx, s.guild.ID, "dev")
		if err != nil {
			return err
		}
		g.GuildID, g.ProjectID, g.GrantedBy = s.guild.ID, p.ID, s.boss.ID
		if g.GrantedAt.IsZero() {
			g.GrantedAt = tx.Now
		}
		g, err = tx.PutGrant(s.ctx, g)
		return err
	}))
	return g.ID
}

// who finds a persona by name.
func (s *scene) who(name string) *persona {
	s.t.Helper()
	i := slices.IndexFunc(s.personas, func(p *persona) bool { return p.name == name })
	if i < 0 {
		s.t.Fatalf("nobody is called %q", name)
	}
	return s.personas[i]
}
