package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
)

type stackRow struct {
	ID           int64
	GuildID      string
	ProjectID    int64
	Name         string
	Region       string
	Regions      []string
	Resources    []project.Resource
	Held         []project.Resource
	Unfinished   []string
	Tags         map[string]string
	Cost         *project.Cost
	StateLineage string
	StateSerial  int64
	CreatedBy    string
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

func (r stackRow) value() project.Stack {
	return project.Stack{ID: r.ID, GuildID: r.GuildID, ProjectID: r.ProjectID, Name: r.Name, Region: r.Region, Spread: r.Regions, Resources: r.Resources, Held: r.Held, Unfinished: r.Unfinished, Tags: r.Tags, Cost: r.Cost,
		State: project.StateMeta{Lineage: r.StateLineage, Serial: r.StateSerial}, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
}

const stackColumns = "id, guild_id, project_id, name, region, regions, resources, held, unfinished, tags, cost, state_lineage, state_serial, created_by, created_at, updated_at"

// EnsureStack returns the project's stack of that name, which it creates in the
// region if there is none, and locks it.
func (tx *Tx) EnsureStack(ctx context.Context, st project.Stack) (project.Stack, error) {
	_, err := tx.Exec(ctx, `
		insert into stacks (guild_id, project_id, name, region, resources, held, tags, state_lineage, state_serial, outputs, created_by, created_at, updated_at)
		values ($1, $2, $3, $4, '[]', '[]', '{}', '', 0, '[]', $5, $6, $6) on conflict (project_id, name) do nothing`,
		st.GuildID, st.ProjectID, st.Name, st.Region, st.CreatedBy, tx.Now)
	if err != nil {
		return project.Stack{}, fmt.Errorf("insert stack: %w", err)
	}
	st, err = tx.LockStackNamed(ctx, st.ProjectID, st.Name)
	if err != nil {
		return project.Stack{}, fmt.Errorf("lock stack: %w", err)
	}
	return st, nil
}

// LockStackNamed reads a project's stack of a name and locks it, or ErrNotFound.
func (tx *Tx) LockStackNamed(ctx context.Context, projectID int64, name string) (project.Stack, error) {
	r, err := one[stackRow](ctx, tx, "select "+stackColumns+" from stacks where project_id = $1 and name = $2 for update", projectID, name)
	return r.value(), err
}

// LockStack reads a stack and locks it: whoever decides on its state holds it.
func (tx *Tx) LockStack(ctx context.Context, id int64) (project.Stack, error) {
	r, err := one[stackRow](ctx, tx, "select "+stackColumns+" from stacks where id = $1 for update", id)
	return r.value(), err
}

// Stack reads a stack.
func (tx *Tx) Stack(ctx context.Context, id int64) (project.Stack, error) {
	r, err := one[stackRow](ctx, tx, "select "+stackColumns+" from stacks where id = $1", id)
	return r.value(), err
}

// SaveStack writes what an apply left: resources, what they cost, and outputs where
// they are known.
func (tx *Tx) SaveStack(ctx context.Context, st project.Stack, outputs json.RawMessage) error {
	_, err := tx.Exec(ctx, "update stacks set resources = $2, outputs = coalesce($3, outputs), region = $4, updated_at = $5, held = $6, tags = $7, unfinished = $8, cost = $9, regions = $10 where id = $1",
		st.ID, jsonList(st.Resources), outputs, st.Region, tx.Now, jsonList(st.Held), jsonMap(st.Tags), jsonList(st.Unfinished), st.Cost, jsonList(st.Spread))
	return err
}

// SetStackRegion moves a stack that does not exist yet.
func (tx *Tx) SetStackRegion(ctx context.Context, id int64, region string) error {
	_, err := tx.Exec(ctx, "update stacks set region = $2, regions = '[]', updated_at = $3 where id = $1 and state_serial = 0", id, region, tx.Now)
	return err
}

// GiveStack makes somebody the creator of a stack that has never held anything.
func (tx *Tx) GiveStack(ctx context.Context, id int64, userID string) error {
	_, err := tx.Exec(ctx, "update stacks set created_by = $2, updated_at = $3 where id = $1 and state_serial = 0 and held = '[]'", id, userID, tx.Now)
	return err
}

// ForgetStack makes a stack one that has never held anything. The versions of its
// state stay.
func (tx *Tx) ForgetStack(ctx context.Context, id int64) error {
	_, err := tx.Exec(ctx, `update stacks set regions = '[]', resources = '[]', held = '[]', unfinished = '[]', tags = '{}', cost = null, outputs = '[]', state_lineage = '', state_serial = 0, updated_at = $2
		where id = $1`, id, tx.Now)
	if err != nil {
		return fmt.Errorf("forget the stack: %w", err)
	}
	return nil
}

// ListedStack is a stack as it is offered to choose from.
type ListedStack struct {
	Name      string
	Regions   []string // in which it may stand, its own first
	Resources int
	Exists    bool // something was applied to it
}

// StacksOf lists a project's stacks whose name starts with prefix, by name.
func (s *Store) StacksOf(ctx context.Context, guildID, slug, prefix string, limit int) ([]ListedStack, error) {
	list, err := many[ListedStack](ctx, s.pool, `
		select s.name, jsonb_array_length(s.resources) as resources, s.state_serial > 0 as exists,
		       s.region || array(select distinct r.name from jsonb_array_elements(s.resources || s.held || jsonb_build_object('regions', s.regions)) e,
		                         jsonb_array_elements_text(coalesce(e -> 'regions', '[]')) r(name) where r.name <> s.region order by 1) as regions
		from stacks s join projects p on p.id = s.project_id
		where p.guild_id = $1 and p.slug = $2 and starts_with(s.name, $3) order by s.name limit $4`, guildID, slug, prefix, limit)
	if err != nil {
		return nil, fmt.Errorf("list stacks: %w", translate(err))
	}
	return list, nil
}

// jsonList makes an empty JSON list of a nil slice, where null is not allowed.
func jsonList[T any](v []T) []T {
	if v == nil {
		return []T{}
	}
	return v
}

// jsonMap is jsonList for maps.
func jsonMap(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// StackOutputs returns what the last apply left for people to see.
func (tx *Tx) StackOutputs(ctx context.Context, id int64) (json.RawMessage, error) {
	var outputs json.RawMessage
	err := tx.QueryRow(ctx, "select outputs from stacks where id = $1", id).Scan(&outputs)
	return outputs, err
}
