package store

import (
	"context"
	"fmt"
)

// DropJobsOf deletes the queue's jobs that a host was working on when it died:
// the queue has no heartbeat and would keep them as running for ever. What they
// were about is in the rows of the runs.
func (s *Store) DropJobsOf(ctx context.Context, hostID string) error {
	_, err := s.pool.Exec(ctx, "delete from river_job where state = 'running' and attempted_by[array_upper(attempted_by, 1)] = $1", hostID)
	if err != nil {
		return fmt.Errorf("drop the jobs of host %s: %w", hostID, translate(err))
	}
	return nil
}
