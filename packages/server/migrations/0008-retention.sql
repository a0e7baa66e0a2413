-- What is kept and for how long, what is kept for good, and what remains to be known of what was deleted.
--
-- Deleting an event is two steps, because no transaction spans a database and files. First, in one transaction: a row
-- in deletions that names the files, and the event's rows go, with the sealed keys in their manifests; from then on
-- nobody is given anything of it and nothing that lies on the disk can be opened. Then the files go, and the row says
-- so. A crash in between leaves a row that names what is still to do.

create function scope_sweep() returns text stable parallel safe language sql
  return nullif(current_setting('nightlatch.sweep', true), '');
comment on function scope_sweep is
  'The home that the sweep or the operator''s check works on, or "homes" to list them; null for everybody else.';

create table home_retention (
  home_id home_id primary key references homes,
  bytes_max bigint check (bytes_max between 104857600 and 1125899906842624),
  set_at timestamptz not null default now()
);
comment on table home_retention is 'How much a home keeps, as its owner set it. No row: no limit.';
comment on column home_retention.home_id is 'The home.';
comment on column home_retention.bytes_max is 'Sealed bytes; what is over goes, oldest first. Null: no limit.';
comment on column home_retention.set_at is 'When it was set last.';

create table camera_retention (
  home_id home_id not null,
  camera_id camera_id not null,
  days smallint check (days between 1 and 3650),
  set_at timestamptz not null default now(),
  primary key (home_id, camera_id),
  foreign key (home_id, camera_id) references cameras
);
comment on table camera_retention is 'How long the events of a camera are kept, as the owner set it. No row: no limit.';
comment on column camera_retention.home_id is 'The home.';
comment on column camera_retention.camera_id is 'The camera.';
comment on column camera_retention.days is 'Days of 24 hours after the start of the event. Null: no limit.';
comment on column camera_retention.set_at is 'When it was set last.';

create table favourites (
  home_id home_id not null,
  event_id event_id not null,
  account_id member_id not null,
  set_at timestamptz not null default now(),
  primary key (home_id, event_id),
  foreign key (home_id, event_id) references events
);
comment on table favourites is
  'Events that stay whatever the retention says. The reference is the lock: an event that has a row here cannot be deleted by any statement.';
comment on column favourites.home_id is 'The home.';
comment on column favourites.event_id is 'The event.';
comment on column favourites.account_id is 'Who set it.';
comment on column favourites.set_at is 'When.';

create table deletions (
  home_id home_id not null,
  event_id event_id not null,
  camera_id camera_id not null,
  agent_id agent_id not null,
  sequence bigint not null check (sequence >= 1),
  started_at instant not null,
  reason text not null check (reason in ('days', 'bytes')),
  objects text[] not null check (cardinality(objects) <= 24),
  bytes bigint not null check (bytes >= 0),
  deleted_at timestamptz not null default now(),
  files_gone_at timestamptz check (files_gone_at >= deleted_at),
  primary key (home_id, event_id)
);
comment on table deletions is
  'Events that were deleted by the home''s own setting: so that a hole in the numbers is told from something that is missing, and so that an agent that sends one again is told that it is done with.';
comment on column deletions.home_id is 'The home.';
comment on column deletions.event_id is 'The event, which has no other row any more.';
comment on column deletions.camera_id is 'Its camera.';
comment on column deletions.agent_id is 'The agent that had sent it.';
comment on column deletions.sequence is 'Its number among the events of the camera.';
comment on column deletions.started_at is 'By the agent''s clock.';
comment on column deletions.reason is 'days: older than the camera keeps; bytes: the home had more than it keeps.';
comment on column deletions.objects is 'Its files, as kind.revision: what is still to be unlinked while files_gone_at is null.';
comment on column deletions.bytes is 'Sealed bytes that it had.';
comment on column deletions.deleted_at is 'When its rows went.';
comment on column deletions.files_gone_at is 'When its files were gone, durably; null: to do.';
create index deletions_newest on deletions (home_id, started_at desc);
create index deletions_to_do on deletions (home_id) where files_gone_at is null;

alter table home_retention enable row level security, force row level security;
alter table camera_retention enable row level security, force row level security;
alter table favourites enable row level security, force row level security;
alter table deletions enable row level security, force row level security;

create policy members_read on home_retention for select to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy members_set on home_retention for insert to nightlatch_app
  with check (home_id in (select home from caller_homes() as home));
create policy members_change on home_retention for update to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy members_read on camera_retention for select to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy members_set on camera_retention for insert to nightlatch_app
  with check (home_id in (select home from caller_homes() as home));
create policy members_change on camera_retention for update to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy members_read on favourites for select to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy members_set on favourites for insert to nightlatch_app
  with check (account_id = any ((select scope_accounts())::text[])
              and home_id in (select home from caller_homes() as home));
create policy members_unset on favourites for delete to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy members_read on deletions for select to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy agent_reads on deletions for select to nightlatch_app
  using (agent_id = (select scope_agent()) and home_id in (select home from caller_agent_home() as home));

-- The sweep sees one home at a time, and may do three things in it: lock an event, write down that it is deleted, and
-- delete the rows of what is written down so. Every policy below names what for.
create policy sweep_lists on homes for select to nightlatch_app using ((select scope_sweep()) = 'homes');
create policy sweep_reads on home_retention for select to nightlatch_app using (home_id = (select scope_sweep()));
create policy sweep_reads on camera_retention for select to nightlatch_app using (home_id = (select scope_sweep()));
create policy sweep_reads on favourites for select to nightlatch_app using (home_id = (select scope_sweep()));
create policy sweep_reads on events for select to nightlatch_app using (home_id = (select scope_sweep()));
create policy sweep_reads on objects for select to nightlatch_app using (home_id = (select scope_sweep()));
create policy sweep_reads on uploads for select to nightlatch_app using (home_id = (select scope_sweep()));
create policy sweep_locks on events for update to nightlatch_app
  using (home_id = (select scope_sweep())) with check (false);
create policy sweep_writes_down on deletions to nightlatch_app
  using (home_id = (select scope_sweep())) with check (home_id = (select scope_sweep()));

create function is_being_deleted(home text, event text) returns boolean
  language sql stable parallel safe
begin atomic
  select exists (select from deletions d
                 where d.home_id = home and d.event_id = event and d.files_gone_at is null);
end;
comment on function is_being_deleted is 'Whether it is written down that the event goes, and its files are still to go.';
create policy sweep_deletes on events for delete to nightlatch_app
  using (home_id = (select scope_sweep()) and is_being_deleted(home_id, event_id));
create policy sweep_deletes on objects for delete to nightlatch_app
  using (home_id = (select scope_sweep()) and is_being_deleted(home_id, event_id));
create policy sweep_deletes on uploads for delete to nightlatch_app
  using (home_id = (select scope_sweep()) and is_being_deleted(home_id, event_id));
-- Other policies of these tables are for every command, also an agent's for its own events: whatever they allow, nothing
-- but the sweep deletes.
create policy nobody_else_deletes on events as restrictive for delete to nightlatch_app
  using (home_id = (select scope_sweep()) and is_being_deleted(home_id, event_id));
create policy nobody_else_deletes on objects as restrictive for delete to nightlatch_app
  using (home_id = (select scope_sweep()) and is_being_deleted(home_id, event_id));
create policy nobody_else_deletes on uploads as restrictive for delete to nightlatch_app
  using (home_id = (select scope_sweep()) and is_being_deleted(home_id, event_id));
-- The operator's check takes back that bytes had arrived, where the disk does not have them.
create policy check_takes_back on objects for update to nightlatch_app
  using (home_id = (select scope_sweep())) with check (received_bytes = 0 and completed_at is null);

grant select, insert on home_retention, camera_retention, favourites, deletions to nightlatch_app;
grant update (bytes_max, set_at) on home_retention to nightlatch_app;
grant update (days, set_at) on camera_retention to nightlatch_app;
grant delete on favourites, deletions, events, objects, uploads to nightlatch_app;
grant update (objects, bytes, deleted_at, files_gone_at) on deletions to nightlatch_app;

alter table deliveries drop constraint deliveries_what_check;
alter table deliveries add constraint deliveries_what_check
  check (what in ('object', 'events', 'event', 'cameras', 'home-log', 'live', 'retention'));
