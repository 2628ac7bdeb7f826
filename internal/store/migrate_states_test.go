package store

import (
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/tern/v2/migrate"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/migrations"
)

// beforeVersions are rows as the release before wrote them: a stack with the states
// of three runs, stored in another order than they were made.
const beforeVersions = `
	insert into projects (guild_id, slug, provider, default_region, regions, created_by, created_at, rules) values ('100', 'dev', 'sandbox', 'eu-1', '{}', '1', now(), '{}');
	insert into stacks (guild_id, project_id, name, region, resources, state_lineage, state_serial, outputs, created_by, created_at, updated_at, tags, held)
		values ('100', 1, 'web', 'eu-1', '[]', 'a', 9, '[]', '1', now(), now(), '{}', '[]');
	insert into sessions (id, guild_id, project_id, stack_id, requester, state, version, generation, base, resources, problems, channel_id, lobby_message_id, thread_id, created_at, updated_at, requester_as, destroy, tags)
		values ('s', '100', 1, 1, '1', 'APPLIED', 1, 1, '[]', '[]', '[]', '', '', '', now(), now(), '{}', false, '{}');
	insert into runs (guild_id, session_id, stack_id, kind, generation, attempt, status, created_at, progress, progress_message_id)
		select '100', 's', 1, 'apply', n, 1, 'succeeded', now(), '{}', '' from generate_series(1, 3) n;`

// Versions that were kept by their run are in the order of their serials afterwards,
// and what comes next is the newest.
func TestStatesOfTheReleaseBefore(t *testing.T) {
	t.Parallel()
	ctx, db, sealer := testContext(t), emptyDatabase(t), mustSealer(t, 7)
	conn, err := pgx.Connect(ctx, db.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	m, err := migrate.NewMigrator(ctx, conn, "public.schema_version")
	if err == nil {
		err = m.LoadMigrations(migrations.FS)
	}
	if err == nil {
		err = m.MigrateTo(ctx, 2)
	}
	if err == nil {
		_, err = conn.Exec(ctx, beforeVersions)
	}
	for _, run := range []int64{3, 1, 2} {
		if err == nil {
			_, err = conn.Exec(ctx, "insert into state_versions (stack_id, run_id, guild_id, lineage, serial, sealed, saved_at) values (1, $1, '100', 'a', $2, $3, now())",
				run, 3*run, sealer.aead.Seal([]byte{sealNameless}, nil, []byte{'s', byte('0' + run)}, binding(sealNameless, sealState, stateRow(1, run))))
		}
	}
	if err == nil {
		err = Migrate(ctx, Access(db), slog.New(slog.DiscardHandler))
	}
	if err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, db.URL)
	err = s.InTx(ctx, func(tx *Tx) error {
		versions, err := tx.StateVersions(ctx, 1)
		if err != nil || len(versions) != 3 || versions[0].Serial != 9 || versions[2].Serial != 3 || versions[0].Size != 2 {
			t.Errorf("versions: %+v, %v", versions, err)
		}
		if raw, err := tx.State(ctx, 1); err != nil || string(raw) != "s3" {
			t.Errorf("the state is %q, %v", raw, err)
		}
		st, err := tx.LockStack(ctx, 1)
		if err != nil {
			return err
		}
		if err := tx.PushState(ctx, st, project.StateMeta{Lineage: "b", Serial: 1}, []byte("pushed"), "ann"); err != nil {
			return err
		}
		if raw, err := tx.State(ctx, 1); err != nil || string(raw) != "pushed" {
			t.Errorf("after a push the state is %q, %v", raw, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.MigrateTo(ctx, 2); err != nil { // and back
		t.Fatal(err)
	}
	var states int
	if err := conn.QueryRow(ctx, "select count(*) from state_versions").Scan(&states); err != nil || states != 3 {
		t.Errorf("%d states after going back, %v", states, err)
	}
}
