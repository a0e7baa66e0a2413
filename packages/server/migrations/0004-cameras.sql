-- Cameras as the agent announces them, how they are, and the epochs of their viewing keys.

create table cameras (
  home_id home_id not null references homes,
  camera_id camera_id not null,
  agent_id agent_id not null,
  source text not null check (source in ('rtsp', 'demo')),
  announced_at timestamptz not null default now(),
  added_at timestamptz,
  primary key (home_id, camera_id)
);
comment on table cameras is 'Cameras of a home. Its name is not here: it stands sealed in the home log.';
comment on column cameras.home_id is 'The home.';
comment on column cameras.camera_id is 'Made by the agent.';
comment on column cameras.agent_id is 'The agent that announced it; only this one may send its events.';
comment on column cameras.source is 'demo is the built-in one.';
comment on column cameras.announced_at is 'When the agent first reported it.';
comment on column cameras.added_at is 'When the home log added it; null until then, and its events are refused.';

create table camera_states (
  home_id home_id not null,
  camera_id camera_id not null,
  state text not null check (state in ('recording', 'watching', 'connecting', 'offline', 'waiting-for-key')),
  since instant not null,
  reason text check (reason in ('password-refused', 'unreachable', 'not-found', 'unsupported-codec', 'stream-ended',
                                'stream-stalled', 'disk-full', 'internal')),
  primary key (home_id, camera_id),
  foreign key (home_id, camera_id) references cameras
);
comment on table camera_states is 'How each camera is, by its agent''s last report.';
comment on column camera_states.home_id is 'The home.';
comment on column camera_states.camera_id is 'The camera.';
comment on column camera_states.state is 'What it does.';
comment on column camera_states.since is 'Since when, by the agent''s clock.';
comment on column camera_states.reason is 'Why it is offline; null otherwise.';

create table epochs (
  home_id home_id not null,
  camera_id camera_id not null,
  epoch bigint not null check (epoch between 1 and 4294967295),
  public_key bytes32 not null,
  log_sequence integer not null,
  primary key (home_id, camera_id, epoch),
  foreign key (home_id, camera_id) references cameras,
  foreign key (home_id, log_sequence) references home_log
);
comment on table epochs is 'Epochs of cameras, from the home log: an event sealed to an epoch that is not here is refused.';
comment on column epochs.home_id is 'The home.';
comment on column epochs.camera_id is 'The camera.';
comment on column epochs.epoch is 'Counts from 1.';
comment on column epochs.public_key is 'X25519 public half; the private half is sealed to the members in the log.';
comment on column epochs.log_sequence is 'The entry that began it.';

alter table cameras enable row level security, force row level security;
alter table camera_states enable row level security, force row level security;
alter table epochs enable row level security, force row level security;

create policy members_read on cameras for select to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy members_add on cameras for update to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy agent_reads on cameras for select to nightlatch_app
  using (home_id in (select home from caller_agent_home() as home));
create policy agent_announces on cameras for insert to nightlatch_app
  with check (agent_id = (select scope_agent()) and home_id in (select home from caller_agent_home() as home)
              and added_at is null);

create policy members_read on camera_states for select to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy agent_reports on camera_states to nightlatch_app
  using (home_id in (select home from caller_agent_home() as home))
  with check (home_id in (select home from caller_agent_home() as home));

create policy members_read on epochs for select to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy members_append on epochs for insert to nightlatch_app
  with check (home_id in (select home from caller_homes() as home));
create policy agent_reads on epochs for select to nightlatch_app
  using (home_id in (select home from caller_agent_home() as home));

grant select, insert on cameras, camera_states, epochs to nightlatch_app;
grant update (added_at) on cameras to nightlatch_app;
grant update (state, since, reason) on camera_states to nightlatch_app;
