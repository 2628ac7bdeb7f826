package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/credentials"
	"github.com/cloud-engine/cloudengine/internal/jobs"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/rego"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// ErrNothingToDo: the run has ended, or is somebody else's. Its driver stops.
var ErrNothingToDo = errors.New("the run needs nothing from this driver")

// PlanTask is what a plan run works on.
type PlanTask struct {
	Run        store.Run
	Files      map[string][]byte // configuration
	ConfigHash string
	State      []byte // nil for a stack that does not exist
	StateMeta  project.StateMeta
	Session    rego.Session // as policies see it
	Replace    []string     // addresses of what is to be made anew
	Secrets    []string     // what the configuration holds that is not to be shown
	// Credentials are those of the project, to be taken on the host.
	Credentials credentials.Use
	Usage       cost.Usage      // of the project, for the estimate
	Plugins     catalog.Plugins // that Terraform needs
}

// BeginPlan gives a queued plan run to the host, with all that it needs. With an
// error the task names the run as it was, where there is one.
func (o *Orchestrator) BeginPlan(ctx context.Context, runID int64, hostID string) (PlanTask, error) {
	var task PlanTask
	err := o.onRun(ctx, runID, func(c *change, run store.Run) error {
		if run.Kind != store.RunPlan || run.Status != store.RunQueued || run.ID != c.s.RunID {
			return ErrNothingToDo
		}
		task.Run = run
		composed, err := c.compose()
		if err != nil {
			return err
		}
		state, err := c.tx.State(ctx, c.stack.ID)
		if err != nil {
			return err
		}
		replace, err := plan.Present(state, c.s.Replacing)
		if err != nil {
			return err
		}
		if run.Fence, err = c.tx.StartRun(ctx, run.ID, hostID); err != nil {
			return err
		}
		task = PlanTask{Run: run, Files: composed.Files, ConfigHash: composed.Hash, State: state, StateMeta: c.stack.State, Session: c.judged(), Replace: replace, Secrets: composed.Secrets,
			Credentials: profileOf(c.scope.Project), Usage: c.scope.Project.Usage, Plugins: composed.Plugins}
		return c.oweLobby(ctx)
	})
	return task, err
}

// judged is what policies see of the session.
func (c *change) judged() rego.Session {
	s := rego.Session{
		ID: c.s.ID, Requester: c.s.Requester, Roles: c.s.RequesterAs.Roles, Project: c.scope.Project.Slug, Provider: c.scope.Project.Provider,
		Stack: c.stack.Name, Region: c.stack.Region, Regions: c.regions(), Destroy: c.s.Destroy, Tags: c.s.Tags,
	}
	for _, r := range c.s.Resources {
		s.Resources = append(s.Resources, rego.Resource(r))
	}
	return s
}

// regions are all in which something would stand; of what is destroyed, in which it may.
func (c *change) regions() []string {
	if c.s.Destroy {
		return c.stack.Standing()
	}
	return c.stack.With(c.s.Resources)
}

// compose writes the configuration of the session's resources.
func (c *change) compose() (catalog.Composed, error) {
	return c.o.composeStack(c.scope.Project, c.stack, c.s.Resources, c.s.Tags, false)
}

// composeStack writes the configuration of a stack with the resources and tags, which
// may be what stands, as it is.
func (o *Orchestrator) composeStack(p project.Project, st project.Stack, resources []project.Resource, tags map[string]string, standing bool) (catalog.Composed, error) {
	composed, err := o.Catalog().Compose(catalog.Composition{
		Provider: p.Provider, Region: st.Region, Besides: project.RegionsOf(slices.Concat(st.Resources, st.Held)), Resources: resources, Settings: o.settings,
		Labels: labelsOf(p, st, tags), Standing: standing,
	})
	if err != nil {
		return catalog.Composed{}, fmt.Errorf("compose the configuration: %w", err)
	}
	composed.Hash = withProfile(composed.Hash, p.Credentials)
	return composed, nil
}

// neverExpires is the expiry of a stack: none ends by itself.
const neverExpires = "never"

// labelsOf are what everything in the cloud is tagged with: whose it is, and what
// people want to read there. They may name another owner than who made the stack.
func labelsOf(p project.Project, st project.Stack, tags map[string]string) map[string]string {
	owned := project.MergeTags(map[string]string{"owner": st.CreatedBy}, tags)
	return project.MergeTags(owned, map[string]string{"managed-by": "cloud-engine", "guild": p.GuildID, "project": p.Slug, "stack": st.Name, "expiry": neverExpires})
}

// onRun locks a run's session, then the run, and runs fn on both.
func (o *Orchestrator) onRun(ctx context.Context, runID int64, fn func(c *change, run store.Run) error) error {
	run, err := o.store.Run(ctx, runID)
	if errors.Is(err, store.ErrNotFound) {
		return ErrNothingToDo
	}
	if err != nil {
		return err
	}
	return o.onSession(ctx, engineRequest(run.GuildID), run.SessionID, func(c *change) error {
		locked, err := c.tx.LockRun(ctx, runID)
		if err != nil {
			return fmt.Errorf("lock run: %w", err)
		}
		return fn(c, locked)
	})
}

// Planned is what a plan run brings back.
type Planned struct {
	Task    PlanTask
	Digest  plan.Digest
	SHA256  string            // of the plan file, hex
	Files   map[string][]byte // what an apply needs: configuration, lock file, plan file
	Secrets []string          // to mask in the apply's output
	// Findings are what the policies of the hash found in it.
	Findings []plan.Finding
	Policies string
	Costs    Estimated
}

// Planned records a plan. The plan of a session that has gone on is dropped; one
// that was made against a state which has changed since, or judged by policies
// that are no longer those, is made again.
func (o *Orchestrator) Planned(ctx context.Context, in Planned) error {
	return o.onRun(ctx, in.Task.Run.ID, func(c *change, run store.Run) error {
		if run.Status != store.RunRunning || run.Fence != in.Task.Run.Fence || run.ID != c.s.RunID {
			return ErrNothingToDo
		}
		p := session.Plan{RunID: run.ID, Digest: in.Digest, SHA256: in.SHA256, ConfigHash: in.Task.ConfigHash, State: in.Task.StateMeta, At: c.tx.Now,
			Findings: in.Findings, Policies: in.Policies, Cost: in.Costs.cost(in.Digest)}
		if err := c.tx.InsertPlan(ctx, c.s, p, in.Files, in.Secrets); err != nil {
			return err
		}
		if err := c.tx.SaveEstimate(ctx, p.RunID, in.Costs.Estimate); err != nil {
			return err
		}
		next, err := c.s.Planned(p, c.at())
		if err != nil {
			return err
		}
		c.s = next
		if err := c.settleHeld(ctx); err != nil {
			return err
		}
		exit := 0
		if err := c.tx.EndRun(ctx, run.ID, store.RunSucceeded, &exit); err != nil {
			return err
		}
		if err := c.save(ctx, "session.planned", map[string]any{"summary": in.Digest.Summary(), "sha256": in.SHA256, "denied": len(p.Denied())}); err != nil {
			return err
		}
		return c.afterPlan(ctx)
	})
}

// settleHeld believes a plan without changes: the state is as described, so that
// what may have been left by an apply that failed is not there, nor costs anything.
func (c *change) settleHeld(ctx context.Context) error {
	if lost, err := c.tx.LostRun(ctx, c.stack.ID); err != nil || lost != nil {
		return err // what a lost host still does is in no state
	}
	costs := c.s.Plan.Cost.Left(true)
	if !c.s.Plan.Digest.Empty() || c.outdated() || costs == nil && slices.EqualFunc(c.stack.Held, c.s.Resources, sameThere) {
		return nil
	}
	c.stack.Held, c.stack.Cost = c.s.Resources, costs
	if err := c.tx.SaveStack(ctx, c.stack, nil); err != nil {
		return err
	}
	return c.alertBudget(ctx)
}

func sameThere(a, b project.Resource) bool {
	return a.Label() == b.Label() && slices.Equal(a.Regions, b.Regions)
}

// afterPlan makes the plan again if the stack has moved on, else asks those for
// approval who must give it.
func (c *change) afterPlan(ctx context.Context) error {
	writers, err := c.tx.OtherSessions(ctx, c.stack.ID, c.s.ID, session.Applying)
	if err != nil {
		return err
	}
	// While another session applies, the state moves all the time; its end makes
	// this plan stale, once.
	if c.outdated() && len(writers) == 0 {
		c.was = c.s.State
		return c.stale(ctx, "the stack or the policies changed while the plan was made")
	}
	return c.askForApproval(ctx)
}

// askForApproval pings those who must approve the plan, if anybody can now.
func (c *change) askForApproval(ctx context.Context) error {
	if c.s.Plan.Digest.Empty() || c.scope.Project.Rules.Approvals.Needed == 0 || len(c.scope.Blocked(c.s)) > 0 {
		return nil
	}
	users, roles := c.scope.Approvers(c.s.Requester)
	return c.tx.Owe(ctx, store.Post{GuildID: c.s.GuildID, Lane: store.LobbyLane(c.s.ID), Kind: store.PostNotice, SessionID: c.s.ID,
		MentionUsers: users, MentionRoles: roles})
}

// PlanFailed records why there is no plan.
func (o *Orchestrator) PlanFailed(ctx context.Context, taken store.Run, exitCode *int, f session.Failure) error {
	return o.onRun(ctx, taken.ID, func(c *change, run store.Run) error {
		if run.Status.Ended() || run.Fence != taken.Fence || run.ID != c.s.RunID {
			return ErrNothingToDo
		}
		next, err := c.s.Fail(f, c.at())
		if err != nil {
			return err
		}
		c.s = next
		if err := c.tx.EndRun(ctx, run.ID, store.RunFailed, exitCode); err != nil {
			return err
		}
		return c.save(ctx, "session.plan_failed", map[string]any{"summary": f.Summary, "reference": f.Reference})
	})
}

// PlanLost queues a plan run again that the host had begun and lost: a plan
// changes nothing, so it is simply run again. What another host has taken up
// since is that one's.
func (o *Orchestrator) PlanLost(ctx context.Context, runID int64, hostID string) error {
	return o.onRun(ctx, runID, func(c *change, run store.Run) error {
		if run.Status != store.RunRunning || run.Kind != store.RunPlan || run.HostID == nil || *run.HostID != hostID {
			return ErrNothingToDo
		}
		return c.planLost(ctx, run)
	})
}

func (c *change) planLost(ctx context.Context, run store.Run) error {
	if err := c.tx.RequeueRun(ctx, run.ID, *run.HostID); err != nil {
		return err
	}
	return c.o.drive(ctx, c.tx, run, jobs.QueueRuns)
}
