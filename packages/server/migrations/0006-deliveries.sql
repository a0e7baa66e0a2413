-- The ledger: who was handed what. And what viewers found that should not have been.

create table deliveries (
  home_id home_id not null,
  delivery_id text not null check (delivery_id ~ '^dlv_[0-7][0-9a-hjkmnp-tv-z]{25}$'),
  delivered_at timestamptz not null default now(),
  account_id member_id not null,
  session_id text not null check (session_id ~ '^sess_[0-7][0-9a-hjkmnp-tv-z]{25}$'),
  what text not null check (what in ('object', 'events', 'event', 'cameras', 'home-log')),
  event_ids text[] not null default '{}' check (cardinality(event_ids) <= 1024),
  kind text check (kind in ('clip', 'thumbnail', 'metadata')),
  revision smallint check (revision between 0 and 7),
  first_byte bigint check (first_byte >= 0),
  last_byte bigint check (last_byte >= first_byte),
  primary key (home_id, delivery_id),
  check (what <> 'object' or (cardinality(event_ids) = 1 and num_nulls(kind, revision) = 0))
);
comment on table deliveries is
  'One row for everything of a home that left the cloud, committed before its first byte. Rows are only ever added.';
comment on column deliveries.home_id is 'The home whose thing it was.';
comment on column deliveries.delivery_id is 'The delivery.';
comment on column deliveries.delivered_at is 'When it was written down.';
comment on column deliveries.account_id is 'To whom.';
comment on column deliveries.session_id is 'In which session.';
comment on column deliveries.what is 'Bytes of an object, or rows.';
comment on column deliveries.event_ids is 'The events of which it told.';
comment on column deliveries.kind is 'Kind of the object.';
comment on column deliveries.revision is 'Revision of the object.';
comment on column deliveries.first_byte is 'First byte of the object that was sent; null where none had arrived.';
comment on column deliveries.last_byte is 'Last byte of the object that was meant to be sent.';
create index deliveries_by_time on deliveries (home_id, delivered_at desc);

create table mismatch_reports (
  home_id home_id not null references homes,
  report_id text not null check (report_id ~ '^rpt_[0-7][0-9a-hjkmnp-tv-z]{25}$'),
  reported_at timestamptz not null default now(),
  account_id member_id not null,
  session_id text not null check (session_id ~ '^sess_[0-7][0-9a-hjkmnp-tv-z]{25}$'),
  what text not null check (what in ('event', 'manifest', 'object', 'epoch', 'home-log', 'camera', 'gap')),
  asked_camera camera_id,
  asked_event event_id,
  asked_kind text check (asked_kind in ('clip', 'thumbnail', 'metadata')),
  reason text not null check (length(reason) <= 200),
  primary key (home_id, report_id)
);
comment on table mismatch_reports is 'Viewers that were handed something that was not what they asked for.';
comment on column mismatch_reports.home_id is 'The home that the viewer asked about.';
comment on column mismatch_reports.report_id is 'The report.';
comment on column mismatch_reports.reported_at is 'When it arrived.';
comment on column mismatch_reports.account_id is 'Who reported.';
comment on column mismatch_reports.session_id is 'In which session.';
comment on column mismatch_reports.what is 'What did not match.';
comment on column mismatch_reports.asked_camera is 'The camera that was asked for.';
comment on column mismatch_reports.asked_event is 'The event that was asked for.';
comment on column mismatch_reports.asked_kind is 'The kind of object that was asked for.';
comment on column mismatch_reports.reason is 'Which check failed, in the vault''s words.';

alter table deliveries enable row level security, force row level security;
alter table mismatch_reports enable row level security, force row level security;

create policy members_are_written_down on deliveries for insert to nightlatch_app
  with check (account_id = any ((select scope_accounts())::text[])
              and home_id in (select home from caller_homes() as home));
create policy members_read on deliveries for select to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy members_report on mismatch_reports for insert to nightlatch_app
  with check (account_id = any ((select scope_accounts())::text[])
              and home_id in (select home from caller_homes() as home));
create policy members_read on mismatch_reports for select to nightlatch_app
  using (home_id in (select home from caller_homes() as home));

grant select, insert on deliveries, mismatch_reports to nightlatch_app;

-- A session that ends closes the streams that are open in it; see tell_access_changed.
create function tell_session_ended() returns trigger language plpgsql as $$
begin
  perform pg_notify('nightlatch_access', new.account_id);
  return null;
end $$;
comment on function tell_session_ended is 'As tell_access_changed, for a session.';
create trigger sessions_tell after update of ended_at on sessions
  for each row when (old.ended_at is null and new.ended_at is not null) execute function tell_session_ended();
