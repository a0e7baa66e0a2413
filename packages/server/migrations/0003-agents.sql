-- Agents: the device keys that have proved themselves, the homes at which they are pinned, how they were paired.

create table agents (
  agent_id agent_id primary key,
  device_key bytes32 not null unique,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now()
);
comment on table agents is 'Agents that have proved their device key. Not of a home: an agent exists before it is paired.';
comment on column agents.agent_id is 'Made from the SHA-256 of the device key, so that nobody can claim a key under another id.';
comment on column agents.device_key is 'Ed25519 public key.';
comment on column agents.first_seen_at is 'When it first proved the key.';
comment on column agents.last_seen_at is 'Its last report or session.';

create table agent_pins (
  home_id home_id not null references homes,
  agent_id agent_id not null,
  device_key bytes32 not null,
  validity tstzrange not null default tstzrange(now(), null)
    check (not isempty(validity) and not lower_inf(validity)),
  primary key (home_id, agent_id, validity)
);
comment on table agent_pins is
  'At which home the home log pins an agent, as history: a row is never changed but for closing its range.';
comment on column agent_pins.home_id is 'The home.';
comment on column agent_pins.agent_id is 'The agent.';
comment on column agent_pins.device_key is 'The key that the owner pinned; manifests are checked against this one.';
comment on column agent_pins.validity is 'From when until when; no upper bound while it lasts.';
-- An agent belongs to one home at a time: its home is looked up by its id alone.
create unique index agent_pins_now on agent_pins (agent_id) where upper_inf(validity);
create trigger agent_pins_keep_history before update on agent_pins
  for each row execute function keep_history();

create function caller_agent_home() returns setof text
  language sql stable parallel safe rows 1
begin atomic
  select p.home_id from agent_pins p where p.agent_id = (select scope_agent()) and p.validity @> now();
end;
comment on function caller_agent_home is 'The home at which the calling agent is pinned as of now.';

create table agent_sessions (
  token_hash bytes32 primary key,
  agent_id agent_id not null references agents,
  started_at timestamptz not null default now(),
  expires_at timestamptz not null check (expires_at > started_at)
);
comment on table agent_sessions is 'Sessions of agents.';
comment on column agent_sessions.token_hash is 'SHA-256 of the bearer token; the token itself is kept nowhere.';
comment on column agent_sessions.agent_id is 'Whose session it is.';
comment on column agent_sessions.started_at is 'When the device key was proved.';
comment on column agent_sessions.expires_at is 'Afterwards the agent proves its key again.';
create index agent_sessions_of_agent on agent_sessions (agent_id, expires_at);

create table pairings (
  pairing_id text primary key check (pairing_id ~ '^pair_[0-7][0-9a-hjkmnp-tv-z]{25}$'),
  locator text not null check (locator ~ '^[0-9A-HJKMNP-TV-Z]{4}$'),
  agent_id agent_id not null references agents,
  offer text not null check (length(offer) <= 4096),
  mac bytes32 not null,
  opened_at timestamptz not null default now(),
  expires_at timestamptz not null check (expires_at > opened_at),
  home_id home_id,
  acceptance text check (length(acceptance) <= 4096),
  acceptance_mac bytes32,
  accepted_at timestamptz,
  check (num_nulls(home_id, acceptance, acceptance_mac, accepted_at) in (0, 4))
);
comment on table pairings is
  'Offers of agents to be paired, and what the owner answered. The cloud carries both and can make neither: they are authenticated by the secret of the pairing code, which it never sees.';
comment on column pairings.pairing_id is 'Made by the agent.';
comment on column pairings.locator is 'The first group of the pairing code.';
comment on column pairings.agent_id is 'Who offers.';
comment on column pairings.offer is 'The offer, a compact JWS by the device key.';
comment on column pairings.mac is 'HMAC of the offer under the secret of the code.';
comment on column pairings.opened_at is 'When the offer arrived.';
comment on column pairings.expires_at is 'Until when it can be claimed and accepted, from the offer, at most ten minutes.';
comment on column pairings.home_id is 'The home that accepted.';
comment on column pairings.acceptance is 'The acceptance, a compact JWS by the owner''s signing key.';
comment on column pairings.acceptance_mac is 'HMAC of the acceptance under the secret of the code.';
comment on column pairings.accepted_at is 'When it was accepted; once only.';
-- One open offer under a locator; one that has expired is taken out by the next.
create unique index pairings_open on pairings (locator) where home_id is null;
create index pairings_of_agent on pairings (agent_id, expires_at);

alter table agents enable row level security, force row level security;
alter table agent_pins enable row level security, force row level security;
alter table agent_sessions enable row level security, force row level security;
alter table pairings enable row level security, force row level security;

create policy itself on agents to nightlatch_app
  using (agent_id = (select scope_agent())) with check (agent_id = (select scope_agent()));

create policy itself on agent_pins for select to nightlatch_app
  using (agent_id = (select scope_agent()));
-- An agent that offers itself anew leaves the home that it does not know.
create policy itself_leaves on agent_pins for update to nightlatch_app
  using (agent_id = (select scope_agent()));
create policy members_read on agent_pins for select to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy members_pin on agent_pins for insert to nightlatch_app
  with check (home_id in (select home from caller_homes() as home));
create policy members_close on agent_pins for update to nightlatch_app
  using (home_id in (select home from caller_homes() as home));

-- The agents that are pinned at a member's home: when they were last seen.
create policy members_read on agents for select to nightlatch_app
  using (agent_id in (select p.agent_id from agent_pins p
                      where p.home_id in (select home from caller_homes() as home) and p.validity @> now()));

create policy by_token on agent_sessions for select to nightlatch_app
  using (token_hash = (select scope_token_hash()) or agent_id = (select scope_agent()));
create policy itself on agent_sessions for insert to nightlatch_app
  with check (agent_id = (select scope_agent()));
create policy itself_forgets on agent_sessions for delete to nightlatch_app
  using (agent_id = (select scope_agent()));
create policy by_token on agent_pins for select to nightlatch_app
  using (agent_id in (select s.agent_id from agent_sessions s
                      where s.token_hash = (select scope_token_hash())));

create policy agent_reads on pairings for select to nightlatch_app
  using (agent_id = (select scope_agent()));
create policy agent_opens on pairings for insert to nightlatch_app
  with check (agent_id = (select scope_agent()) and home_id is null);
create policy agent_withdraws on pairings for delete to nightlatch_app
  using (home_id is null and (agent_id = (select scope_agent()) or expires_at <= now()));
create policy expired_seen on pairings for select to nightlatch_app
  using (home_id is null and expires_at <= now());
create policy accounts_claim on pairings for select to nightlatch_app
  using (cardinality((select scope_accounts())) > 0
         and (home_id is null and expires_at > now() or home_id in (select home from caller_homes() as home)));
create policy accounts_accept on pairings for update to nightlatch_app
  using (cardinality((select scope_accounts())) > 0 and home_id is null and expires_at > now())
  with check (home_id in (select home from caller_homes() as home));

-- An agent reads the log of the home at which it is pinned.
create policy agent_reads on homes for select to nightlatch_app
  using (home_id in (select home from caller_agent_home() as home));
create policy agent_reads on home_log for select to nightlatch_app
  using (home_id in (select home from caller_agent_home() as home));

grant select, insert on agents, agent_pins, pairings to nightlatch_app;
grant delete on pairings to nightlatch_app;
grant select, insert, delete on agent_sessions to nightlatch_app;
grant update (last_seen_at) on agents to nightlatch_app;
grant update (validity) on agent_pins to nightlatch_app;
grant update (home_id, acceptance, acceptance_mac, accepted_at) on pairings to nightlatch_app;
