-- The regions that a deployment names; none where it takes those of its stack.
alter table sessions add column regions jsonb not null default '[]';

---- create above / drop below ----

alter table sessions drop column regions;
