-- Lines come faster than Discord takes messages: of a post's lines those from
-- shown_from on are shown, and the others counted. Null: all are shown.
alter table outbox add column shown_from int;
-- Posts of the clock may be due in days, each alone in its lane: who looks for what to
-- send goes from lane to lane without them, and finds those that are due by their time.
create index outbox_heads on outbox (lane, id) where sent_at is null and dead_at is null and kind not in ('ending', 'remind');
create index outbox_timed on outbox (not_before, id) where sent_at is null and dead_at is null and kind in ('ending', 'remind');
-- What was given up, for those who look.
create index outbox_dead on outbox (dead_at) where dead_at is not null;

-- Channels that are deleted, or closed to the bot. Nothing is sent there but a try
-- now and then: who sends to many of them is banned by Discord.
create table shut_channels (
  channel_id text primary key,
  guild_id   text not null,
  parent_id  text not null,             -- of a thread: the channel that it is in
  since      timestamptz not null,
  next_try   timestamptz not null,
  reason     text not null
);
create index shut_channels_of_parent on shut_channels (parent_id);

---- create above / drop below ----

drop table shut_channels;
drop index outbox_dead;
drop index outbox_timed;
drop index outbox_heads;
alter table outbox drop column shown_from;
