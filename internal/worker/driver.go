package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cloud-engine/cloudengine/internal/mask"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// driver follows one apply, from the first byte of its output: a driver that
// starts anew reads it all again, and what is stored already is not stored twice.
type driver struct {
	*Worker
	dir  terraform.Dir
	task orchestrator.ApplyTask

	absent bool // given up before any supervisor took it up

	// Of who reads the output alone.
	said map[string]string // by address: what may go on in a provisioner's next output
	seen struct {          // the state file when its secrets were learnt
		at   time.Time
		size int64
	}

	learning sync.Mutex
	learnt   []string // what the masker hides

	mu       sync.Mutex
	masker   mask.Masker // of what the plan and the states so far hold
	progress terraform.Progress
	made     []string // addresses whose creation was reported complete
	state    []byte   // the newest that was read whole
	reported orchestrator.Progress
	errors   []terraform.Diagnostic
	changed  chan struct{} // holds one: the progress is not what was reported
}

func (w *Worker) newDriver(dir terraform.Dir, task orchestrator.ApplyTask) *driver {
	masker := mask.New(task.Secrets)
	if task.Sealed {
		masker = mask.All()
	}
	return &driver{Worker: w, dir: dir, task: task, masker: masker, state: task.State,
		reported: orchestrator.Progress{Total: task.Total}, said: map[string]string{}, changed: make(chan struct{}, 1)}
}

// follow runs the driver's parts until Terraform's supervisor has ended and
// everything it wrote is stored. If the supervisor died, its run is given up.
func (d *driver) follow(ctx context.Context) error {
	helpers, stopHelpers := context.WithCancel(ctx)
	defer stopHelpers()
	var watching errgroup.Group
	watching.Go(func() error { return d.obey(helpers) })
	watching.Go(func() error { return d.post(helpers) })
	watching.Go(func() error { return d.report(helpers) })
	defer func() { stopHelpers(); _ = watching.Wait() }() // they end with the context, and log what they meet

	if err := d.read(ctx); err != nil {
		return err
	}
	status, err := d.dir.Status()
	if err != nil {
		return fmt.Errorf("status of the run directory: %w", err)
	}
	if status.Phase == terraform.Exited {
		return nil
	}
	d.absent = status.Phase == terraform.Absent
	if err := d.dir.Abandon(ctx); err != nil && !errors.Is(err, terraform.ErrEnded) {
		return fmt.Errorf("give up the run: %w", err)
	}
	return d.read(ctx) // Terraform may have written after its supervisor's death
}

// read stores output and state until the supervisor has ended.
func (d *driver) read(ctx context.Context) error {
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error { return d.readOutput(ctx) })
	both.Go(func() error { return d.readState(ctx) })
	return both.Wait()
}

func (d *driver) readOutput(ctx context.Context) error {
	d.mu.Lock()
	d.progress, d.errors, d.made = terraform.Progress{}, nil, nil // folded anew from the first line
	d.reported.Created, d.reported.Changed, d.reported.Destroyed = nil, nil, nil
	d.mu.Unlock()
	d.said = map[string]string{}
	writer := d.Streams.NewWriter(ctx, d.task.Run.ID, d.task.Run.Fence)
	err := d.dir.Follow(ctx, 0, func(raw []byte, end int64) error {
		line := d.line(raw)
		if line.Text == "" {
			return nil
		}
		line.EndOffset = end
		return writer.Add(line)
	})
	return errors.Join(err, writer.Close())
}

// line reads a line of output: it folds it into the progress, and returns what
// people are to see of it.
func (d *driver) line(raw []byte) store.Line {
	event, _ := terraform.ParseLine(raw)
	d.note(event)
	d.catchUp(event)
	masker := d.masks()
	d.join(&event, masker)
	return store.Line{At: event.Time, Kind: string(event.Kind()), Text: masker.Mask(event.Masked(masker).Human())}
}

// note folds an event into the progress.
func (d *driver) note(e terraform.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.progress = d.progress.After(e)
	if e.Diagnostic != nil && e.Diagnostic.Severity == terraform.SeverityError {
		d.errors = append(d.errors, *e.Diagnostic)
	}
	if e.Type == terraform.TypeApplyComplete {
		d.complete(e.Address, e.Action)
		if e.Action == "create" {
			d.made = append(d.made, e.Address)
		}
	}
	switch e.Type {
	case terraform.TypeApplyStart, terraform.TypeApplyComplete, terraform.TypeApplyErrored:
		select {
		case d.changed <- struct{}{}:
		default:
		}
	}
}

// complete keeps what was done, once: an address that is replaced may come twice.
func (d *driver) complete(address, action string) {
	to := map[string]*[]string{"create": &d.reported.Created, "update": &d.reported.Changed, "delete": &d.reported.Destroyed}[action]
	if to != nil && !slices.Contains(*to, address) {
		*to = append(*to, address)
	}
}

// snapshot is the progress as people see it.
func (d *driver) snapshot() orchestrator.Progress {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.reported
	p.Created, p.Changed, p.Destroyed = addresses(p.Created, d.masker), addresses(p.Changed, d.masker), addresses(p.Destroyed, d.masker)
	p.Done = d.progress.Done
	if d.progress.Total > 0 {
		p.Total = d.progress.Total
	}
	for _, w := range d.progress.Working {
		p.Working = append(p.Working, orchestrator.Working{Address: d.masker.Address(w.Address), Label: d.masker.Address(w.Label), Action: w.Action, Since: w.Since})
	}
	return p
}

func (d *driver) readState(ctx context.Context) error {
	err := d.dir.WatchState(ctx, terraformMeta(d.task.Meta), func(s terraform.State) error {
		d.learnSecrets(s.Raw)
		d.keepState(s.Raw)
		return d.persist(ctx, func() error {
			return d.Orchestrator.SaveState(ctx, d.task.Run, projectMeta(s.StateMeta), s.Raw)
		})
	})
	if errors.Is(err, terraform.ErrLineage) {
		d.Logger.ErrorContext(ctx, "Terraform wrote a state of another lineage; it was not kept", slog.Int64("run", d.task.Run.ID))
		return nil
	}
	return err
}

// persist repeats a write while the database is away. Terraform goes on, and its
// files keep everything. Whom another driver has replaced writes nothing more.
func (d *driver) persist(ctx context.Context, write func() error) error {
	for {
		err := write()
		if err == nil || ctx.Err() != nil || orchestrator.IsFinal(err) {
			return err
		}
		d.Logger.WarnContext(ctx, "a state could not be stored and will be tried again", slog.Int64("run", d.task.Run.ID), slog.Any("error", err))
		select {
		case <-ctx.Done():
		case <-time.After(retryAfter):
		}
	}
}

// outcome reads how the run ended from its directory.
func (d *driver) outcome(ctx context.Context) (orchestrator.Outcome, error) {
	status, err := d.dir.Status()
	if err != nil {
		return orchestrator.Outcome{}, fmt.Errorf("status of the run directory: %w", err)
	}
	if d.absent || neverRan(status) {
		return d.notStarted(ctx, d.task.Run, fmt.Errorf("the supervisor ended without Terraform: %s", d.masks().Mask(fmt.Sprintf("%+v", status.Exit))))
	}
	out := orchestrator.Outcome{Progress: d.snapshot(), Interrupted: status.Exit == nil || status.Exit.Killed}
	out.Progress.Working = nil
	state, ok, unreadable := d.dir.LastState(terraformMeta(d.task.Meta))
	if ok {
		out.State, out.Meta = state.Raw, projectMeta(state.StateMeta)
		d.learnSecrets(state.Raw)
		d.keepState(state.Raw)
		out.Outputs = outputs(state.Raw, d.masks())
	}
	if status.Exit != nil {
		out.ExitCode = &status.Exit.Code
		if status.Exit.Cause != "" {
			d.Logger.InfoContext(ctx, "an apply ended", slog.Int64("run", d.task.Run.ID), slog.Int("exit", status.Exit.Code), slog.String("cause", d.masks().Mask(status.Exit.Cause)))
		}
	}
	if out.Interrupted || out.ExitCode == nil || *out.ExitCode != 0 {
		out.Failure = d.failure(out.Interrupted)
		out.Failure.Unsaved = d.unsaved()
		if unreadable != nil {
			sayUnreadable(out.Failure)
		}
		if d.diskFull(nil) {
			blameDisk(out.Failure)
		}
	}
	return out, nil
}

// neverRan: the supervisor ended before it could start Terraform.
func neverRan(s terraform.Status) bool {
	return s.Exit != nil && s.Exit.Code < 0 && !s.Exit.Killed
}

// failure says why an apply did not end well.
func (d *driver) failure(interrupted bool) *session.Failure {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := &session.Failure{Phase: "apply", Interrupted: interrupted, Unfinished: addresses(d.progress.Unfinished(), d.masker)}
	switch {
	case interrupted:
		f.Summary = "Terraform was stopped before it had finished."
	case d.task.Sealed:
		f.Summary = "Terraform ended with an error. What it said cannot be shown, as what is secret in its plan cannot be opened any more."
	case len(d.errors) > 0:
		first := d.errors[0]
		f.Advice = terraform.Advise(d.errors)
		f.Summary, f.Resource = d.masker.Mask(printable(first.Masked(d.masker).Title())), plan.Label(d.masker.Address(first.Address))
		for i, e := range d.errors {
			if i > 0 {
				f.Detail += "\n"
			}
			f.Detail += d.masker.Mask(printable(e.Masked(d.masker).Text()))
		}
	default:
		f.Summary = "Terraform ended with an error and did not say why. The log has its last lines."
	}
	return f
}

// printable leaves out what neither a database nor people can read.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

func terraformMeta(m project.StateMeta) terraform.StateMeta {
	return terraform.StateMeta{Lineage: m.Lineage, Serial: uint64(max(m.Serial, 0))}
}

func projectMeta(m terraform.StateMeta) project.StateMeta {
	return project.StateMeta{Lineage: m.Lineage, Serial: int64(m.Serial)}
}
