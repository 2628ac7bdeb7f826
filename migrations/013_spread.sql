-- The regions that a stack's last apply was for, also where nothing was to stand in them.
alter table stacks add column regions jsonb not null default '[]';

---- create above / drop below ----

alter table stacks drop column regions;
