package store

import (
	"errors"
	"testing"
)

// The audit only grows: the database refuses everything else, to anybody.
func TestAuditIsAppendOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tx(func(tx *Tx) error {
		return errors.Join(
			tx.Audit(w.ctx, Entry{GuildID: guild, Actor: "1", Action: "session.start", Subject: "session/a", After: map[string]any{"x": 1}, InteractionID: "i"}),
			tx.Audit(w.ctx, Entry{GuildID: guild, Actor: Engine, Action: "session.expire", Subject: "session/a"}),
			tx.Audit(w.ctx, Entry{GuildID: "999", Actor: "2", Action: "session.start", Subject: "session/a"}),
		)
	})
	for _, sql := range []string{
		"update audit set actor = 'nobody'", "update audit set actor = 'nobody' where false",
		"delete from audit", "delete from audit where false", "truncate audit", "truncate projects cascade, audit",
		"with gone as (delete from audit returning *) select * from gone",
		"insert into audit select * from audit on conflict (id) do update set actor = 'nobody'",
		"merge into audit a using projects p on true when matched then update set actor = 'nobody'",
	} {
		for role, url := range map[string]string{"who serves": w.url, "the owner": w.owner} {
			if _, err := w.conn(url).Exec(w.ctx, sql); err == nil {
				t.Errorf("%s: was done by %s", sql, role)
			}
		}
	}
	trail, err := w.AuditTrail(w.ctx, guild, "session/a")
	if err != nil || len(trail) != 2 || trail[0].Action != "session.start" || trail[0].Actor != "1" || trail[1].Actor != Engine || trail[0].At.IsZero() {
		t.Errorf("%+v, %v", trail, err)
	}
}
