-- What applies began to make and never reported complete may be half made, in the
-- cloud or in the state: it is known until an apply of the stack succeeds. The
-- defaults are for replicas of the release before.
alter table stacks add column unfinished jsonb not null default '[]';   -- addresses
-- What the next plan of a session is to make anew, of what is unfinished.
alter table sessions add column replacing jsonb not null default '[]';  -- addresses

---- create above / drop below ----

alter table sessions drop column replacing;
alter table stacks drop column unfinished;
