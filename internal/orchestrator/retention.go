package orchestrator

import (
	"context"
	"errors"
	"time"
)

// Retention says for how long what is no longer needed is kept; 0 is for ever. The
// audit is always kept.
type Retention struct {
	Logs     time.Duration // output of runs, after their session's end
	Plans    time.Duration // files of plans, after their session's end
	States   time.Duration // past versions of a stack's state
	Versions int           // newest versions of a state that are kept at any age
	Posts    time.Duration // messages that were sent, after their session's end
	Drafts   time.Duration // what was typed into a form that had faults
	// DatabaseAlarm is the size in bytes from which admins are told that the database
	// grows too large; 0: they are not.
	DatabaseAlarm int64
}

// DefaultRetention is what holds without settings.
var DefaultRetention = Retention{
	Logs: 90 * 24 * time.Hour, Plans: 7 * 24 * time.Hour, States: 90 * 24 * time.Hour, Versions: 20, Posts: 7 * 24 * time.Hour, Drafts: 24 * time.Hour,
}

// interactionAge is beyond the 15 minutes that Discord's interaction tokens live:
// nothing that old can come again.
const interactionAge = time.Hour

// forget deletes what has been kept for long enough.
func (o *Orchestrator) forget(ctx context.Context) error {
	errs := []error{o.store.ForgetInteractions(ctx, interactionAge)}
	for _, f := range []struct {
		age    time.Duration
		forget func(context.Context, time.Duration) error
	}{
		{o.keep.Drafts, o.store.ForgetDrafts},
		{o.keep.Posts, o.store.ForgetPosts},
		{o.keep.Plans, o.store.ForgetPlanFiles},
		{o.keep.Logs, o.store.ForgetLines},
		{o.keep.States, func(ctx context.Context, age time.Duration) error {
			return o.store.ForgetStates(ctx, age, o.keep.Versions)
		}},
	} {
		if f.age > 0 {
			errs = append(errs, f.forget(ctx, f.age))
		}
	}
	return errors.Join(errs...)
}
