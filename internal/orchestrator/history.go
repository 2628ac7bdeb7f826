package orchestrator

import (
	"context"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// mostProjects is how many projects one list or file is about at most.
const mostProjects = 1000

// Administered returns the projects of which an admin may see everything: the one
// that is named, else all that the person administers. Nil stands for every
// project of the guild. Who administers none is refused.
func (o *Orchestrator) Administered(ctx context.Context, req Request, slug string) ([]int64, error) {
	if slug != "" {
		var id int64
		err := o.store.InTx(ctx, func(tx *store.Tx) error {
			scope, err := o.projectScope(ctx, tx, req, slug)
			if err != nil {
				return err
			}
			id = scope.Project.ID
			return scope.Require(req.Person, project.Admin)
		})
		return []int64{id}, err
	}
	if req.Person.GuildAdmin {
		return nil, nil
	}
	projects, err := o.store.VisibleProjects(ctx, req.GuildID, req.Person, project.Admin, "", mostProjects)
	if err != nil {
		return nil, err
	}
	if len(projects) == 0 {
		return nil, usererr.New(usererr.Denied, "This is for admins of a project, and you are an admin of none. Nothing was changed. `/cloud-list` shows your own deployments; `/cloud-request level:admin` asks for more.")
	}
	ids := make([]int64, len(projects))
	for i, p := range projects {
		ids[i] = p.ID
	}
	return ids, nil
}
