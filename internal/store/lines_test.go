package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/sync/errgroup"
)

func (w *world) append(runID int64, lines ...Line) (stored []Line) {
	w.t.Helper()
	w.tx(func(tx *Tx) (err error) {
		stored, err = tx.AppendLines(w.ctx, runID, 0, lines)
		return err
	})
	return stored
}

func seqs(lines []Line) []int {
	var out []int
	for _, l := range lines {
		out = append(out, l.Seq)
	}
	return out
}

// A driver that reads its file again from the start doubles nothing.
func TestLinesAreStoredOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := w.newRun(w.newSession(w.stack), RunApply)
	other := w.newRun(w.newSession(w.stack), RunApply)
	lines := []Line{{EndOffset: 10, Kind: "info", Text: "a\n\"b\" ${c}"}, {EndOffset: 20, Text: "b"}, {EndOffset: 30, Text: "c"}}
	if got := seqs(w.append(run.ID, lines[:2]...)); !slices.Equal(got, []int{1, 2}) {
		t.Fatalf("numbered %v", got)
	}
	w.append(other.ID, Line{EndOffset: 1000, Text: "elsewhere"})
	if got := seqs(w.append(run.ID, lines...)); !slices.Equal(got, []int{3}) {
		t.Fatalf("the second reading stored %v, want 3 alone", got)
	}
	if got := w.append(run.ID, lines...); len(got) != 0 {
		t.Fatalf("the third reading stored %v", got)
	}
	seq, offset, err := w.LastLine(w.ctx, run.ID)
	if err != nil || seq != 3 || offset != 30 {
		t.Errorf("last line %d at %d, %v", seq, offset, err)
	}
	got, err := w.Lines(w.ctx, run.ID, 1, 10, 10)
	if err != nil || len(got) != 3 || got[0].Text != lines[0].Text || got[0].Kind != "info" || got[0].At.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := w.Lines(w.ctx, run.ID, 2, 3, 1); err != nil || !slices.Equal(seqs(got), []int{2}) {
		t.Errorf("one from the second: %v, %v", seqs(got), err)
	}
	if seq, offset, err := w.LastLine(w.ctx, 12345); err != nil || seq != 0 || offset != 0 {
		t.Errorf("of a run that is not there: %d, %d, %v", seq, offset, err)
	}
}

// A driver whose run another has taken up stores nothing more.
func TestLinesAreFenced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := w.running(w.newSession(w.stack), RunApply, "h1")
	add := func(fence int64, text string) error {
		return w.InTx(w.ctx, func(tx *Tx) error {
			last, err := tx.LastLineSeq(w.ctx, run.ID)
			if err == nil {
				_, err = tx.AppendLines(w.ctx, run.ID, fence, []Line{{EndOffset: int64(last + 1), Text: text}})
			}
			return err
		})
	}
	var newer int64
	w.tx(func(tx *Tx) (err error) { newer, err = tx.RaiseFence(w.ctx, run.ID); return err })
	if err := add(run.Fence, "late"); !errors.Is(err, ErrFenced) {
		t.Errorf("the former driver: %v", err)
	}
	if err := add(newer, "in time"); err != nil {
		t.Errorf("the new one: %v", err)
	}
	if got, err := w.Lines(w.ctx, run.ID, 1, 10, 10); err != nil || len(got) != 1 || got[0].Text != "in time" {
		t.Errorf("stored: %v, %v", got, err)
	}
}

// Two drivers that both believe that they drive the run number without gaps.
func TestLinesOfTwoWriters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := w.newRun(w.newSession(w.stack), RunApply)
	stores := []*Store{w.Store, mustOpen(t, w.url)}
	const total = 200
	var writers errgroup.Group
	for i := range 4 {
		writers.Go(func() error {
			for at := 0; at < total; at += 10 {
				var batch []Line
				for n := at; n < at+10; n++ {
					batch = append(batch, Line{EndOffset: int64(n + 1), Text: fmt.Sprint(n + 1)})
				}
				if err := stores[i%2].InTx(w.ctx, func(tx *Tx) error { _, err := tx.AppendLines(w.ctx, run.ID, run.Fence, batch); return err }); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := writers.Wait(); err != nil {
		t.Fatal(err)
	}
	got, err := w.Lines(w.ctx, run.ID, 1, total*10, total*10)
	if err != nil || len(got) != total {
		t.Fatalf("%d lines, want %d, %v", len(got), total, err)
	}
	for i, l := range got {
		if l.Seq != i+1 || l.Text != fmt.Sprint(i+1) {
			t.Fatalf("line %d is number %d: %q", i+1, l.Seq, l.Text)
		}
	}
}

func TestPostedLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	run := w.newRun(s, RunApply)
	post := func(from, to int) {
		w.owe(Post{Lane: ThreadLane(s.ID), Kind: PostLines, SessionID: s.ID, RunID: &run.ID, FromSeq: &from, ToSeq: &to})
	}
	post(1, 10)
	post(11, 12)
	w.append(run.ID, Line{EndOffset: 1, Text: "x"})
	w.tx(func(tx *Tx) error {
		to, err := tx.PostedLines(w.ctx, run.ID)
		if err != nil || to != 12 {
			t.Errorf("posted to %d, want 12, %v", to, err)
		}
		last, err := tx.LastLineSeq(w.ctx, run.ID)
		if err != nil || last != 1 {
			t.Errorf("last line %d, want 1, %v", last, err)
		}
		return err
	})
	// Two posts that begin with the same line would show it twice.
	from, to := 1, 5
	err := w.InTx(w.ctx, func(tx *Tx) error {
		return tx.Owe(w.ctx, Post{GuildID: guild, Lane: "x", Kind: PostLines, SessionID: s.ID, RunID: &run.ID, FromSeq: &from, ToSeq: &to})
	})
	if n, _ := w.OwedPosts(w.ctx); n != 2 || err == nil {
		t.Errorf("%d posts are owed, want 2, %v", n, err)
	}
}
