package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/session"
)

// StatsFilter says of what statistics are made: of what began, or ended, in a
// guild on the last days.
type StatsFilter struct {
	GuildID  string
	Projects []int64 // nil: of every project
	Days     int     // in UTC, with today
	People   int     // how many of the busiest

	since time.Time
}

// Stats are figures about deployments. Those by state, project and person count
// the sessions that began on these days; the others the runs that ended.
type Stats struct {
	Total     int
	ByState   map[session.State]int
	ByProject []Tally // most first
	ByPerson  []Tally // most first, the busiest only; by user id
	People    int     // how many there are
	Applies   Applies
	PlanTook  time.Duration // median, from when it was asked for to its end; 0 without one
	ApplyTook time.Duration
	Costs     []ProjectCost // of all stacks as they are now, the dearest first
	First     time.Time     // midnight of the first day
	ByDay     []Applies     // from there on
}

// Tally is how often something was counted.
type Tally struct {
	Name string
	N    int
}

// Applies counts how applies ended that Terraform had begun.
type Applies struct {
	Applied   int
	Failed    int // interrupted ones too
	Cancelled int
}

// All is how many ended in any way.
func (a Applies) All() int { return a.Applied + a.Failed + a.Cancelled }

// Stats reads the figures, all as of one moment.
func (s *Store) Stats(ctx context.Context, f StatsFilter) (Stats, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return Stats{}, err
	}
	f.since = now.UTC().Truncate(aDay).Add(-time.Duration(f.Days-1) * aDay)
	st := Stats{ByState: map[session.State]int{}, First: f.since, ByDay: make([]Applies, f.Days)}
	tx, err := s.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return st, fmt.Errorf("begin: %w", translate(err))
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	for _, read := range []func(context.Context, pgx.Tx, StatsFilter) error{st.readStates, st.readProjects, st.readPeople, st.readTimes, st.readDays, st.readCosts} {
		if err := read(ctx, tx, f); err != nil {
			return st, fmt.Errorf("read the statistics: %w", translate(err))
		}
	}
	return st, nil
}

const aDay = 24 * time.Hour

// begun is the condition on sessions that began since; endedRun that on runs.
const (
	begun    = " s.guild_id = $1 and s.created_at >= $2 and ($3::bigint[] is null or s.project_id = any($3))"
	endedRun = " r.guild_id = $1 and r.ended_at >= $2 and ($3::bigint[] is null or r.stack_id in (select id from stacks where project_id = any($3)))"
)

func (st *Stats) readStates(ctx context.Context, tx pgx.Tx, f StatsFilter) error {
	tallies, err := many[Tally](ctx, tx, "select s.state as name, count(*) as n from sessions s where"+begun+" group by 1", f.GuildID, f.since, f.Projects)
	for _, t := range tallies {
		st.ByState[session.State(t.Name)] = t.N
		st.Total += t.N
	}
	return err
}

func (st *Stats) readProjects(ctx context.Context, tx pgx.Tx, f StatsFilter) (err error) {
	st.ByProject, err = many[Tally](ctx, tx, `select p.slug as name, c.n from
		(select s.project_id, count(*) as n from sessions s where`+begun+` group by 1) c join projects p on p.id = c.project_id
		order by c.n desc, p.slug`, f.GuildID, f.since, f.Projects)
	return err
}

func (st *Stats) readPeople(ctx context.Context, tx pgx.Tx, f StatsFilter) error {
	type person struct {
		Tally
		People int
	}
	busiest, err := many[person](ctx, tx, `select s.requester as name, count(*) as n, count(*) over () as people from sessions s where`+begun+`
		group by 1 order by 2 desc, 1 limit $4`, f.GuildID, f.since, f.Projects, f.People)
	for _, p := range busiest {
		st.ByPerson, st.People = append(st.ByPerson, p.Tally), p.People
	}
	return err
}

// readTimes reads how long it took: with the wait in the queue, as people wait
// for that too.
func (st *Stats) readTimes(ctx context.Context, tx pgx.Tx, f StatsFilter) error {
	var plan, apply *float64
	const median = "extract(epoch from percentile_cont(0.5) within group (order by r.ended_at - r.created_at) filter (where r.kind = "
	err := tx.QueryRow(ctx, "select "+median+"'plan')), "+median+"'apply')) from runs r where r.status = 'succeeded' and"+endedRun,
		f.GuildID, f.since, f.Projects).Scan(&plan, &apply)
	st.PlanTook, st.ApplyTook = seconds(plan), seconds(apply)
	return err
}

func seconds(s *float64) time.Duration {
	if s == nil {
		return 0
	}
	return time.Duration(*s * float64(time.Second))
}

func (st *Stats) readDays(ctx context.Context, tx pgx.Tx, f StatsFilter) error {
	type day struct {
		Day time.Time
		Applies
	}
	days, err := many[day](ctx, tx, `select date_trunc('day', r.ended_at at time zone 'UTC') as day,
		count(*) filter (where r.status = 'succeeded') as applied, count(*) filter (where r.status in ('failed', 'interrupted')) as failed,
		count(*) filter (where r.status = 'cancelled') as cancelled
		from runs r where r.kind = 'apply' and r.started_at is not null and`+endedRun+" group by 1 order by 1", f.GuildID, f.since, f.Projects)
	if err != nil {
		return err
	}
	for _, d := range days {
		if at := int(d.Day.Sub(st.First) / aDay); at < len(st.ByDay) { // what a test's clock has yet to reach
			st.ByDay[at] = d.Applies
		}
		st.Applies = Applies{st.Applies.Applied + d.Applied, st.Applies.Failed + d.Failed, st.Applies.Cancelled + d.Cancelled}
	}
	return nil
}
