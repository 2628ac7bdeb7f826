package discord

import (
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
)

func TestGoldenProjects(t *testing.T) {
	t.Parallel()
	byRole, prod, old := seen("dev", project.Deploy), seen("prod", project.View), seen("old", project.Admin)
	byRole.Role, byRole.ExpiresAt = "55", at(time.Hour)
	prod.ExpiresAt, prod.Rules.Approvals = at(time.Hour), project.ApprovalRule{Needed: 2, RequesterCounts: true}
	old.ArchivedAt, old.Rules.Approvals = at(0), project.ApprovalRule{Needed: 1, Role: "56"}
	l := listing{List: listProjects}
	golden(t, "list/projects", draw(l.projects([]store.Seen{byRole, old, prod}, 3, false)))
	golden(t, "list/projects-admin", draw(l.projects([]store.Seen{seen("dev", project.Admin)}, 11, true)))
	golden(t, "list/projects-none", draw(l.projects(nil, 0, false))+draw(l.projects(nil, 0, true)))
}

// Nobody reads the name of a project that they have no access to.
func TestProjectsList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-create-project", discordsim.Args{"project_id": "prod", "provider": "sandbox"}))
	list := func(m *discordsim.Member) string {
		t.Helper()
		return w.says(m.Slash(w.ctx, w.ops, "cloud-projects", nil))
	}
	if got := list(w.ada); !strings.Contains(got, "**dev** · `deploy`") || strings.Contains(got, "prod") || !strings.Contains(got, "1 in all") {
		t.Errorf("a deployer: %s", got)
	}
	if got := list(w.grace); strings.Contains(got, "dev") || !strings.Contains(got, "/cloud-request") {
		t.Errorf("a stranger: %s", got)
	}
	if got := list(w.boss); !strings.Contains(got, "**dev** · `admin`") || !strings.Contains(got, "**prod**") {
		t.Errorf("the owner: %s", got)
	}
}
