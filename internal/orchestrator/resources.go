package orchestrator

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Form is what somebody typed for one resource.
type Form struct {
	Session string
	Seen    int // generation of the picture that was acted on
	Kind    string
	Editing string // label of the resource that is edited; empty: a new one
	Raw     map[string]string
}

// FormError lists everything that is wrong with a form.
type FormError struct{ Faults []catalog.Fault }

func (e *FormError) Error() string { return fmt.Sprintf("the form has %d faults", len(e.Faults)) }

// PutResource adds or edits a resource. A form with faults is a *FormError and
// changes nothing.
func (o *Orchestrator) PutResource(ctx context.Context, req Request, form Form) error {
	return o.onSession(ctx, req, form.Session, func(c *change) error {
		if err := c.mayEdit(ctx, form.Seen, form.Editing != ""); err != nil {
			return err
		}
		if err := c.notDestroying(); err != nil {
			return err
		}
		kind, ok := o.Catalog().Kind(c.scope.Project.Provider, form.Kind)
		if !ok {
			return usererr.New(usererr.NotFound, "There is no kind %s on `%s`. Nothing was changed. Pick one from the lobby's list.", quote(form.Kind), c.scope.Project.Provider)
		}
		resource, faults := kind.Check(form.Raw)
		if len(faults) > 0 {
			return &FormError{Faults: faults}
		}
		resources, err := put(c.s.Resources, normalized(resource), form.Editing)
		if err != nil {
			return err
		}
		if faults := c.lacking(resource.Label(), resources); len(faults) > 0 {
			return &FormError{Faults: faults}
		}
		action := "session.add_resource"
		if form.Editing != "" {
			action = "session.edit_resource"
		}
		return c.submit(ctx, action, resources, map[string]any{"resource": resource.Label()})
	})
}

// put returns the resources with one more, or one replaced.
func put(resources []project.Resource, r project.Resource, editing string) ([]project.Resource, error) {
	resources = slices.Clone(resources)
	at := slices.IndexFunc(resources, func(x project.Resource) bool { return x.Label() == editing })
	if editing != "" && at < 0 {
		return nil, usererr.New(usererr.Stale, "`%s` is no longer part of this deployment. Nothing was changed. Look at the lobby again.", editing)
	}
	for i, x := range resources {
		if x.Label() == r.Label() && i != at {
			return nil, &FormError{Faults: []catalog.Fault{{Field: catalog.NameField, Label: "Name", Got: r.Name,
				Expected: "a name that no other " + r.Kind + " of this stack has"}}}
		}
	}
	if editing == "" {
		return append(resources, r), nil
	}
	resources[at] = r
	return resources, nil
}

// normalized brings values to the types that a JSON column gives back, so that
// values from memory and from Postgres compare equal.
func normalized(r project.Resource) project.Resource {
	raw, err := json.Marshal(r.Values)
	if err != nil {
		return r // the catalog gives JSON values only
	}
	values := map[string]any{}
	if json.Unmarshal(raw, &values) == nil {
		r.Values = values
	}
	return r
}

// RemoveResource takes a resource out.
func (o *Orchestrator) RemoveResource(ctx context.Context, req Request, id string, seen int, label string) error {
	return o.onSession(ctx, req, id, func(c *change) error {
		if err := c.mayEdit(ctx, seen, true); err != nil {
			return err
		}
		if err := c.notDestroying(); err != nil {
			return err
		}
		if _, ok := c.s.Resource(label); !ok {
			return usererr.New(usererr.Stale, "%s is no longer part of this deployment. Nothing was changed. Look at the lobby again.", quote(label))
		}
		rest := slices.DeleteFunc(slices.Clone(c.s.Resources), func(r project.Resource) bool { return r.Label() == label })
		return c.submit(ctx, "session.remove_resource", rest, map[string]any{"resource": label})
	})
}

// Refresh plans again: against the state as it is now, or after a failure.
func (o *Orchestrator) Refresh(ctx context.Context, req Request, id string, seen int) error {
	return o.onSession(ctx, req, id, func(c *change) error {
		if err := c.mayEdit(ctx, seen, true); err != nil {
			return err
		}
		return c.submit(ctx, "session.refresh", c.s.Resources, nil)
	})
}

// mayEdit refuses people without `deploy`, projects that are archived, sessions
// that cannot be submitted now, and, where what was seen matters, clicks on an
// older picture.
func (c *change) mayEdit(ctx context.Context, seen int, sawMatters bool) error {
	if err := c.scope.Require(c.req.Person, project.Deploy); err != nil {
		return err
	}
	if err := c.scope.RequireOpen(); err != nil {
		return err
	}
	if !c.s.State.Can(session.EventSubmit) {
		return c.wrongState("changed")
	}
	if sawMatters {
		if err := c.sawNewest(seen); err != nil {
			return err
		}
	}
	return c.notOvertaken(ctx)
}

// notDestroying refuses to put resources into a deployment that destroys them all.
func (c *change) notDestroying() error {
	if !c.s.Destroy {
		return nil
	}
	return usererr.New(usererr.Conflict, "This deployment destroys all of `%s`: nothing can be added to it, edited or taken out. Nothing was changed. Cancel it and start another with `/cloud-deploy` to change the stack.", c.stack.Name)
}

// notOvertaken refuses to take up a session that failed while a newer one holds
// the stack.
func (c *change) notOvertaken(ctx context.Context) error {
	if c.s.State != session.Failed {
		return nil
	}
	newest, err := c.tx.NewestSession(ctx, c.stack.ID)
	if err != nil || newest == c.s.ID {
		return err
	}
	return usererr.New(usererr.Conflict, "A newer deployment of `%s` exists, so this one cannot be planned again. Nothing was changed. Go on there, or start one with `/cloud-deploy`.", c.stack.Name)
}
