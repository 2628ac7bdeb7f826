-- Who owns a run: a host holds it as long as it is heard of, and the driver that
-- took it up last has the highest fence. An apply whose host is not heard of any
-- more is lost, not ended: it keeps its stack until the host reports or an admin
-- unlocks it.
alter table runs
  add column fence bigint not null default 0,
  drop constraint runs_status_check,
  add constraint runs_status_check check (status in ('queued', 'running', 'lost', 'succeeded', 'failed', 'cancelled', 'interrupted', 'superseded'));
create unique index runs_lost on runs (stack_id) where status = 'lost';
create index runs_of_host on runs (host_id) where status in ('running', 'lost');

---- create above / drop below ----

drop index runs_of_host, runs_lost;
update runs set status = 'interrupted', ended_at = now() where status = 'lost';
alter table runs drop constraint runs_status_check,
  add constraint runs_status_check check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted', 'superseded')),
  drop column fence;
