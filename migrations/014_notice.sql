-- The message that asks for the approval of a deployment.
alter table sessions add column notice_message_id text not null default '';

---- create above / drop below ----

alter table sessions drop column notice_message_id;
