package doctor

import (
	"fmt"
	"testing"
)

// What is under way is named with the host that holds it; what a silent host holds
// is warned of.
func TestRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withDatabase()
	w.examine().want(fine, "runs", "nothing is under way")
	w.project("dev", w.ops.ID)
	w.exec("insert into hosts (id, started_at, seen_at, version) values ('h1', now(), now(), 'test'), ('h2', now(), now() - interval '1 hour', 'test')")
	for i, run := range []struct{ stack, host, status string }{{"web", "h1", "running"}, {"old", "h2", "lost"}} {
		w.exec(fmt.Sprintf(`insert into stacks (guild_id, project_id, name, region, resources, state_lineage, state_serial, outputs, created_by, created_at, updated_at, tags, held)
			select guild_id, id, '%s', 'eu-1', '[]', '', 0, '[]', '1', now(), now(), '{}', '[]' from projects`, run.stack))
		w.exec(fmt.Sprintf(`insert into sessions (id, guild_id, project_id, stack_id, requester, state, version, generation, base, resources, problems, channel_id, lobby_message_id, thread_id, created_at, updated_at, requester_as, tags, destroy)
			select 's%d', guild_id, project_id, id, '1', 'FAILED', 1, 1, '[]', '[]', '[]', '', '', '', now(), now(), '{}', '{}', false from stacks where name = '%s'`, i, run.stack))
		w.exec(fmt.Sprintf(`insert into runs (guild_id, session_id, stack_id, kind, generation, attempt, status, host_id, created_at, started_at, progress, progress_message_id)
			select guild_id, id, stack_id, 'apply', 1, 1, '%s', '%s', now(), now(), '{}', '' from sessions where id = 's%d'`, run.status, run.host, i))
	}
	f := w.examine()
	f.want(fine, "runs", "apply 1 of "+w.acme.ID+"/dev/web on host h1, heard of")
	f.want(warning, "runs", "apply 2 of "+w.acme.ID+"/dev/old on host h2, heard of 1h0m", "/cloud-unlock")
	f.wantProblems()
	w.exec("update hosts set seen_at = now() - interval '1 hour'")
	w.examine().want(warning, "runs", "dev/old on host h2", "dev/web on host h1")
}
