package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// heldRun is a run under way, and the host that holds it.
type heldRun struct {
	ID      int64
	Kind    store.RunKind
	Status  store.RunStatus
	GuildID string
	Project string
	Stack   string
	Host    string
	Silent  time.Duration
}

func (r heldRun) String() string {
	return fmt.Sprintf("%s %d of %s/%s/%s on host %s, heard of %s ago", r.Kind, r.ID, r.GuildID, r.Project, r.Stack, r.Host, r.Silent.Round(time.Second))
}

// runs says which host holds what, and what holds its stack although its host is
// not heard of.
func (e *exam) runs(ctx context.Context, conn *pgx.Conn) {
	const subject = "runs"
	if !e.current {
		e.skip(subject, "the schema is not this program's")
		return
	}
	list, err := heldRuns(ctx, conn)
	if err != nil {
		e.fail(subject, "the runs that are under way cannot be read", ownTables(err), err)
		return
	}
	var held, lost []string
	for _, r := range list {
		if r.Status == store.RunLost || r.Silent > e.Config.HostLease {
			lost = append(lost, r.String())
		} else {
			held = append(held, r.String())
		}
	}
	if len(lost) > 0 {
		e.warn(subject, "held by a host that is silent: "+strings.Join(lost, "; "),
			"Start that host again with its data directory. Or make sure that it is off for good, and free the stacks with `/cloud-unlock` in Discord.")
	}
	switch {
	case len(held) > 0:
		e.ok(subject, "under way: %s", strings.Join(held, "; "))
	case len(lost) == 0:
		e.ok(subject, "nothing is under way")
	}
}

// mostRuns bounds what is named; a host that has more under way is well.
const mostRuns = 10

func heldRuns(ctx context.Context, conn *pgx.Conn) ([]heldRun, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	rows, err := conn.Query(ctx, `
		select r.id, r.kind, r.status, r.guild_id, p.slug as project, k.name as stack, h.id as host, now() - h.seen_at as silent
		from runs r join hosts h on h.id = r.host_id join stacks k on k.id = r.stack_id join projects p on p.id = k.project_id
		where r.status in ('running', 'lost') order by r.status, h.seen_at, r.id limit $1`, mostRuns)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[heldRun])
}
