-- Who may do what: grants to members and roles with an end, requests for them,
-- quotas, a project's rules, what policies found in a plan, and the reasons that
-- people gave. Rules and limits are documents: their shape is the Go types' of
-- internal/project, and nothing is ever searched by what is in them.

create table guilds (
  id               text primary key,
  admin_role       text not null,       -- empty: members with Manage Server are admins
  requests_channel text not null,       -- empty: requests are posted where they are made
  updated_at       timestamptz not null
);

alter table projects
  add column rules jsonb not null default '{}',
  add column archived_at timestamptz;
update projects set rules = jsonb_build_object('approvals', jsonb_build_object('needed', required_approvals));
alter table projects alter column rules drop default, drop column required_approvals;

-- A grant is to a member or to a role. One of each per project and level is in
-- force: more for an hour leaves what somebody has for longer.
alter table grants
  add column role_id text not null default '',
  add column reason text not null default '',
  add column member_since timestamptz,  -- when the member had joined the guild; who leaves and comes back has another
  add column revoked_by text,
  add column warned_at timestamptz,     -- when its end was announced
  add column ended_at timestamptz,      -- when its end was written to the audit
  add column looked_at timestamptz,     -- when Discord was last asked whether the member is still there
  add column channel_id text not null default '', -- where it was given
  add constraint grants_to_somebody check ((user_id = '') <> (role_id = ''));
alter table grants alter column role_id drop default, alter column reason drop default, alter column channel_id drop default;
drop index grants_in_force;
create unique index grants_in_force on grants (project_id, user_id, role_id, level) where revoked_at is null;
create index grants_of_member on grants (guild_id, user_id) where revoked_at is null;
create index grants_to_look_at on grants (coalesce(looked_at, granted_at)) where revoked_at is null and user_id <> '';
create index grants_ending on grants (expires_at) where revoked_at is null and ended_at is null and expires_at is not null;

create table access_requests (
  id           bigint generated always as identity primary key,
  guild_id     text not null,
  project_id   bigint not null references projects,
  user_id      text not null,
  member_since timestamptz,
  level        smallint not null check (level between 1 and 4),
  seconds      bigint not null check (seconds >= 0), -- how long; 0: the project's default
  reason       text not null,
  status       text not null check (status in ('PENDING', 'APPROVED', 'DECLINED', 'CANCELLED')),
  asked_in     text not null,           -- the channel
  channel_id   text not null,           -- where it is posted
  message_id   text not null,
  created_at   timestamptz not null,
  decided_by   text,
  decided_at   timestamptz,
  decision     text not null,           -- what was said with it
  grant_id     bigint references grants
);
create unique index access_requests_pending on access_requests (project_id, user_id) where status = 'PENDING';
create index access_requests_of_guild on access_requests (guild_id, id desc);

create table quotas (
  project_id bigint not null references projects,
  guild_id   text not null,
  subject    text not null,             -- empty: the project; '*': each person; else a user id
  limits     jsonb not null,
  set_by     text not null,
  set_at     timestamptz not null,
  primary key (project_id, subject)
);

alter table stacks
  add column tags jsonb not null default '{}',
  add column held jsonb not null default '[]'; -- every resource that may exist: after a failed apply, of both worlds
update stacks set held = resources where state_serial > 0;
alter table stacks alter column tags drop default, alter column held drop default;

alter table sessions
  add column requester_as jsonb not null default '{}', -- as Discord last described the requester
  add column destroy boolean not null default false,   -- opened to destroy the stack
  add column tags jsonb not null default '{}',
  add column override jsonb,                            -- who let the plan pass in spite of policies, and why
  add column ending jsonb;                              -- who cancelled it, and why
update sessions set requester_as = jsonb_build_object('user_id', requester, 'guild_admin', requester_admin);
alter table sessions
  alter column requester_as drop default, alter column destroy drop default, alter column tags drop default,
  drop column requester_admin;

alter table plans
  add column findings jsonb not null default '[]', -- of the policies
  add column policies text not null default '';    -- hash of the policies that were asked
alter table plans alter column findings drop default, alter column policies drop default;

alter table approvals add column person jsonb not null default '{}';
update approvals set person = jsonb_build_object('user_id', user_id, 'guild_admin', admin);
alter table approvals alter column person drop default, drop column admin;

-- A post is about a session, a request or a grant; one to a person goes to them
-- alone.
alter table outbox
  alter column session_id drop not null,
  add column request_id bigint references access_requests,
  add column grant_id bigint references grants,
  add column user_id text not null default '',
  add column mention_roles text[] not null default '{}';
alter table outbox alter column user_id drop default, alter column mention_roles drop default;
drop index outbox_coalesced;
create unique index outbox_coalesced on outbox (lane, kind)
  where kind in ('lobby', 'progress', 'request') and sent_at is null and dead_at is null and attempts = 0;

-- Which project a row is about follows from its subject; it stands in the row so
-- that a project's trail is one index. Rows from before get theirs here, which
-- changes nothing of what they say.
alter table audit add column reason text not null default '', add column project_id bigint;
alter table audit disable trigger audit_append_only;
update audit a set project_id = coalesce(
  (select s.project_id from sessions s where a.subject like 'session/%' and s.id = split_part(a.subject, '/', 2)),
  (select p.id from projects p where a.subject like 'project/%' and p.guild_id = a.guild_id and p.slug = split_part(a.subject, '/', 2)));
alter table audit enable trigger audit_append_only;
create index audit_of_project on audit (project_id, id desc) where project_id is not null;
create index audit_of_action on audit (guild_id, action, id desc);
create index audit_of_actor on audit (guild_id, actor, id desc);
create index audit_of_subject on audit (guild_id, subject, id desc);
create index sessions_of_project on sessions (project_id, created_at desc);
create index sessions_unended on sessions (project_id) where state not in ('APPLIED', 'CANCELLED', 'EXPIRED');
create index sessions_of_guild on sessions (guild_id, created_at desc);
create index sessions_in_state on sessions (guild_id, state, created_at desc);
create index sessions_open on sessions (guild_id, created_at desc) where state not in ('APPLIED', 'CANCELLED', 'EXPIRED');
create index runs_ended on runs (guild_id, ended_at) where ended_at is not null;

---- create above / drop below ----

drop index runs_ended, sessions_unended, sessions_open, sessions_in_state, sessions_of_guild, sessions_of_project, audit_of_subject, audit_of_actor, audit_of_action, audit_of_project;
alter table audit drop column project_id, drop column reason;
drop index outbox_coalesced;
delete from outbox where session_id is null;
alter table outbox drop column mention_roles, drop column user_id, drop column grant_id, drop column request_id, alter column session_id set not null;
create unique index outbox_coalesced on outbox (lane, kind) where kind in ('lobby', 'progress') and sent_at is null and dead_at is null and attempts = 0;
alter table approvals add column admin boolean not null default false;
update approvals set admin = coalesce((person->>'guild_admin')::boolean, false);
alter table approvals drop column person;
alter table plans drop column policies, drop column findings;
alter table sessions add column requester_admin boolean not null default false;
update sessions set requester_admin = coalesce((requester_as->>'guild_admin')::boolean, false);
alter table sessions drop column ending, drop column override, drop column tags, drop column destroy, drop column requester_as;
alter table stacks drop column held, drop column tags;
drop table quotas, access_requests;
drop index grants_ending, grants_to_look_at, grants_of_member, grants_in_force;
delete from grants where role_id <> '';
update grants g set revoked_at = now() where revoked_at is null and exists (select from grants h
  where h.project_id = g.project_id and h.user_id = g.user_id and h.revoked_at is null and h.level > g.level);
alter table grants drop constraint grants_to_somebody, drop column channel_id, drop column looked_at, drop column ended_at, drop column warned_at, drop column revoked_by,
  drop column member_since, drop column reason, drop column role_id;
create unique index grants_in_force on grants (guild_id, user_id, project_id) where revoked_at is null;
alter table projects add column required_approvals int not null default 0;
update projects set required_approvals = coalesce((rules->'approvals'->>'needed')::int, 0);
alter table projects drop column archived_at, drop column rules;
drop table guilds;
