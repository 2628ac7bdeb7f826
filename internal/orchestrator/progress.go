package orchestrator

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// Progress is how far an apply has come, as its driver keeps it in the run's row.
type Progress struct {
	Total   int       `json:"total"` // resources that the plan changes
	Done    int       `json:"done"`
	Working []Working `json:"working,omitempty"`
	// Addresses of what was completed; of runs of before they were kept, labels.
	Created   []string `json:"created,omitempty"`
	Changed   []string `json:"changed,omitempty"`
	Destroyed []string `json:"destroyed,omitempty"`
}

// Working is a resource under way.
type Working struct {
	Address string    `json:"address"`
	Label   string    `json:"label"`
	Action  string    `json:"action"` // "create", "update", "delete", "replace"
	Since   time.Time `json:"since"`
}

// ProgressOf reads a run's progress; zero before the first.
func ProgressOf(run store.Run) Progress {
	var p Progress
	_ = json.Unmarshal(run.Progress, &p) // written by us; what cannot be read is shown as no progress
	return p
}

// Output is an output of a stack for people to see; a sensitive one has no value.
type Output struct {
	Label     string `json:"label"` // of the resource: "database.db"
	Name      string `json:"name"`
	Value     string `json:"value,omitempty"`
	Sensitive bool   `json:"sensitive,omitempty"`
}

// Report keeps an apply's progress and owes the thread and the lobby the picture
// of it.
func (o *Orchestrator) Report(ctx context.Context, run store.Run, p Progress) error {
	raw, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("encode progress: %w", err)
	}
	return o.store.InTx(ctx, func(tx *store.Tx) error {
		if _, err := tx.LockRunAs(ctx, run); err != nil {
			return err
		}
		if err := tx.SetProgress(ctx, run.ID, raw); err != nil {
			return err
		}
		progress := store.Post{GuildID: run.GuildID, Lane: store.ThreadLane(run.SessionID), Kind: store.PostProgress, SessionID: run.SessionID, RunID: &run.ID}
		if err := tx.Owe(ctx, progress); err != nil {
			return err
		}
		return tx.Owe(ctx, store.Post{GuildID: run.GuildID, Lane: store.LobbyLane(run.SessionID), Kind: store.PostLobby, SessionID: run.SessionID})
	})
}

// linesPerPost is how many lines the posts hold that are owed at a run's end.
const linesPerPost = 10

// OweLines owes the thread a running run's lines up to one, in a post from where
// the last one ended.
func (o *Orchestrator) OweLines(ctx context.Context, run store.Run, to int) error {
	return o.store.InTx(ctx, func(tx *store.Tx) error {
		locked, err := tx.LockRunAs(ctx, run) // its end owes what is left, and comes before or after
		if err != nil || locked.Status.Ended() {
			return err
		}
		return oweLines(ctx, tx, run, to, to)
	})
}

// oweRemainingLines owes what no post covers yet. The run must be locked.
func oweRemainingLines(ctx context.Context, tx *store.Tx, run store.Run) error {
	last, err := tx.LastLineSeq(ctx, run.ID)
	if err != nil {
		return err
	}
	return oweLines(ctx, tx, run, last, linesPerPost)
}

// oweLines covers the lines up to one with posts of at most so many lines.
func oweLines(ctx context.Context, tx *store.Tx, run store.Run, to, most int) error {
	posted, err := tx.PostedLines(ctx, run.ID)
	if err != nil {
		return err
	}
	for from := posted + 1; from <= to; from += most {
		last := min(to, from+most-1)
		err := tx.Owe(ctx, store.Post{GuildID: run.GuildID, Lane: store.ThreadLane(run.SessionID), Kind: store.PostLines,
			SessionID: run.SessionID, RunID: &run.ID, FromSeq: &from, ToSeq: &last})
		if err != nil {
			return err
		}
	}
	return nil
}
