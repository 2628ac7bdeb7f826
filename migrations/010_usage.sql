-- What usage-based components use in a month in a project's stacks: quantities by
-- resource and component; null where nobody has said any.
alter table projects add column usage jsonb;

---- create above / drop below ----

alter table projects drop column usage;
