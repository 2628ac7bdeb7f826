package app

import (
	"time"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
)

// retention is what the sweep goes by.
func retention(c config.Config) orchestrator.Retention {
	return orchestrator.Retention{
		Logs: c.Keep.Logs, Plans: c.Keep.Plans, States: c.Keep.States, Versions: c.Keep.StateVersions,
		Posts: c.Keep.Posts, Drafts: c.Keep.Drafts, DatabaseAlarm: c.DatabaseAlarm,
	}
}

// jobAge is for how long the queue keeps jobs that have ended.
func jobAge(c config.Config) time.Duration {
	if c.Keep.Jobs == 0 {
		return -1 // the queue's own word for ever
	}
	return c.Keep.Jobs
}
