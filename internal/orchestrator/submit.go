package orchestrator

import (
	"context"
	"reflect"
	"slices"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// submit asks for a plan of the resources: validation follows in the same
// transaction, and with it either the reasons against it or the plan's run.
func (c *change) submit(ctx context.Context, action string, resources []project.Resource, detail any) error {
	if err := c.dropRun(ctx, store.RunSuperseded); err != nil {
		return err
	}
	next, err := c.s.Submit(resources, c.stack, c.at())
	if err != nil {
		return err
	}
	c.s = next
	return c.validate(ctx, action, detail)
}

// outdated reports whether the plan is for another world than there is now: the
// state has changed, or what the stack desires has since the session's resources
// were last brought up to it. A failed apply may change the one and not the other.
// Or it was judged by other policies.
func (c *change) outdated() bool {
	same := func(a, b project.Resource) bool { return reflect.DeepEqual(a, b) }
	return c.s.Plan == nil || c.s.Plan.Policies != c.o.policies || c.s.Plan.State != c.stack.State || !slices.EqualFunc(c.s.Base, c.stack.Resources, same)
}

// stale voids the plan because the stack or the configuration has changed, and
// asks for a new one.
func (c *change) stale(ctx context.Context, why string) error {
	if err := c.dropRun(ctx, store.RunSuperseded); err != nil {
		return err
	}
	next, err := c.s.Stale(c.stack, c.at())
	if err != nil {
		return err
	}
	c.s = next
	return c.validate(ctx, "session.stale", map[string]any{"why": why})
}

// validate places the session's resources, and accepts it and queues its plan, or
// rejects it with every reason. A session that was cleared has nothing to validate.
func (c *change) validate(ctx context.Context, action string, detail any) error {
	if c.s.State != session.Validating {
		return c.save(ctx, action, detail)
	}
	c.place()
	problems, err := c.problems(ctx)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		c.s, err = c.s.Reject(problems, c.at())
	} else {
		var run store.Run
		if run, err = c.queueRun(ctx, store.RunPlan); err != nil {
			return err
		}
		c.s, err = c.s.Accept(run.ID, c.at())
	}
	if err != nil {
		return err
	}
	return c.save(ctx, action, detail)
}

// problems lists every reason why the session cannot be planned.
func (c *change) problems(ctx context.Context) ([]string, error) {
	problems := c.misplaced(c.s.Resources)
	faults := c.o.Catalog().Validate(c.scope.Project.Provider, c.stack.Region, c.s.Resources)
	if len(problems) > 0 { // it is said already, with the regions that would do
		faults = slices.DeleteFunc(faults, func(f catalog.Fault) bool { return f.Resource == "" && f.Field == catalog.RegionField })
	}
	for _, f := range append(faults, c.o.Catalog().Lacking(c.scope.Project.Provider, c.stack.Region, c.s.Resources, c.stack.Resources)...) {
		problems = append(problems, f.String())
	}
	if err := c.decide(ctx); err != nil {
		return nil, err
	}
	problems = append(problems, c.scope.Desired(c.stack, c.s.Resources, c.s.Tags)...)
	over, err := c.overQuota(ctx)
	return append(problems, over...), err
}
