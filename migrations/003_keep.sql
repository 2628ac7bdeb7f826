-- A state may come from an operator's hand, without a run; the newest of a stack is
-- the one that was begun last, whatever serial it has.
alter table state_versions add column id bigint;
update state_versions v set id = o.nth
  from (select stack_id, run_id, row_number() over (order by serial, run_id) as nth from state_versions) o
  where o.stack_id = v.stack_id and o.run_id = v.run_id;
alter table state_versions drop constraint state_versions_pkey;
alter table state_versions alter column id set not null, alter column run_id drop not null, add primary key (id),
  add constraint state_versions_of_run unique (stack_id, run_id),
  add column pushed_by text not null default '', -- the operator; empty: a run wrote it. The default is for replicas of the release before
  add constraint state_versions_from check ((run_id is null) = (pushed_by <> ''));
alter table state_versions alter column id add generated always as identity;
select setval(pg_get_serial_sequence('state_versions', 'id'), (select coalesce(max(id), 0) + 1 from state_versions), false);
create index state_versions_of_stack on state_versions (stack_id, id desc);

-- What admins of a guild are told about the engine's own house, once a day each.
create table alarms (
  guild_id text not null,
  subject  text not null,               -- 'disk/<host>', 'database', 'kept/<directory>'
  message  text not null,
  told_at  timestamptz not null,
  primary key (guild_id, subject)
);

-- The sweep finds what has files to forget without reading every plan.
create index plans_with_files on plans (run_id) where octet_length(bundle) > 0;

---- create above / drop below ----

drop index plans_with_files;
drop table alarms;
drop index state_versions_of_stack;
delete from state_versions where run_id is null;
alter table state_versions drop constraint state_versions_from, drop constraint state_versions_of_run, drop column pushed_by, drop column id, alter column run_id set not null;
alter table state_versions add primary key (stack_id, run_id);
