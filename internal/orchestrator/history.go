package orchestrator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

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

// StackView is everything that is known of a stack.
type StackView struct {
	Project project.Project
	Stack   project.Stack
	Outputs []Output
	State   *store.StateVersion // nil before the first apply
	Holder  *store.Holder       // who may write to its state now; nil: nobody
	Lost    bool                // held by a host that is silent
	// History is its newest sessions, of so many that there are.
	History  []store.Listed
	Sessions int
}

// Stack reads a stack for somebody who may see its project.
func (o *Orchestrator) Stack(ctx context.Context, req Request, slug, name string) (StackView, error) {
	var v StackView
	err := o.store.InTx(ctx, func(tx *store.Tx) error {
		scope, err := o.projectScope(ctx, tx, req, slug)
		if err != nil {
			return err
		}
		if err := scope.Require(req.Person, project.View); err != nil {
			return err
		}
		v = StackView{Project: scope.Project}
		v.Stack, err = tx.StackByName(ctx, scope.Project.ID, strings.TrimSpace(name))
		if errors.Is(err, store.ErrNotFound) {
			return usererr.New(usererr.NotFound, "There is no stack %s in `%s`. Pick one from the list that opens while you type; `/cloud-deploy` makes a new one.", quote(name), scope.Project.Slug)
		}
		if err != nil {
			return fmt.Errorf("read the stack: %w", err)
		}
		if v.State, err = tx.NewestState(ctx, v.Stack.ID); err != nil {
			return err
		}
		raw, err := tx.StackOutputs(ctx, v.Stack.ID)
		if err != nil {
			return err
		}
		return json.Unmarshal(raw, &v.Outputs)
	})
	if err != nil {
		return StackView{}, err
	}
	const newest = 10
	if v.History, v.Sessions, err = o.store.Sessions(ctx, store.SessionFilter{GuildID: req.GuildID, StackID: v.Stack.ID}, store.Page{Limit: newest}); err != nil {
		return StackView{}, err
	}
	v.Holder, err = o.store.StackHolder(ctx, req.GuildID, v.Project.Slug, v.Stack.Name)
	if h := v.Holder; h != nil && h.SeenAt != nil {
		v.Lost = h.RunStatus == store.RunLost || h.Now.Sub(*h.SeenAt) > o.lease
	}
	return v, err
}
