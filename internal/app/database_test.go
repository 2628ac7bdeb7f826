package app_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// exec runs SQL beside the bot, as the role of url.
func (w *world) exec(url, sql string) {
	w.t.Helper()
	conn, err := pgx.Connect(w.ctx, url)
	if err != nil {
		w.t.Fatal(err)
	}
	defer conn.Close(w.ctx)
	if _, err := conn.Exec(w.ctx, sql); err != nil {
		w.t.Fatal(err)
	}
}

// A plan that cannot be recorded is made again when it can.
func TestPlanThatCannotBeRecordedForAWhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	lobby := w.deploy(w.grace, nil)
	w.exec(w.db.Owner, "alter table plans rename to plans_away")
	w.exec(w.db.Owner, "create view plans as select * from plans_away; grant select, insert on plans to public") // it can be read, and not written
	w.exec(w.db.Owner, "create rule refuse as on insert to plans do instead select 1/0")
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.lobby(lobby, "vpc.main", "Planning")
	w.exec(w.db.Owner, "drop view plans; alter table plans_away rename to plans")
	w.ready(lobby, "1 to add")
}

// Terraform goes on while the database takes neither output nor state, and
// nothing of either is lost.
func TestApplyThatCannotBeRecordedForAWhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slow(1)).start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.add(w.grace, lobby, "compute_vm", discordsim.Fields{"name": "web"})
	w.ready(lobby, "2 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	thread := w.threadOf(lobby)
	w.await(thread, w.grace, "the first resource", discordsim.Containing("vpc.main: Creating"))
	w.exec(w.db.Owner, "alter table run_lines rename to run_lines_away; alter table state_versions rename to state_versions_away")
	w.awaitCreated(2)
	w.exec(w.db.Owner, "alter table run_lines_away rename to run_lines; alter table state_versions_away rename to state_versions")
	result := w.await(thread, w.grace, "the result with the log", func(m discordsim.Message) bool { return len(m.Attachments) > 0 })
	w.lobby(lobby, "Applied")
	w.checkThread(thread, result)
	again := w.deploy(w.grace, nil)
	w.click(w.grace, again, "Refresh")
	w.lobby(again, "Nothing to do") // the state was kept whole
}

// Connections that break in the middle of everything are made anew.
func TestConnectionsBreak(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slow(1)).start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.ready(lobby, "1 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	thread := w.threadOf(lobby)
	w.await(thread, w.grace, "the first resource", discordsim.Containing("vpc.main: Creating"))
	w.exec(w.db.URL, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
	result := w.await(thread, w.grace, "the result with the log", func(m discordsim.Message) bool { return len(m.Attachments) > 0 })
	w.lobby(lobby, "Applied")
	w.checkThread(thread, result)
	mention(t, w.reply(w.grace, "cloud-list", nil), "dev")
}
