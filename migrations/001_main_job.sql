-- Every row of a tenant carries guild_id. Times are set by the application from
-- the transaction's clock, never by a default, so that one use case has one time.

create table hosts (
  id         text primary key,          -- kept in the host's data directory
  started_at timestamptz not null,
  seen_at    timestamptz not null,
  version    text not null
);

create table projects (
  id                 bigint generated always as identity primary key,
  guild_id           text not null,
  slug               text not null,
  provider           text not null,
  default_region     text not null,
  regions            text[] not null,   -- empty: every region of the provider
  required_approvals int not null check (required_approvals between 0 and 5),
  created_by         text not null,
  created_at         timestamptz not null,
  unique (guild_id, slug)
);

create table grants (
  id         bigint generated always as identity primary key,
  guild_id   text not null,
  project_id bigint not null references projects,
  user_id    text not null,
  level      smallint not null check (level between 1 and 4),
  granted_by text not null,
  granted_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz
);
-- One grant per person and project is in force; a new one revokes the old one.
create unique index grants_in_force on grants (guild_id, user_id, project_id) where revoked_at is null;

create table stacks (
  id            bigint generated always as identity primary key,
  guild_id      text not null,
  project_id    bigint not null references projects,
  name          text not null,
  region        text not null,
  resources     jsonb not null,
  state_lineage text not null,
  state_serial  bigint not null,
  outputs       jsonb not null,
  created_by    text not null,
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  unique (project_id, name)
);

create table sessions (
  id               text primary key,
  guild_id         text not null,
  project_id       bigint not null references projects,
  stack_id         bigint not null references stacks,
  requester        text not null,
  requester_admin  boolean not null,
  state            text not null check (state in ('DRAFT', 'VALIDATING', 'PLANNING', 'PLAN_READY', 'APPROVED',
                                                  'APPLYING', 'APPLIED', 'FAILED', 'CANCELLED', 'EXPIRED')),
  version          bigint not null,
  generation       int not null,
  base             jsonb not null,       -- the stack's resources that the desired ones started from
  resources        jsonb not null,
  problems         jsonb not null,
  failure          jsonb,
  run_id           bigint,
  plan_run_id      bigint,
  channel_id       text not null,
  lobby_message_id text not null,
  thread_id        text not null,
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  expires_at       timestamptz
);
-- A stack has one writer.
create unique index sessions_one_writer on sessions (stack_id) where state in ('APPROVED', 'APPLYING');
create index sessions_of_stack on sessions (stack_id, created_at desc);
create index sessions_of_requester on sessions (guild_id, requester, created_at desc);
create index sessions_expiring on sessions (expires_at) where expires_at is not null;

create table runs (
  id                  bigint generated always as identity primary key,
  guild_id            text not null,
  session_id          text not null references sessions,
  stack_id            bigint not null references stacks,
  kind                text not null check (kind in ('plan', 'apply')),
  generation          int not null,
  attempt             int not null,
  status              text not null check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted', 'superseded')),
  host_id             text references hosts,
  created_at          timestamptz not null,
  started_at          timestamptz,
  ended_at            timestamptz,
  exit_code           int,
  cancel_requested_by text,
  cancel_requested_at timestamptz,
  force_requested_by  text,
  force_requested_at  timestamptz,
  progress            jsonb not null,
  progress_message_id text not null
);
-- A plan is applied at most once. A superseded run never started.
create unique index runs_one_apply_per_plan on runs (session_id, generation) where kind = 'apply' and status <> 'superseded';
create index runs_waiting on runs (id) where status in ('queued', 'running');
create index runs_of_session on runs (session_id);

create table plans (
  run_id        bigint primary key references runs,
  guild_id      text not null,
  session_id    text not null references sessions,
  generation    int not null,
  digest        jsonb not null,
  sha256        text not null,
  config_hash   text not null,
  state_lineage text not null,
  state_serial  bigint not null,
  created_at    timestamptz not null,
  bundle        bytea not null,         -- sealed: the run directory's files that an apply needs
  secrets       bytea not null          -- sealed: values to mask in the apply's output
);

create table approvals (
  session_id  text not null references sessions,
  generation  int not null,
  user_id     text not null,
  admin       boolean not null,
  approved_at timestamptz not null,
  primary key (session_id, generation, user_id)
);

-- The newest state of each run; older runs' states are the stack's history.
create table state_versions (
  stack_id bigint not null references stacks,
  run_id   bigint not null references runs,
  guild_id text not null,
  lineage  text not null,
  serial   bigint not null,
  sealed   bytea not null,
  saved_at timestamptz not null,
  primary key (stack_id, run_id)
);

create table run_lines (
  run_id     bigint not null references runs,
  seq        int not null,              -- from 1, without gaps
  end_offset bigint not null,           -- bytes of the output file read with this line
  at         timestamptz not null,
  kind       text not null,
  text       text not null,             -- masked, one or more lines for people
  primary key (run_id, seq)
);

-- Messages the engine owes Discord. Rows say what to say; it is rendered when sent.
create table outbox (
  id            bigint generated always as identity primary key,
  guild_id      text not null,
  lane          text not null,          -- rows of a lane are sent one after the other
  kind          text not null,
  session_id    text not null references sessions,
  run_id        bigint references runs,
  from_seq      int,
  to_seq        int,
  mention_users text[] not null,
  nonce         text not null unique,
  created_at    timestamptz not null,
  not_before    timestamptz not null,
  attempts      int not null,
  claimed_by    text,
  claimed_until timestamptz,
  sent_at       timestamptz,
  dead_at       timestamptz,
  last_error    text not null
);
create index outbox_owed on outbox (lane, id) where sent_at is null and dead_at is null;
-- Of a lobby and of a progress message only the newest is worth sending.
create unique index outbox_coalesced on outbox (lane, kind) where kind in ('lobby', 'progress') and sent_at is null and dead_at is null and attempts = 0;
create unique index outbox_lines on outbox (run_id, from_seq) where kind = 'lines';

create table form_drafts (
  id         text primary key,
  guild_id   text not null,
  session_id text not null references sessions,
  user_id    text not null,
  kind       text not null,
  editing    text not null,             -- label of the resource being edited, or empty
  raw        jsonb not null,
  created_at timestamptz not null
);

-- An interaction is handled once.
create table interactions (
  id          text primary key,
  guild_id    text not null,
  received_at timestamptz not null
);
create index interactions_age on interactions (received_at);

create table audit (
  id             bigint generated always as identity primary key,
  at             timestamptz not null,
  guild_id       text not null,
  actor          text not null,         -- Discord user id, or 'engine'
  action         text not null,
  subject        text not null,
  before         jsonb,
  after          jsonb,
  interaction_id text not null
);
create index audit_of_guild on audit (guild_id, id desc);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'audit rows are append-only';
end $$;
create trigger audit_append_only before update or delete or truncate on audit
  for each statement execute function audit_is_append_only();

---- create above / drop below ----

drop table audit, interactions, form_drafts, outbox, run_lines, state_versions, approvals, plans, runs, sessions, stacks, grants, projects, hosts;
drop function audit_is_append_only;
