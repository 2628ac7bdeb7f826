package store

import (
	"context"
	"fmt"
	"time"
)

// What is forgotten goes in batches, so that no statement holds up others, and so
// many of them in one sweep; the next one goes on.
const (
	forgetBatch   = 1000
	forgetBatches = 20
)

// longEnded finds the sessions that ended before a time, with all their runs:
// nothing of theirs is ever acted on again. A failed one is not among them, it can
// be planned again; nor is one whose apply is lost, as its host may still report.
const longEnded = `select s.id from sessions s where s.state in ('APPLIED', 'CANCELLED', 'EXPIRED') and s.updated_at <= $1
	and not exists (select from runs u where u.session_id = s.id and coalesce(u.ended_at, 'infinity') > $1)`

// ForgetPosts deletes the posts that were sent, and the sessions of which ended,
// longer ago than age.
func (s *Store) ForgetPosts(ctx context.Context, age time.Duration) error {
	return s.forget(ctx, "posts", age, "delete from outbox where id in (select id from outbox where sent_at <= $1 and (session_id is null or session_id in ("+longEnded+")) limit $2)")
}

// ForgetPlanFiles empties what is sealed of plans whose sessions ended longer ago
// than age. What the plan was for stays readable; it cannot be applied.
func (s *Store) ForgetPlanFiles(ctx context.Context, age time.Duration) error {
	return s.forget(ctx, "plan files", age, `update plans set bundle = '', secrets = ''
		where run_id in (select run_id from plans where octet_length(bundle) > 0 and session_id in (`+longEnded+") limit $2)")
}

// ForgetDrafts deletes drafts of forms that are older than age.
func (s *Store) ForgetDrafts(ctx context.Context, age time.Duration) error {
	return s.forget(ctx, "drafts of forms", age, "delete from form_drafts where id in (select id from form_drafts where created_at <= $1 limit $2)")
}

// ForgetLines deletes the output of runs whose sessions ended longer ago than age.
// It leaps from one run that has output to the next in the index, oldest first.
func (s *Store) ForgetLines(ctx context.Context, age time.Duration) error {
	return s.forget(ctx, "lines", age, `delete from run_lines where (run_id, seq) in (
		with recursive kept as (
			select (select min(run_id) from run_lines) as id
			union all
			select (select min(l.run_id) from run_lines l where l.run_id > k.id) from kept k join runs r on r.id = k.id where r.created_at <= $1)
		select l.run_id, l.seq from kept k join runs r on r.id = k.id join run_lines l on l.run_id = r.id
		where r.session_id in (`+longEnded+") order by l.run_id, l.seq limit $2)")
}

// ForgetStates deletes past versions of states that are older than age, but for the
// newest of each stack, of which one is its state.
func (s *Store) ForgetStates(ctx context.Context, age time.Duration, newest int) error {
	return s.forget(ctx, "states", age, `delete from state_versions where id in (
		select id from (select id, saved_at, row_number() over (partition by stack_id order by id desc) as nth from state_versions) v
		where v.saved_at <= $1 and v.nth > $3 limit $2)`, max(newest, 1))
}

// forget runs a statement that takes a time and how many rows it may take.
func (s *Store) forget(ctx context.Context, what string, age time.Duration, sql string, more ...any) error {
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	for range forgetBatches {
		tag, err := s.pool.Exec(ctx, sql, append([]any{now.Add(-age), forgetBatch}, more...)...)
		if err != nil {
			return fmt.Errorf("forget old %s: %w", what, translate(err))
		}
		if tag.RowsAffected() < forgetBatch {
			return nil
		}
	}
	return nil
}
