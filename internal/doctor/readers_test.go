package doctor

import (
	"fmt"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// project inserts one that is bound to a channel.
func (w *world) project(slug, channel string) {
	w.t.Helper()
	w.exec(fmt.Sprintf(`insert into projects (guild_id, slug, provider, default_region, regions, rules, created_by, created_at)
		values ('%s', '%s', 'sandbox', 'eu-1', '{}', '{"channels": ["%s"]}', '1', now())`, w.acme.ID, slug, channel))
}

// Channels that show a project to those who may not see it are named, with who reads
// them; those that do not are fine.
func TestReaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withDatabase()
	w.examine().want(fine, "readers", "no project is bound to a channel")
	conn, err := connect(w.ctx, w.Config.DatabaseURL.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hangUp(w.ctx, conn) })
	look := func() findings { // what was found of Discord and the schema stays
		t.Helper()
		return readWhat(t, func(e *exam) {
			e.Config, e.rest, e.bot, e.current = w.Config, w.rest, w.bot, w.current
			e.readers(w.ctx, conn)
		})
	}

	ada, team := w.acme.NewMember("ada"), w.acme.NewRole("team")
	closed := w.acme.NewPrivateChannel("infra", w.app, ada)
	w.project("dev", closed.ID)
	w.exec(fmt.Sprintf(`insert into grants (guild_id, project_id, user_id, role_id, level, reason, granted_by, granted_at, channel_id)
		select guild_id, id, '%s', '', 1, '', '1', now(), '' from projects`, ada.ID))
	look().want(fine, "readers", "read by nobody else")

	closed.Allow(team, discordsim.ViewChannel)
	f := look()
	f.want(warning, "readers", "#infra", "those with the role team", "project dev", "/cloud-project")
	f.wantProblems()
	w.exec("update grants set expires_at = now()")
	look().want(warning, "readers", "those with the role team, member "+ada.ID)

	w.project("open", w.ops.ID)
	look().want(warning, "readers", "#ops", "everybody in the server", "project open")
	w.project("gone", "1042069912345678901")
	look().want(warning, "readers", "project gone is bound to the channel 1042069912345678901")
	w.exec("update projects set archived_at = now() where slug <> 'dev'")
	if f := look(); len(f.lines) != 1 {
		t.Errorf("archived projects are looked at:\n%s", f.text)
	}
	w.Config.Guilds = []string{"5"}
	look().want(fine, "readers", "no project is bound")
}
