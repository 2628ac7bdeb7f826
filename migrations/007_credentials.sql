-- The credentials profile that a project's Terraform gets: its name, as the hosts know
-- it. The default is for replicas of the release before.
alter table projects add column credentials text not null default '';

---- create above / drop below ----

alter table projects drop column credentials;
