package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// Line is one line of a run's output, as people read it: masked, without JSON.
type Line struct {
	Seq       int       // from 1, without gaps
	EndOffset int64     // bytes of the output file read when it was stored
	At        time.Time // when Terraform said it; zero: when it was stored
	Kind      string    // what it says, for its colour
	Text      string
}

// AppendLines stores lines after those stored already and says so to followers.
// Lines whose offset is not beyond what is stored are skipped: a driver that
// reads its file again doubles nothing. It returns the lines as they were
// numbered, or ErrFenced where the fence is not the run's any more.
func (tx *Tx) AppendLines(ctx context.Context, runID, fence int64, lines []Line) ([]Line, error) {
	// The run's row is the lock between two writers.
	if _, err := tx.LockRunAs(ctx, Run{ID: runID, Fence: fence}); err != nil {
		return nil, fmt.Errorf("lock run: %w", err)
	}
	seq, offset, err := lastLine(ctx, tx, runID)
	if err != nil {
		return nil, err
	}
	stored := lines[:0:0]
	for _, l := range lines {
		if l.EndOffset <= offset {
			continue
		}
		seq++
		l.Seq = seq
		if l.At.IsZero() {
			l.At = tx.Now
		}
		stored = append(stored, l)
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"run_lines"}, []string{"run_id", "seq", "end_offset", "at", "kind", "text"},
		pgx.CopyFromSlice(len(stored), func(i int) ([]any, error) {
			l := stored[i]
			return []any{runID, l.Seq, l.EndOffset, l.At, l.Kind, l.Text}, nil
		}))
	if err != nil {
		return nil, fmt.Errorf("append lines: %w", err)
	}
	return stored, tx.notify(ctx, TopicLines, strconv.FormatInt(runID, 10))
}

// LastLine returns the number of a run's last stored line and the offset behind
// it; zeros before the first.
func (s *Store) LastLine(ctx context.Context, runID int64) (seq int, offset int64, err error) {
	seq, offset, err = lastLine(ctx, s.pool, runID)
	return seq, offset, translate(err)
}

// LastLineSeq returns the number of a run's last stored line; 0 before the first.
func (tx *Tx) LastLineSeq(ctx context.Context, runID int64) (int, error) {
	seq, _, err := lastLine(ctx, tx, runID)
	return seq, err
}

func lastLine(ctx context.Context, q querier, runID int64) (seq int, offset int64, err error) {
	err = q.QueryRow(ctx, "select coalesce(max(seq), 0), coalesce(max(end_offset), 0) from run_lines where run_id = $1", runID).Scan(&seq, &offset)
	if err != nil {
		return 0, 0, fmt.Errorf("read the last line: %w", err)
	}
	return seq, offset, nil
}

// Lines returns a run's lines with from <= seq <= to, in order; at most limit.
func (s *Store) Lines(ctx context.Context, runID int64, from, to, limit int) ([]Line, error) {
	l, err := many[Line](ctx, s.pool, `select seq, end_offset, at, kind, text from run_lines
		where run_id = $1 and seq between $2 and $3 order by seq limit $4`, runID, from, to, limit)
	return l, translate(err)
}
