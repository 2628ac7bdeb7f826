package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"syscall"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/credentials"
	"github.com/cloud-engine/cloudengine/internal/mask"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/rego"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/terraform"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// plan drives a plan run: begin, run Terraform, report.
func (w *Worker) plan(ctx context.Context, runID int64) error {
	task, err := w.Orchestrator.BeginPlan(ctx, runID, w.HostID)
	if err != nil {
		return w.planNotBegun(ctx, task.Run, err)
	}
	ctx, stop := w.untilEnded(ctx, runID)
	defer stop()
	var planned terraform.Planned
	var found []plan.Finding
	var costs orchestrator.Estimated
	taken, err := w.Credentials.Take(ctx, task.Credentials)
	if err == nil {
		planned, err = w.runPlan(ctx, task, taken)
	}
	secrets := slices.Concat(taken.Secrets, task.Secrets)
	if err == nil {
		secrets = append(secrets, plan.SensitiveValues(planned.Plan)...)
		found, err = w.judge(ctx, task, planned, secrets)
	}
	if err == nil {
		costs = w.estimate(ctx, task, planned.JSON, secrets)
	}
	switch {
	case errors.Is(context.Cause(ctx), errEnded):
		return orchestrator.ErrNothingToDo // a newer generation took over
	case ctx.Err() != nil:
		return w.Orchestrator.PlanLost(context.WithoutCancel(ctx), runID, w.HostID)
	case err != nil:
		return w.planFailed(ctx, task, err, secrets)
	}
	files := maps.Clone(task.Files)
	files[terraform.PlanFile] = planned.PlanFile
	if planned.LockFile != nil {
		files[terraform.LockFile] = planned.LockFile
	}
	err = w.Orchestrator.Planned(ctx, orchestrator.Planned{
		Task: task, Digest: plan.New(planned.Plan, secrets...), SHA256: planned.SHA256, Files: files, Secrets: secrets,
		Findings: found, Policies: w.Policies.Hash(), Costs: costs,
	})
	if err != nil && !orchestrator.IsFinal(err) {
		return errors.Join(err, w.Orchestrator.PlanLost(context.WithoutCancel(ctx), runID, w.HostID))
	}
	return err
}

// planNotBegun ends a session whose configuration cannot even be written; other
// errors may pass.
func (w *Worker) planNotBegun(ctx context.Context, run store.Run, err error) error {
	if errors.Is(err, store.ErrSealed) {
		ref := usererr.Reference()
		w.Logger.ErrorContext(ctx, "a stack's state cannot be opened", slog.Int64("run", run.ID), slog.String("reference", ref), slog.Any("error", err))
		return w.Orchestrator.PlanFailed(ctx, run, nil, session.Failure{Phase: "plan", Reference: ref,
			Summary: "The stack's state cannot be opened with the engine's key. Nothing was changed. Tell whoever runs the engine the reference."})
	}
	refusal, ok := usererr.Of(err)
	if !ok || refusal.Code == usererr.Unavailable {
		return err
	}
	return w.Orchestrator.PlanFailed(ctx, run, nil, session.Failure{Phase: "plan", Summary: refusal.Public})
}

// runPlan runs Terraform in a directory of its own, which is removed: what
// matters is kept in the database.
func (w *Worker) runPlan(ctx context.Context, task orchestrator.PlanTask, taken credentials.Taken) (terraform.Planned, error) {
	return w.planIn(ctx, dirName(task.Run), configuration{task.Files, task.State, task.Plugins, task.Replace}, taken)
}

// configuration is what is planned.
type configuration struct {
	files   map[string][]byte
	state   []byte
	plugins catalog.Plugins
	replace []string
}

func (w *Worker) planIn(ctx context.Context, name string, c configuration, taken credentials.Taken) (terraform.Planned, error) {
	dir, err := terraform.NewDir(w.RunsDir, name)
	if err != nil {
		return terraform.Planned{}, err
	}
	defer w.remove(ctx, dir)
	if err := dir.Write(c.files, c.state); err != nil {
		return terraform.Planned{}, err
	}
	if err := w.usePlugins(ctx, dir, c.plugins); err != nil {
		return terraform.Planned{}, err
	}
	env, err := environment(dir, taken)
	if err != nil {
		return terraform.Planned{}, err
	}
	planned, err := terraform.Plan(ctx, w.Binary, dir, terraform.PlanOptions{Env: env, Replace: c.replace, User: w.User})
	if err != nil && w.diskFull(err) { // asked while the directory takes its room
		err = errors.Join(err, syscall.ENOSPC)
	}
	return planned, err
}

// judge asks the policies about a plan. One that cannot be judged has failed.
func (w *Worker) judge(ctx context.Context, task orchestrator.PlanTask, planned terraform.Planned, secrets []string) ([]plan.Finding, error) {
	found, err := w.Policies.Evaluate(ctx, rego.Input{Plan: planned.JSON, Session: task.Session})
	if err != nil {
		return nil, err
	}
	masker := mask.New(secrets)
	for i, f := range found {
		found[i].Message, found[i].Resource = masker.Mask(f.Message), masker.Address(f.Resource)
	}
	return found, nil
}

// planFailed tells what Terraform said, or that the fault is ours.
func (w *Worker) planFailed(ctx context.Context, task orchestrator.PlanTask, err error, secrets []string) error {
	ref := usererr.Reference()
	w.Logger.WarnContext(ctx, "a plan failed", slog.Int64("run", task.Run.ID), slog.String("reference", ref), slog.String("error", masked(err.Error(), task.State, secrets)))
	f := session.Failure{Phase: "plan", Reference: ref}
	var exit *int
	var failed *terraform.RunError
	full := w.diskFull(err)
	switch _, refused := usererr.Of(err); {
	case errors.As(err, &failed):
		exit = &failed.ExitCode
		f.Summary, f.Detail = fmt.Sprintf("Terraform could not %s.", planVerb(failed.Command)), masked(failed.Text(), task.State, secrets)
		f.Advice = terraform.Advise(failed.Diagnostics)
		if len(failed.Diagnostics) > 0 {
			f.Resource = masked(plan.Label(failed.Diagnostics[0].Address), task.State, secrets)
		}
	case refused || !full:
		f.Summary = usererr.Text(err, ref)
	}
	if full {
		blameDisk(&f)
	}
	return w.Orchestrator.PlanFailed(ctx, task.Run, exit, f)
}

// masked hides in a text the secrets and what a state holds as sensitive; with a
// state that cannot be read it hides the text.
func masked(text string, state []byte, secrets []string) string {
	if len(state) > 0 {
		more, err := plan.SensitiveStateValues(state)
		if err != nil {
			return ""
		}
		secrets = append(slices.Clone(secrets), more...)
	}
	return mask.New(secrets).Mask(text)
}

func planVerb(command string) string {
	switch command {
	case "init":
		return "prepare the configuration"
	case "show":
		return "read its own plan"
	}
	return "make the plan"
}
