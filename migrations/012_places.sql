-- What providers said of their regions when they were asked. A provider with rows here
-- has these regions and no others; one without has those that its modules come with.
create table places (
    provider text not null,
    region   text not null,
    answered boolean not null,                -- it was asked what there is; else only listed
    zones    text[],                          -- null: not asked
    without  text[] not null default '{}',    -- values that are not sold there: compute_vm.size=cx23
    fetched  timestamptz not null,
    primary key (provider, region)
);

---- create above / drop below ----

drop table places;
