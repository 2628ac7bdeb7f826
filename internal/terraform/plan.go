package terraform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/hashicorp/terraform-exec/tfexec"
	tfjson "github.com/hashicorp/terraform-json"
)

// PlanOptions says how to plan.
type PlanOptions struct {
	// Env is Terraform's whole environment, see Environment.
	Env map[string]string
	// Output gets the JSON lines of init and plan, one line a write; nil drops them.
	Output io.Writer
	// Destroy plans the destruction of all that is in the state.
	Destroy bool
	// Replace lists addresses to make anew.
	Replace []string
	// User, when set, is who Terraform runs as. Only root may set it; the
	// directory becomes that user's.
	User *User
	// Grace is how long an interrupted Terraform may take before it is killed;
	// zero is DefaultGrace.
	Grace time.Duration
}

// Planned is a finished plan.
type Planned struct {
	PlanFile []byte
	SHA256   string // of PlanFile, in hex
	Plan     *tfjson.Plan
	JSON     []byte // Plan as Terraform writes it; it holds secrets in clear
	LockFile []byte // Terraform's dependency lock, nil when there is none
	Version  string // of the Terraform that planned
}

// Plan runs init, plan and show in the directory, and dies with this process.
//
// When Terraform fails, the error is a *RunError. When ctx ends, Terraform is
// interrupted, and killed with all it started after the grace; the error then
// is the context's cause.
func Plan(ctx context.Context, bin Binary, d Dir, o PlanOptions) (Planned, error) {
	return planWith(ctx, bin, d, newMark(), o)
}

func planWith(ctx context.Context, bin Binary, d Dir, mark string, o PlanOptions) (Planned, error) {
	if o.Grace <= 0 {
		o.Grace = DefaultGrace
	}
	p := planner{dir: d, binary: bin, options: o, mark: mark, out: &tee{to: o.Output}}
	if err := os.Mkdir(d.File(tmpDir), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return Planned{}, fmt.Errorf("plan: %w", err)
	}
	run := p.run
	if o.User != nil {
		run = p.runAs
	}
	if err := p.guard(ctx, run); err != nil {
		return Planned{}, err
	}
	if p.out.err != nil {
		return Planned{}, fmt.Errorf("plan: write output: %w", p.out.err)
	}
	return p.planned, nil
}

type planner struct {
	dir     Dir
	binary  Binary
	options PlanOptions
	mark    string
	tf      *tfexec.Terraform
	served  *served
	// attached is how Terraform attaches to those plugins.
	attached *tfexec.ReattachOption
	out      *tee
	planned  Planned
}

// run is the list of steps.
func (p *planner) run(ctx context.Context) error {
	tf, err := newTerraform(ctx, p.dir, p.binary, marked(p.options.Env, p.mark), p.options.Grace)
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	p.tf = tf
	p.served = p.dir.serve(ctx, marked(p.options.Env, p.mark))
	defer p.served.stop()
	steps := []struct {
		name string
		do   func(context.Context) error
	}{
		{"init", p.init},
		{"attach", p.attach},
		{"plan", p.plan},
		{"show", p.show},
	}
	for _, s := range steps {
		if err := s.do(ctx); err != nil {
			if ctx.Err() != nil {
				return ctx.Err() // terraform-exec's own error may wrap nothing
			}
			return p.out.collector.failed(s.name, err)
		}
	}
	return p.collect()
}

// init installs modules and providers. Where there are no providers to install, as
// there are none or they are there, "terraform get" does, in half the time.
func (p *planner) init(ctx context.Context) error {
	if (p.dir.hasPlugins() || p.dir.builtinOnly()) && p.tf.Get(ctx) == nil {
		return nil
	}
	return p.tf.InitJSON(ctx, p.out) // says in JSON what is wrong, too
}

// collectLess is how much Terraform's memory may grow, in percent, before it collects
// garbage. It plans some stacks of a cloud in two thirds of the time then, and takes a
// tenth more memory: 97 instead of 89 MB with a stand-in for AWS's plugin.
const collectLess = "200"

// attach waits for the plugins. They are to collect garbage as always, as theirs is the
// most: so where Terraform starts any itself, it does so too.
func (p *planner) attach(context.Context) error {
	option, alone := p.served.attach()
	p.attached = option
	if !alone {
		return nil
	}
	env := marked(p.options.Env, p.mark)
	env["GOGC"] = collectLess
	return p.tf.SetEnv(env)
}

func (p *planner) plan(ctx context.Context) error {
	options := []tfexec.PlanOption{tfexec.Out(PlanFile), p.attached}
	if p.options.Destroy {
		options = append(options, tfexec.Destroy(true))
	}
	for _, address := range p.options.Replace {
		options = append(options, tfexec.Replace(address))
	}
	if _, err := p.tf.PlanJSON(ctx, p.out, options...); err != nil {
		return err
	}
	// Terraform makes it 0644, and it holds every value in clear.
	return os.Chmod(p.dir.File(PlanFile), 0o600)
}

func (p *planner) show(ctx context.Context) error {
	var raw bytes.Buffer
	p.tf.SetStdout(&raw) // else the plan, secrets and all, goes to the output of the plan
	shown, err := p.tf.ShowPlanFile(ctx, PlanFile, tfexec.JSONNumber(true), p.attached)
	if err != nil {
		return err
	}
	p.planned.Plan, p.planned.JSON, p.planned.Version = shown, raw.Bytes(), shown.TerraformVersion
	return nil
}

// collect reads the files that the run leaves.
func (p *planner) collect() error {
	raw, err := p.dir.read(PlanFile)
	if err != nil {
		return fmt.Errorf("read plan file: %w", err)
	}
	lock, err := p.dir.read(LockFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read dependency lock: %w", err)
	}
	p.planned.PlanFile, p.planned.SHA256, p.planned.LockFile = raw, sum(raw), lock
	return nil
}

// guard runs the steps on a thread of their own. When the context ends,
// terraform-exec interrupts Terraform and, after the grace, kills it alone; then
// whatever Terraform started is killed too, as it may hold Terraform's output
// open, and terraform-exec would wait for it.
func (p *planner) guard(ctx context.Context, run func(context.Context) error) error {
	done := make(chan error, 1)
	go func() { done <- ownThread(func() error { return run(ctx) }) }()
	select {
	case err := <-done:
		if ctx.Err() == nil {
			return err
		}
		done <- err
	case <-ctx.Done():
	}
	grace := time.NewTimer(p.options.Grace + p.slack())
	defer grace.Stop()
	select {
	case err := <-done:
		done <- err
	case <-grace.C:
	}
	family := family{mark: p.mark, dir: p.dir.path}
	if err := family.eradicate(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	<-done //nolint:errcheck // it was killed: what it says is of no interest
	return fmt.Errorf("plan: %w", context.Cause(ctx))
}

// slack leaves a planner the time to do the same first.
func (p *planner) slack() time.Duration {
	if p.options.User != nil {
		return plannerSlack
	}
	return 0
}

// tee hands lines on and keeps the diagnostics among them. A writer that fails
// does not stop Terraform.
type tee struct {
	to        io.Writer
	err       error
	collector collector
	partial   []byte
}

func (t *tee) Write(p []byte) (int, error) {
	if t.to != nil && t.err == nil {
		_, t.err = t.to.Write(p)
	}
	t.partial = append(t.partial, p...)
	for {
		i := bytes.IndexByte(t.partial, '\n')
		if i < 0 {
			return len(p), nil
		}
		t.collector.line(t.partial[:i])
		t.partial = t.partial[i+1:]
	}
}
