-- Price lists: one snapshot is what one source published of one provider. The current
-- snapshots together are the price book; estimates are made of nothing else.
create table price_snapshots (
    id         bigint generated always as identity primary key,
    provider   text not null,
    source     text not null,
    embedded   boolean not null default false,   -- came with the program
    state      text not null check (state in ('importing', 'current', 'replaced', 'refused')),
    regions    text[] not null default '{}',     -- that were asked for; empty: all
    published  timestamptz,                      -- of the oldest price list in it
    fetched    timestamptz,                      -- when it was complete
    sha256     text not null default '',         -- of its prices
    rows       int not null default 0,
    reasons    text[] not null default '{}',     -- why it was refused
    created_at timestamptz not null
);
create unique index price_snapshots_current on price_snapshots (provider, source) where state = 'current';
create unique index price_snapshots_importing on price_snapshots (provider, source) where state = 'importing';

-- How far the parts of a snapshot in the making have come: an import that was
-- interrupted goes on from here.
create table price_parts (
    snapshot_id bigint not null references price_snapshots on delete cascade,
    part        text not null,
    cursor      text not null default '',        -- of the next page; empty: the first
    pages       int not null default 0,
    done        boolean not null default false,
    published   timestamptz,
    primary key (snapshot_id, part)
);

create table prices (
    snapshot_id bigint not null references price_snapshots on delete cascade,
    provider    text not null,
    region      text not null,
    key         text not null,                   -- canonical, such as ec2.instance/m5.large/linux/shared
    unit        text not null,
    currency    text not null default 'USD' check (currency = 'USD'),
    usd         numeric not null check (usd >= 0),
    tier_start  numeric not null default 0,      -- of the month's usage, in the unit
    tier_end    numeric not null default 0,      -- 0: without end
    sku         text not null default ''
);
-- The same price twice is one; two prices of one key both stay, and are ambiguous.
create unique index prices_once on prices (snapshot_id, region, key, tier_start, tier_end, usd, unit);

---- create above / drop below ----

drop table prices;
drop table price_parts;
drop table price_snapshots;
