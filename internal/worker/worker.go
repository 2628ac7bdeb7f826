// Package worker drives runs: it takes them from the queue, runs Terraform in
// their directory, and tells the orchestrator what came of it. The truth about a
// run is its row; a job only says "drive it", and may come twice.
//
// A plan dies with this process and is run again. An apply lives in a process of
// its own: a driver that starts anew attaches to it.
//
// The package must not know Discord or who may do what.
package worker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"github.com/cloud-engine/cloudengine/internal/credentials"
	"github.com/cloud-engine/cloudengine/internal/jobs"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plugins"
	"github.com/cloud-engine/cloudengine/internal/prices"
	"github.com/cloud-engine/cloudengine/internal/rego"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/stream"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// Worker drives the runs of one host.
type Worker struct {
	Options
	// detached ends when the process is to stop: drivers let go of their runs.
	detached context.Context
	detach   context.CancelCauseFunc

	mu      sync.Mutex
	driving map[int64]bool // runs that this process drives now
	givenUp map[int64]bool // runs that cannot be driven, however often they are tried
	stray   chan struct{}  // holds one: a run that had begun may have lost its driver

	background sync.WaitGroup
}

// Options are what New needs.
type Options struct {
	Store        *store.Store
	Orchestrator *orchestrator.Orchestrator
	Streams      *stream.Streams
	Binary       terraform.Binary
	Policies     *rego.Policies // by which plans are judged
	RunsDir      string         // where run directories are made
	HostID       string
	Lease        time.Duration // for how long a host holds its runs without being heard of
	Credentials  credentials.Profiles
	Plugins      *plugins.Shelf
	User         *terraform.User  // who Terraform runs as; nil: as this process
	Lines        int              // a thread post is owed for this many lines
	Interval     time.Duration    // or when the first of them is this old
	DiskAlarm    uint64           // bytes that are free where admins are told of less; 0: never
	Prices       *prices.Importer // brings list prices up to date; nil: nobody does
	RemindOf     time.Duration    // the age from which people are reminded of a directory put aside; 0: never
	Logger       *slog.Logger
}

// errDetached is the cause with which drivers are told to let go.
var errDetached = errors.New("the engine is stopping")

// New returns a worker; Register makes the queue call it.
func New(o Options) *Worker {
	ctx, cancel := context.WithCancelCause(context.Background())
	return &Worker{Options: o, detached: ctx, detach: cancel, driving: map[int64]bool{}, givenUp: map[int64]bool{}, stray: make(chan struct{}, 1)}
}

// Register adds the worker's jobs to the queue's.
func (w *Worker) Register(workers *river.Workers) {
	river.AddWorker(workers, &planJob{worker: w})
	river.AddWorker(workers, &applyJob{worker: w})
	river.AddWorker(workers, &sweepJob{worker: w})
	river.AddWorker(workers, &pricesJob{worker: w})
}

// Detach tells every driver to let go: plans are queued again, applies go on
// under their supervisors. The queue's own Stop then waits for the drivers.
func (w *Worker) Detach() {
	w.detach(errDetached)
	w.background.Wait()
}

// noTimeout: an apply takes as long as it takes.
const noTimeout = -1

type planJob struct {
	river.WorkerDefaults[jobs.Plan]
	worker *Worker
}

func (j *planJob) Timeout(*river.Job[jobs.Plan]) time.Duration { return noTimeout }

func (j *planJob) Work(ctx context.Context, job *river.Job[jobs.Plan]) error {
	return j.worker.work(ctx, job.Args.RunID, j.worker.plan)
}

type applyJob struct {
	river.WorkerDefaults[jobs.Apply]
	worker *Worker
}

func (j *applyJob) Timeout(*river.Job[jobs.Apply]) time.Duration { return noTimeout }

func (j *applyJob) Work(ctx context.Context, job *river.Job[jobs.Apply]) error {
	return j.worker.work(ctx, job.Args.RunID, j.worker.apply)
}

type sweepJob struct {
	river.WorkerDefaults[jobs.Sweep]
	worker *Worker
}

func (j *sweepJob) Work(ctx context.Context, _ *river.Job[jobs.Sweep]) error {
	expired, err := j.worker.Orchestrator.Sweep(ctx)
	if expired > 0 {
		j.worker.Logger.InfoContext(ctx, "sessions expired", slog.Int("sessions", expired))
	}
	return err
}

// work drives a run, unless this process does so already. A job never returns a
// cancelled context: the queue would run it again at once.
func (w *Worker) work(ctx context.Context, runID int64, drive func(context.Context, int64) error) error {
	if w.detached.Err() != nil {
		return river.JobSnooze(time.Second) // for another replica, or for after the restart
	}
	if !w.take(runID) {
		return nil
	}
	defer w.release(runID)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(w.detached, func() { cancel(errDetached) })()
	err := drive(ctx, runID)
	switch {
	case err == nil, errors.Is(err, orchestrator.ErrNothingToDo):
		return nil
	case errors.Is(err, store.ErrFenced):
		w.Logger.WarnContext(ctx, "another driver has taken a run up", slog.Int64("run", runID))
		return nil
	case orchestrator.IsFinal(err):
		w.Logger.ErrorContext(ctx, "a run cannot be driven; it is tried again when the engine restarts", slog.Int64("run", runID), slog.Any("error", err))
		w.giveUp(runID)
		return nil
	case ctx.Err() != nil:
		w.Logger.InfoContext(ctx, "let go of a run", slog.Int64("run", runID), slog.Any("cause", context.Cause(ctx)))
		return nil
	}
	w.Logger.ErrorContext(ctx, "a run could not be driven and will be tried again", slog.Int64("run", runID), slog.Any("error", err))
	// The job may come back on another host, which has nothing to do with a run
	// that has begun here: its row says so, and reconcile reads it.
	select {
	case w.stray <- struct{}{}:
	default:
	}
	return river.JobSnooze(retryAfter)
}

// retryAfter is the pause before a run is driven again that could not be driven
// for a reason that may pass, such as a database that restarts.
const retryAfter = 2 * time.Second

func (w *Worker) take(runID int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.driving[runID] {
		return false
	}
	w.driving[runID] = true
	return true
}

// drives reports whether this process drives the run now.
func (w *Worker) drives(runID int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.driving[runID]
}

// giveUp keeps a run from being taken up again by this process.
func (w *Worker) giveUp(runID int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.givenUp[runID] = true
}

// gaveUp reports whether trying to drive the run was in vain for good.
func (w *Worker) gaveUp(runID int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.givenUp[runID]
}

func (w *Worker) release(runID int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.driving, runID)
}
