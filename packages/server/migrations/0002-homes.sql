-- Homes, who belongs to them and since when, and the signed log in which a home is written down.
--
-- Every table of a home has home_id as the first column of its primary key, so that it can be distributed by it.
-- Row-level security is forced on each of them: the role nightlatch_app, which is not their owner, sees a row only
-- where the account or the agent named in the transaction's settings belongs to the row's home as of now. It is the
-- lock behind the gate: a statement that forgets its `where` finds nothing foreign.

create domain home_id as text check (value ~ '^home_[0-7][0-9a-hjkmnp-tv-z]{25}$');
create domain agent_id as text check (value ~ '^agent_[0-7][0-9a-hjkmnp-tv-z]{25}$');
create domain camera_id as text check (value ~ '^cam_[0-7][0-9a-hjkmnp-tv-z]{25}$');
create domain event_id as text check (value ~ '^evt_[0-7][0-9a-hjkmnp-tv-z]{25}$');
create domain member_id as text check (value ~ '^acct_[0-7][0-9a-hjkmnp-tv-z]{25}$');
comment on domain member_id is 'An account, where it stands in a table of a home.';
-- SHA-256 or an Ed25519 or X25519 key: 32 bytes as base64url.
create domain bytes32 as text check (value ~ '^[A-Za-z0-9_-]{43}$');
-- Milliseconds since 1970, UTC, by the clock of whoever said it. A number and no timestamptz, because its comparison
-- is leak-proof in the planner's sense, so that an index is used below a row-level policy.
create domain instant as bigint check (value between 0 and 8640000000000000);

create table homes (
  home_id home_id primary key,
  created_at timestamptz not null default now(),
  genesis_hash bytes32 not null,
  owner_signing_key bytes32 not null,
  log_sequence integer not null check (log_sequence >= 0),
  log_hash bytes32 not null
);
comment on table homes is 'A home, and the head of its log.';
comment on column homes.home_id is 'Made in the browser of the owner; it stands in every entry of the log.';
comment on column homes.created_at is 'When the cloud stored the first entry.';
comment on column homes.genesis_hash is 'SHA-256 of the first entry: what agents and browsers pin.';
comment on column homes.owner_signing_key is 'Ed25519 key that signs the log, from the first entry.';
comment on column homes.log_sequence is 'Sequence of the newest entry of the log.';
comment on column homes.log_hash is 'SHA-256 of the newest entry of the log.';

create table memberships (
  home_id home_id not null references homes,
  account_id member_id not null,
  role text not null check (role in ('owner')),
  validity tstzrange not null default tstzrange(now(), null)
    check (not isempty(validity) and not lower_inf(validity)),
  primary key (home_id, account_id, validity)
);
comment on table memberships is
  'Who belongs to a home, as history: a row is never changed but for closing its range, so that "who might see this then" keeps its answer.';
comment on column memberships.home_id is 'The home.';
comment on column memberships.account_id is 'The member. No reference: the history outlives the account.';
comment on column memberships.role is 'What the member may do.';
comment on column memberships.validity is 'From when until when; no upper bound while it lasts.';
create unique index memberships_now on memberships (home_id, account_id) where upper_inf(validity);
-- Also what keeps an account from giving itself a home that has an owner, whatever statement is sent.
create unique index memberships_one_owner on memberships (home_id) where role = 'owner' and upper_inf(validity);
create index memberships_of_account on memberships (account_id);

create function keep_history() returns trigger language plpgsql as $$
declare
  before jsonb := to_jsonb(old) - 'validity';
  after jsonb := to_jsonb(new) - 'validity';
begin
  if before <> after or lower(old.validity) <> lower(new.validity) or not upper_inf(old.validity)
     or upper_inf(new.validity) then
    raise exception 'a row of % is history: only its end may be set, and only once', tg_table_name
      using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger memberships_keep_history before update on memberships
  for each row execute function keep_history();

create function tell_access_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('nightlatch_access', new.account_id);
  return null;
end $$;
comment on function tell_access_changed is
  'Streams that are open ask the gate again at once when a membership or a session of their account has changed.';
create trigger memberships_tell after update on memberships
  for each row execute function tell_access_changed();

create function caller_homes() returns setof text
  language sql stable parallel safe rows 8
begin atomic
  select m.home_id from memberships m
  where m.account_id = any ((select scope_accounts())::text[]) and m.validity @> now();
end;
comment on function caller_homes is 'The homes of which a calling account is a member as of now.';

create table home_log (
  home_id home_id not null references homes,
  sequence integer not null check (sequence between 0 and 1000000),
  entry text not null check (length(entry) <= 131072),
  entry_hash bytes32 not null,
  appended_at timestamptz not null default now(),
  primary key (home_id, sequence)
);
comment on table home_log is 'The entries of the home log, as the owner signed them.';
comment on column home_log.home_id is 'The home.';
comment on column home_log.sequence is 'Counts from 0 without holes.';
comment on column home_log.entry is 'The compact JWS.';
comment on column home_log.entry_hash is 'SHA-256 of the compact JWS.';
comment on column home_log.appended_at is 'When the cloud stored it.';

alter table homes enable row level security, force row level security;
alter table memberships enable row level security, force row level security;
alter table home_log enable row level security, force row level security;

-- `in` and no `any`: the planner would make an index condition of it and sort the array again for every look-up.
create policy own_memberships on memberships for select to nightlatch_app
  using (account_id in (select unnest(scope_accounts())));
create policy found_a_home on memberships for insert to nightlatch_app
  with check (account_id = any ((select scope_accounts())::text[]));
create policy close_own on memberships for update to nightlatch_app
  using (home_id in (select home from caller_homes() as home));

create policy members_read on homes for select to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy found_a_home on homes for insert to nightlatch_app
  with check (cardinality((select scope_accounts())) > 0);
create policy members_move_head on homes for update to nightlatch_app
  using (home_id in (select home from caller_homes() as home));

create policy members_read on home_log for select to nightlatch_app
  using (home_id in (select home from caller_homes() as home));
create policy members_append on home_log for insert to nightlatch_app
  with check (home_id in (select home from caller_homes() as home));

grant select, insert on homes, memberships, home_log to nightlatch_app;
grant update (log_sequence, log_hash) on homes to nightlatch_app;
grant update (validity) on memberships to nightlatch_app;
