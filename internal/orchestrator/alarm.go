package orchestrator

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// alarmPause is how often admins are told of the same thing.
const alarmPause = 24 * time.Hour

// Alarm tells the log, and once a day the admins of every guild that has a channel
// for requests, that something of the engine's own runs short.
func (o *Orchestrator) Alarm(ctx context.Context, subject, message string) error {
	return o.alarm(ctx, subject, message, func(tx *store.Tx) ([]string, error) { return tx.GuildsWithChannel(ctx) })
}

// AlarmOfRun is Alarm for what concerns the guild of one run alone.
func (o *Orchestrator) AlarmOfRun(ctx context.Context, runID int64, subject, message string) error {
	run, err := o.store.Run(ctx, runID)
	if err != nil {
		return fmt.Errorf("read run %d: %w", runID, err)
	}
	return o.AlarmIn(ctx, run.GuildID, subject, message)
}

// AlarmIn is Alarm for what concerns one guild alone.
func (o *Orchestrator) AlarmIn(ctx context.Context, guildID, subject, message string) error {
	return o.alarm(ctx, subject, message, func(*store.Tx) ([]string, error) { return []string{guildID}, nil })
}

func (o *Orchestrator) alarm(ctx context.Context, subject, message string, guilds func(tx *store.Tx) ([]string, error)) error {
	o.log.ErrorContext(ctx, "an alarm", slog.String("subject", subject), slog.String("message", message))
	return o.store.InTx(ctx, func(tx *store.Tx) error {
		ids, err := guilds(tx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			a := store.Alarm{GuildID: id, Subject: subject, Message: message}
			told, err := tx.RaiseAlarm(ctx, a, alarmPause)
			if err != nil {
				return err
			}
			if !told {
				continue
			}
			if err := tx.Owe(ctx, store.Post{GuildID: id, Lane: a.Lane(), Kind: store.PostAlarm}); err != nil {
				return err
			}
		}
		return nil
	})
}

// lookAtDatabase raises an alarm where the database has grown beyond what it may.
func (o *Orchestrator) lookAtDatabase(ctx context.Context) error {
	if o.keep.DatabaseAlarm <= 0 {
		return nil
	}
	size, err := o.store.DatabaseSize(ctx)
	if err != nil || size < o.keep.DatabaseAlarm {
		return err
	}
	return o.Alarm(ctx, "database", fmt.Sprintf(
		"The engine's database has %d MiB, and %d MiB are where this alarm was set. Deployments go on. Whoever runs the engine should give it more room, or keep less (`CLOUDENGINE_KEEP_LOGS`, `CLOUDENGINE_KEEP_STATES`).",
		size>>20, o.keep.DatabaseAlarm>>20))
}
