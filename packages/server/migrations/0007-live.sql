-- Live view: its deliveries and how long they went on, and being told at once when a camera or an agent has gone.

alter table deliveries drop constraint deliveries_what_check;
alter table deliveries add constraint deliveries_what_check
  check (what in ('object', 'events', 'event', 'cameras', 'home-log', 'live'));
alter table deliveries add column camera_id camera_id;
comment on column deliveries.camera_id is 'The camera whose live picture it was; null for everything else.';
alter table deliveries add constraint deliveries_live_check check ((what = 'live') = (camera_id is not null));
alter table deliveries add constraint deliveries_account_key unique (home_id, delivery_id, account_id);

create table live_spans (
  home_id home_id not null,
  delivery_id text not null,
  account_id member_id not null,
  from_at timestamptz not null,
  to_at timestamptz not null check (to_at >= from_at),
  bytes bigint not null check (bytes >= 0),
  primary key (home_id, delivery_id, to_at),
  foreign key (home_id, delivery_id, account_id) references deliveries (home_id, delivery_id, account_id)
);
comment on table live_spans is
  'From when to when live pictures went to a viewer, and how many bytes. Written while it goes on and once at its end; rows are only ever added.';
comment on column live_spans.home_id is 'The home of the camera.';
comment on column live_spans.delivery_id is 'The delivery that this is a part of.';
comment on column live_spans.account_id is 'To whom: the account of the delivery, which the foreign key makes sure of.';
comment on column live_spans.from_at is 'Where the span begins: at the end of the one before.';
comment on column live_spans.to_at is 'When it was written down.';
comment on column live_spans.bytes is 'Sealed bytes that were given to the viewer''s socket in it.';

alter table live_spans enable row level security, force row level security;
-- The last span is written after the viewer has lost the membership: it is bound to the delivery, not to the home's
-- members of now.
create policy viewers_are_written_down on live_spans for insert to nightlatch_app
  with check (account_id = any ((select scope_accounts())::text[]));
create policy viewers_read on live_spans for select to nightlatch_app
  using (account_id = any ((select scope_accounts())::text[]));
create policy members_read on live_spans for select to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
grant select, insert on live_spans to nightlatch_app;

alter table mismatch_reports drop constraint mismatch_reports_what_check;
alter table mismatch_reports add constraint mismatch_reports_what_check
  check (what in ('event', 'manifest', 'object', 'epoch', 'home-log', 'camera', 'gap', 'live'));

create function tell_agent_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('nightlatch_access', old.agent_id);
  return null;
end $$;
comment on function tell_agent_changed is
  'As tell_access_changed, for all who watch the cameras of an agent, and for the link of the agent itself.';
create trigger agent_pins_tell after update or delete on agent_pins
  for each row execute function tell_agent_changed();
create trigger cameras_tell after update or delete on cameras
  for each row execute function tell_agent_changed();
