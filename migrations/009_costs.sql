-- What a plan costs by list prices: as people are shown it with the plan, and what it
-- comes to. A plan of the release before has neither.
alter table plans
  add column estimate jsonb,   -- of every resource
  add column cost jsonb;       -- its sums

-- What a stack costs since its last apply; null where that is not known.
alter table stacks add column cost jsonb;

---- create above / drop below ----

alter table stacks drop column cost;
alter table plans drop column cost, drop column estimate;
