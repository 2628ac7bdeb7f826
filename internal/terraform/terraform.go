// Package terraform runs Terraform: it finds the binary, keeps a run's
// directory, plans in the calling process, applies under a supervisor process
// that outlives the bot, follows what a run writes, and turns Terraform's JSON
// lines into what people read.
//
// It must not know Discord, sessions or Postgres: a run is a directory.
//
// The apply, in short: StartApply starts this same binary as
// "supervise <dir>", which takes the directory's lock for life, applies exactly
// the plan file whose SHA-256 it was given, and writes its exit. Everything
// else (Status, Follow, WatchState, Interrupt, ForceStop, Abandon) works on the
// directory alone, so a bot that was killed and started again loses nothing.
//
// Linux only: it relies on Pdeathsig, pidfds, /proc and open file description
// locks.
package terraform

import (
	"errors"
	"time"
)

// SuperviseCommand is the hidden first argument that makes the binary a
// supervisor; the second is the run directory.
const SuperviseCommand = "supervise"

// Binary is a Terraform (or OpenTofu) executable that was asked for its version.
type Binary struct {
	Path    string
	Version string
}

// Errors of operations on a run directory.
var (
	// ErrRunning says that a supervisor holds the run's lock.
	ErrRunning = errors.New("the run has a living supervisor")
	// ErrNotRunning says that no supervisor holds the run's lock.
	ErrNotRunning = errors.New("the run has no living supervisor")
	// ErrEnded says that the run has ended or was abandoned: it never starts again.
	ErrEnded = errors.New("the run has ended")
	// ErrPlanChanged says that the plan file is not the one that was approved.
	ErrPlanChanged = errors.New("the plan file is not the one that was approved")
)

// Time limits. Nothing here bounds an apply: only people end one.
const (
	// DefaultGrace is how long an interrupted plan may take before it is killed.
	DefaultGrace = 10 * time.Second
	// eradicateLimit bounds the wait for killed processes to be gone.
	eradicateLimit = 20 * time.Second
	// freezeLimit bounds the wait for a moment when the state is whole.
	freezeLimit = 2 * time.Second
	freezeRetry = 5 * time.Millisecond
)
