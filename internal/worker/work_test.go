package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// What trying again cannot help is not tried again; what may pass is.
func TestFinalErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err   error
		final bool
	}{
		"cannot be opened":     {fmt.Errorf("open plans.secrets: %w", store.ErrSealed), true},
		"in no such state":     {&session.TransitionError{Session: "4kq2", State: session.Draft, Event: session.EventFail}, true},
		"the database is away": {errors.New("connection refused"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(Options{Logger: slog.New(slog.DiscardHandler)})
			defer w.Detach()
			err := w.work(t.Context(), 7, func(context.Context, int64) error { return test.err })
			if again := err != nil; again == test.final || w.gaveUp(7) != test.final || len(w.stray) > 0 == test.final || w.drives(7) {
				t.Errorf("again %t (%v), given up %t", again, err, w.gaveUp(7))
			}
		})
	}
}
