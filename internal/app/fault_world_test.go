package app_test

import (
	"context"
	"os"
	"time"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// breakable gives the world a Postgres of its own, which the test may take away.
func breakable(w *world) {
	w.postgres = devpg.NewBreakable(w.t)
	w.db = w.postgres.Database(func(ctx context.Context, db devpg.Database) error {
		return store.Migrate(ctx, store.Access(db), discard)
	})
	w.conf.DatabaseURL = config.NewSecret(w.db.URL)
}

// lasting gives a test more time than most need.
func lasting(d time.Duration) option {
	return func(w *world) {
		ctx, cancel := context.WithTimeout(w.t.Context(), d)
		w.t.Cleanup(cancel)
		w.ctx = ctx
	}
}

// outage is how long what a test takes away stays away.
func outage() time.Duration {
	if os.Getenv("CLOUDENGINE_TEST_LONG") != "" {
		return time.Minute
	}
	return 4 * time.Second
}

// planned opens a lobby for these kinds, each with a name, and waits for its plan.
func (w *world) planned(summary string, kinds ...string) discordsim.Message {
	w.t.Helper()
	lobby := w.deploy(w.grace, nil)
	for _, kind := range kinds {
		w.add(w.grace, lobby, kind, discordsim.Fields{"name": nameOf[kind]})
	}
	return w.ready(lobby, summary)
}

// nameOf is what tests call the resources of a kind.
var nameOf = map[string]string{"vpc": "main", "compute_vm": "web", "database": "db", "bucket": "files"}

// ended waits for the last post of a thread, which has the log.
func (w *world) ended(thread *discordsim.Channel) discordsim.Message {
	w.t.Helper()
	return w.await(thread, w.grace, "the result with the log", func(m discordsim.Message) bool { return len(m.Attachments) > 0 })
}

// createdOnce asserts that each resource was created exactly once, and no other.
func (w *world) createdOnce(labels ...string) {
	w.t.Helper()
	created := w.created()
	for _, l := range labels {
		if created[l] != 1 {
			w.t.Errorf("%s was created %d times", l, created[l])
		}
	}
	if len(created) != len(labels) {
		w.t.Errorf("created: %v", created)
	}
}
