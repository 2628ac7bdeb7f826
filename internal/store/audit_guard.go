package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// AuditGuard is what keeps a role from changing the audit.
type AuditGuard struct {
	Role      string   // who asks: the role that logged in
	Owner     string   // of the table
	Superuser bool     // Role is stopped by nothing
	Owns      bool     // Role is, or may become, the owner of the table, of its schema or of the database
	Rights    []string // what Role may do to the table besides reading and adding
	Creates   bool     // Role may make things of its own in the table's schema
	Triggered bool     // the trigger that refuses every change is in force
}

// ExamineAudit looks at how the audit is guarded against the role of a connection.
// ErrNotFound says that there is no audit yet. It changes nothing.
func ExamineAudit(ctx context.Context, q querier) (AuditGuard, error) {
	g, err := one[AuditGuard](ctx, q, `
		select session_user as role, pg_get_userbyid(t.relowner) as owner, u.rolsuper as superuser,
		       pg_has_role(session_user, t.relowner, 'member') or pg_has_role(session_user, s.nspowner, 'member')
		         or pg_has_role(session_user, d.datdba, 'member') as owns,
		       array(select r from unnest(array['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) r
		             where has_table_privilege(session_user, t.oid, r)
		                or r in ('UPDATE', 'REFERENCES') and has_any_column_privilege(session_user, t.oid, r)) as rights,
		       has_schema_privilege(session_user, s.oid, 'create') as creates,
		       exists (select from pg_trigger g
		               where g.tgrelid = t.oid and g.tgname = 'audit_append_only' and g.tgenabled in ('O', 'A')
		                 and g.tgtype & 58 = 58) as triggered -- before delete, update and truncate: pg_trigger.h
		from pg_class t join pg_namespace s on s.oid = t.relnamespace, pg_database d, pg_roles u
		where t.oid = to_regclass('public.audit') and d.datname = current_database() and u.rolname = session_user`)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return g, fmt.Errorf("examine the audit: %w", translate(err))
	}
	return g, err
}

// AuditGuard examines the audit as the role that serves.
func (s *Store) AuditGuard(ctx context.Context) (AuditGuard, error) { return ExamineAudit(ctx, s.pool) }

// Weakness says why Role can change the audit, empty when it cannot.
func (g AuditGuard) Weakness() string {
	switch {
	case g.Superuser:
		return fmt.Sprintf("%s is a superuser, whom no rule of the database stops", g.Role)
	case g.Owns && g.Role == g.Owner:
		return fmt.Sprintf("%s owns it, and the owner of a table can switch off what guards it", g.Role)
	case g.Owns:
		return fmt.Sprintf("%s may act as %s, who owns it, or as the owner of its schema or of the database", g.Role, g.Owner)
	case len(g.Rights) > 0:
		return fmt.Sprintf("%s has the rights %s on it", g.Role, strings.Join(g.Rights, ", "))
	case !g.Triggered:
		return "the trigger audit_append_only, which refuses every change, is missing or switched off"
	case g.Creates:
		return fmt.Sprintf("%s may make tables and functions of its own beside it, in the schema public", g.Role)
	}
	return ""
}
