package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

type sessionRow struct {
	ID              string
	GuildID         string
	ProjectID       int64
	StackID         int64
	Requester       string
	RequesterAs     project.Person
	Destroy         bool
	State           string
	Version         int64
	Generation      int
	Base            []project.Resource
	Resources       []project.Resource
	Tags            map[string]string
	Regions         []string
	Problems        []string
	Failure         *session.Failure
	Override        *session.Note
	Ending          *session.Note
	Replacing       []string
	RunID           *int64
	ChannelID       string
	LobbyMessageID  string
	NoticeMessageID string
	ThreadID        string
	CreatedAt       time.Time
	UpdatedAt       time.Time
	ExpiresAt       *time.Time

	PlanRunID    *int64
	Digest       *plan.Digest
	SHA256       *string
	ConfigHash   *string
	StateLineage *string
	StateSerial  *int64
	PlannedAt    *time.Time
	Findings     []plan.Finding
	Policies     *string
	Cost         *session.Cost
	Approvals    []session.Approval
}

const sessionQuery = `
	select s.id, s.guild_id, s.project_id, s.stack_id, s.requester, s.requester_as, s.destroy, s.state, s.version, s.generation,
	       s.base, s.resources, s.tags, s.regions, s.problems, s.failure, s.override, s.ending, s.replacing, s.run_id, s.channel_id, s.lobby_message_id, s.notice_message_id, s.thread_id,
	       s.created_at, s.updated_at, s.expires_at,
	       s.plan_run_id, p.digest, p.sha256, p.config_hash, p.state_lineage, p.state_serial, p.created_at as planned_at, p.findings, p.policies, p.cost,
	       coalesce((select jsonb_agg(a.person || jsonb_build_object('at', a.approved_at) order by a.approved_at)
	                 from approvals a where a.session_id = s.id and a.generation = s.generation), '[]') as approvals
	from sessions s left join plans p on p.run_id = s.plan_run_id`

func (r sessionRow) value() session.Session {
	s := session.Session{
		ID: r.ID, GuildID: r.GuildID, ProjectID: r.ProjectID, StackID: r.StackID, Requester: r.Requester, RequesterAs: r.RequesterAs, Destroy: r.Destroy,
		State: session.State(r.State), Version: r.Version, Generation: r.Generation,
		Base: r.Base, Resources: r.Resources, Tags: r.Tags, Regions: r.Regions, Problems: r.Problems, Failure: r.Failure, Approvals: r.Approvals,
		Override: r.Override, Ending: r.Ending, Replacing: r.Replacing,
		ChannelID: r.ChannelID, LobbyMessageID: r.LobbyMessageID, NoticeMessageID: r.NoticeMessageID, ThreadID: r.ThreadID,
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, ExpiresAt: r.ExpiresAt,
	}
	if r.RunID != nil {
		s.RunID = *r.RunID
	}
	if r.PlanRunID != nil && r.Digest != nil {
		s.Plan = &session.Plan{RunID: *r.PlanRunID, Digest: *r.Digest, SHA256: *r.SHA256, ConfigHash: *r.ConfigHash,
			State: project.StateMeta{Lineage: *r.StateLineage, Serial: *r.StateSerial}, At: *r.PlannedAt,
			Findings: r.Findings, Policies: *r.Policies, Cost: r.Cost}
	}
	return s
}

// InsertSession stores a new session. ErrDuplicate, and a transaction that can
// go on, if there is one of that id.
func (tx *Tx) InsertSession(ctx context.Context, s session.Session) (session.Session, error) {
	s.Version = 1
	tag, err := tx.Exec(ctx, `
		insert into sessions (id, guild_id, project_id, stack_id, requester, requester_as, state, version, generation, base, resources, problems,
		                      failure, run_id, plan_run_id, channel_id, lobby_message_id, thread_id, created_at, updated_at, expires_at,
		                      destroy, tags, override, ending, replacing, regions)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)
		on conflict (id) do nothing`,
		s.ID, s.GuildID, s.ProjectID, s.StackID, s.Requester, s.RequesterAs, string(s.State), s.Version, s.Generation,
		jsonList(s.Base), jsonList(s.Resources), jsonList(s.Problems), s.Failure, nullID(s.RunID), planRunID(s), s.ChannelID, s.LobbyMessageID, s.ThreadID,
		s.CreatedAt, s.UpdatedAt, s.ExpiresAt, s.Destroy, jsonMap(s.Tags), s.Override, s.Ending, jsonList(s.Replacing), jsonList(s.Regions))
	if err != nil {
		return session.Session{}, fmt.Errorf("insert session: %w", translate(err))
	}
	if tag.RowsAffected() == 0 {
		return session.Session{}, fmt.Errorf("insert session %s: %w", s.ID, ErrDuplicate)
	}
	tx.onCommit = append(tx.onCommit, func() { tx.store.cache.put(s) })
	return s, nil
}

// LockSession reads a session and its stack and locks both. The stack comes
// first, always: everything that happens to a stack is in one order, and no two
// transactions wait for each other.
func (tx *Tx) LockSession(ctx context.Context, id string) (session.Session, project.Stack, error) {
	st, err := one[stackRow](ctx, tx, "select "+stackColumns+" from stacks where id = (select stack_id from sessions where id = $1) for update", id)
	if err != nil {
		return session.Session{}, project.Stack{}, fmt.Errorf("lock the session's stack: %w", err)
	}
	var version int64
	if err := tx.QueryRow(ctx, "select version from sessions where id = $1 for no key update", id).Scan(&version); err != nil {
		return session.Session{}, project.Stack{}, fmt.Errorf("lock session: %w", err)
	}
	s, err := tx.store.sessionAt(ctx, tx, id, version)
	// Not before: what this transaction wrote itself may be rolled back.
	tx.onCommit = append(tx.onCommit, func() { tx.store.cache.put(s) })
	return s, st.value(), err
}

// SaveSession writes s over the version it was read at, and returns it with the
// next version. ErrVersion if somebody else was first; ErrOneWriter if another
// session of the stack is approved or applying.
func (tx *Tx) SaveSession(ctx context.Context, s session.Session) (session.Session, error) {
	tag, err := tx.Exec(ctx, `
		update sessions set state = $3, version = version + 1, generation = $4, resources = $5, problems = $6, failure = $7, run_id = $8,
		       plan_run_id = $9, requester_as = $10, updated_at = $11, expires_at = $12, base = $13, tags = $14, override = $15, ending = $16, replacing = $17
		where id = $1 and version = $2`,
		s.ID, s.Version, string(s.State), s.Generation, jsonList(s.Resources), jsonList(s.Problems), s.Failure, nullID(s.RunID),
		planRunID(s), s.RequesterAs, s.UpdatedAt, s.ExpiresAt, jsonList(s.Base), jsonMap(s.Tags), s.Override, s.Ending, jsonList(s.Replacing))
	if err != nil {
		return session.Session{}, fmt.Errorf("save session: %w", translate(err))
	}
	if tag.RowsAffected() == 0 {
		return session.Session{}, fmt.Errorf("save session %s at version %d: %w", s.ID, s.Version, ErrVersion)
	}
	if err := tx.saveApprovals(ctx, s); err != nil {
		return session.Session{}, err
	}
	s.Version++
	tx.onCommit = append(tx.onCommit, func() { tx.store.cache.put(s) })
	return s, nil
}

// saveApprovals makes the rows of the generation those of the value.
func (tx *Tx) saveApprovals(ctx context.Context, s session.Session) error {
	users := make([]string, 0, len(s.Approvals))
	for _, a := range s.Approvals {
		users = append(users, a.UserID)
		_, err := tx.Exec(ctx, `insert into approvals (session_id, generation, user_id, person, approved_at)
			values ($1, $2, $3, $4, $5) on conflict (session_id, generation, user_id)
			do update set person = excluded.person, approved_at = excluded.approved_at`, s.ID, s.Generation, a.UserID, a.Person, a.At)
		if err != nil {
			return fmt.Errorf("save approval: %w", err)
		}
	}
	_, err := tx.Exec(ctx, "delete from approvals where session_id = $1 and generation = $2 and not user_id = any($3)", s.ID, s.Generation, users)
	if err != nil {
		return fmt.Errorf("withdraw approvals: %w", err)
	}
	return nil
}

// Session reads a session: from memory when its version there is the one in
// Postgres.
func (s *Store) Session(ctx context.Context, id string) (session.Session, error) {
	var version int64
	err := s.pool.QueryRow(ctx, "select version from sessions where id = $1", id).Scan(&version)
	if errors.Is(err, pgx.ErrNoRows) {
		return session.Session{}, ErrNotFound
	}
	if err != nil {
		return session.Session{}, translate(err)
	}
	v, err := s.sessionAt(ctx, s.pool, id, version)
	if err == nil {
		s.cache.put(v)
	}
	return v, err
}

// sessionAt returns the session at a version that was just read.
func (s *Store) sessionAt(ctx context.Context, q querier, id string, version int64) (session.Session, error) {
	if v, ok := s.cache.get(id, version); ok {
		return v, nil
	}
	r, err := one[sessionRow](ctx, q, sessionQuery+" where s.id = $1", id)
	if err != nil {
		return session.Session{}, fmt.Errorf("read session: %w", err)
	}
	return r.value(), nil
}

// SetLobbyMessage, SetNotice and SetThread record where a session is shown. They are facts
// about Discord, not about the session: no event, no new version in its history,
// but the cached value is outdated.
func (tx *Tx) SetLobbyMessage(ctx context.Context, id, messageID string) error {
	_, err := tx.Exec(ctx, "update sessions set lobby_message_id = $2, version = version + 1 where id = $1", id, messageID)
	return err
}

// SetNotice records the message that asks for approval; empty: nobody is asked any more.
func (tx *Tx) SetNotice(ctx context.Context, id, messageID string) error {
	_, err := tx.Exec(ctx, "update sessions set notice_message_id = $2, version = version + 1 where id = $1", id, messageID)
	return err
}

// ThreadOf returns the session's thread as it is now, empty if it has none, and the
// state that the session is in.
func (tx *Tx) ThreadOf(ctx context.Context, id string) (thread string, state session.State, err error) {
	err = tx.QueryRow(ctx, "select thread_id, state from sessions where id = $1", id).Scan(&thread, &state)
	return thread, state, err
}

// SetThread records the session's thread.
func (tx *Tx) SetThread(ctx context.Context, id, threadID string) error {
	_, err := tx.Exec(ctx, "update sessions set thread_id = $2, version = version + 1 where id = $1", id, threadID)
	return err
}

// OtherSessions returns the ids of the stack's sessions in the states, but for one.
func (tx *Tx) OtherSessions(ctx context.Context, stackID int64, except string, states ...session.State) ([]string, error) {
	rows, err := tx.Query(ctx, "select id from sessions where stack_id = $1 and id <> $2 and state = any($3) order by id", stackID, except, states)
	if err != nil {
		return nil, fmt.Errorf("list the stack's sessions: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// OpenSessionOf returns the newest session of a stack that has not ended, of those
// that destroy it or of the others, and of one person unless the id is empty; or
// ErrNotFound.
func (tx *Tx) OpenSessionOf(ctx context.Context, stackID int64, destroy bool, requester string) (session.Session, error) {
	r, err := one[sessionRow](ctx, tx, sessionQuery+` where s.stack_id = $1 and s.destroy = $2 and ($3 = '' or s.requester = $3)
		and s.state not in ('APPLIED', 'CANCELLED', 'EXPIRED') order by s.created_at desc, s.id limit 1`, stackID, destroy, requester)
	return r.value(), err
}

// NewestSession returns the id of the stack's newest session, but for those that
// were cancelled or expired: they hold nothing.
func (tx *Tx) NewestSession(ctx context.Context, stackID int64) (string, error) {
	var id string
	err := tx.QueryRow(ctx, `select id from sessions where stack_id = $1 and state not in ('CANCELLED', 'EXPIRED')
		order by created_at desc, id desc limit 1`, stackID).Scan(&id)
	return id, err
}

// Expiring returns the sessions whose life was over at the time, oldest first.
func (s *Store) Expiring(ctx context.Context, limit int) ([]string, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `select id from sessions where expires_at <= $1 and state in ('DRAFT', 'PLAN_READY', 'APPROVED', 'FAILED')
		order by expires_at limit $2`, now, limit)
	if err != nil {
		return nil, translate(err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

func nullID(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

func planRunID(s session.Session) *int64 {
	if s.Plan == nil {
		return nil
	}
	return &s.Plan.RunID
}
