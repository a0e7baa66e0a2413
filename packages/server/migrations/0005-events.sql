-- Events, their sealed objects, the uploads that bring these, and the gaps where events were lost.

create table events (
  home_id home_id not null,
  event_id event_id not null,
  camera_id camera_id not null,
  agent_id agent_id not null,
  sequence bigint not null check (sequence >= 1),
  previous bytes32,
  started_at instant not null,
  ended_at instant check (ended_at >= started_at),
  received_at timestamptz not null default now(),
  primary key (home_id, event_id),
  foreign key (home_id, camera_id) references cameras
);
comment on table events is 'Events, from the manifests that the device key signed.';
comment on column events.home_id is 'The home.';
comment on column events.event_id is 'Made by the agent.';
comment on column events.camera_id is 'The camera.';
comment on column events.agent_id is 'The agent that sent it; only this one may go on with it.';
comment on column events.sequence is 'Counts the events of the camera; not unique here, because what it proves is for the viewer to check.';
comment on column events.previous is 'Hash of the camera''s previous event; null for its first.';
comment on column events.started_at is 'By the agent''s clock.';
comment on column events.ended_at is 'By the agent''s clock; null while the event goes on.';
comment on column events.received_at is 'When the first manifest was stored.';
create index events_newest on events (home_id, started_at desc, event_id desc);
create index events_newest_of_camera on events (home_id, camera_id, started_at desc, event_id desc);

create table objects (
  home_id home_id not null,
  event_id event_id not null,
  kind text not null check (kind in ('clip', 'thumbnail', 'metadata')),
  revision smallint not null check (revision between 0 and 7),
  camera_id camera_id not null,
  epoch bigint not null check (epoch between 1 and 4294967295),
  state text not null check (state in ('growing', 'complete', 'interrupted')),
  manifest text not null check (length(manifest) <= 1048576),
  manifest_bytes bigint not null check (manifest_bytes > 0),
  received_bytes bigint not null default 0 check (received_bytes between 0 and 1073741824),
  completed_at timestamptz,
  primary key (home_id, event_id, kind, revision),
  foreign key (home_id, event_id) references events,
  foreign key (home_id, camera_id, epoch) references epochs,
  check (completed_at is null or (state <> 'growing' and received_bytes = manifest_bytes))
);
comment on table objects is 'Sealed objects of events: what the agent signed, and how much of the container has arrived.';
comment on column objects.home_id is 'The home.';
comment on column objects.event_id is 'The event.';
comment on column objects.kind is 'What it is.';
comment on column objects.revision is 'A better thumbnail comes as a new revision under a new key.';
comment on column objects.camera_id is 'The camera, as in the event.';
comment on column objects.epoch is 'The epoch to which the content key is sealed.';
comment on column objects.state is 'From the manifest: growing is signed again as the clip grows.';
comment on column objects.manifest is 'The newest manifest, a compact JWS.';
comment on column objects.manifest_bytes is 'Bytes of the container that the manifest describes.';
comment on column objects.received_bytes is 'Bytes of the container that are on disk and synced.';
comment on column objects.completed_at is 'When all bytes had arrived and matched the manifest.';
-- A manifest of a clip is up to a megabyte and is read by few statements: keep it out of the row.
alter table objects alter column manifest set storage external;

create table uploads (
  home_id home_id not null,
  event_id event_id not null,
  kind text not null,
  revision smallint not null,
  agent_id agent_id not null,
  declared_bytes bigint check (declared_bytes between 1 and 1073741824),
  metadata text check (length(metadata) <= 1024),
  created_at timestamptz not null default now(),
  primary key (home_id, event_id, kind, revision),
  foreign key (home_id, event_id, kind, revision) references objects
);
comment on table uploads is 'Resumable uploads (tus 1.0). How much has arrived stands in objects.received_bytes.';
comment on column uploads.home_id is 'The home.';
comment on column uploads.event_id is 'The event.';
comment on column uploads.kind is 'Kind of the object.';
comment on column uploads.revision is 'Revision of the object.';
comment on column uploads.agent_id is 'Whose upload it is.';
comment on column uploads.declared_bytes is 'Total length; null while it is deferred.';
comment on column uploads.metadata is 'Upload-Metadata as the agent sent it.';
comment on column uploads.created_at is 'When it was begun or renewed; it expires some time afterwards, and what arrived is kept.';

create table gaps (
  home_id home_id not null,
  gap_id text not null check (gap_id ~ '^gap_[0-7][0-9a-hjkmnp-tv-z]{25}$'),
  camera_id camera_id not null,
  agent_id agent_id not null,
  statement text not null check (length(statement) <= 4096),
  from_sequence bigint not null check (from_sequence >= 1),
  to_sequence bigint not null check (to_sequence >= from_sequence),
  from_at instant not null,
  to_at instant not null check (to_at >= from_at),
  received_at timestamptz not null default now(),
  primary key (home_id, gap_id),
  foreign key (home_id, camera_id) references cameras
);
comment on table gaps is 'Events that were recorded and lost before the cloud had them, as the agent signed it.';
comment on column gaps.home_id is 'The home.';
comment on column gaps.gap_id is 'Made by the agent.';
comment on column gaps.camera_id is 'The camera.';
comment on column gaps.agent_id is 'The agent that said so.';
comment on column gaps.statement is 'The statement, a compact JWS.';
comment on column gaps.from_sequence is 'First lost event of the camera.';
comment on column gaps.to_sequence is 'Last lost event of the camera.';
comment on column gaps.from_at is 'Start of the span, by the agent''s clock.';
comment on column gaps.to_at is 'End of the span, by the agent''s clock.';
comment on column gaps.received_at is 'When the cloud stored it.';
create index gaps_newest on gaps (home_id, from_at desc);

alter table events enable row level security, force row level security;
alter table objects enable row level security, force row level security;
alter table uploads enable row level security, force row level security;
alter table gaps enable row level security, force row level security;

create policy members_read on events for select to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy agent_sends on events to nightlatch_app
  using (agent_id = (select scope_agent()) and home_id in (select home from caller_agent_home() as home))
  with check (agent_id = (select scope_agent()) and home_id in (select home from caller_agent_home() as home));

create policy members_read on objects for select to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy agent_sends on objects to nightlatch_app
  using (home_id in (select home from caller_agent_home() as home))
  with check (home_id in (select home from caller_agent_home() as home));

create policy agent_sends on uploads to nightlatch_app
  using (agent_id = (select scope_agent()) and home_id in (select home from caller_agent_home() as home))
  with check (agent_id = (select scope_agent()) and home_id in (select home from caller_agent_home() as home));

create policy members_read on gaps for select to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy agent_sends on gaps to nightlatch_app
  using (agent_id = (select scope_agent()) and home_id in (select home from caller_agent_home() as home))
  with check (agent_id = (select scope_agent()) and home_id in (select home from caller_agent_home() as home));

grant select, insert on events, objects, uploads, gaps to nightlatch_app;
grant update (ended_at) on events to nightlatch_app;
grant update (state, manifest, manifest_bytes, received_bytes, completed_at) on objects to nightlatch_app;
grant update (declared_bytes, metadata, created_at) on uploads to nightlatch_app;
