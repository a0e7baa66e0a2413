-- Accounts, their sessions and their log-ins.
--
-- Every statement of the server runs as nightlatch_app, which owns nothing, so that row-level security holds for it.
-- A statement says on whose behalf it runs through the settings nightlatch.*, which end with its transaction; without
-- them there is nothing to see. Times are those of this database, so that all servers go by one clock.

create function scope_accounts() returns text[] stable parallel safe language sql
  return string_to_array(current_setting('nightlatch.accounts', true), ',');
comment on function scope_accounts is 'Accounts on whose behalf this statement runs; empty for nobody.';

create function scope_agent() returns text stable parallel safe language sql
  return nullif(current_setting('nightlatch.agent', true), '');
comment on function scope_agent is 'Agent on whose behalf this statement runs; null for none.';

create function scope_token_hash() returns text stable parallel safe language sql
  return nullif(current_setting('nightlatch.token_hash', true), '');
comment on function scope_token_hash is 'SHA-256 of the session token that the caller showed; null for none.';

create function scope_email_index() returns text stable parallel safe language sql
  return nullif(current_setting('nightlatch.email_index', true), '');
comment on function scope_email_index is 'Blind index of the e-mail address that the caller named; null for none.';

create function scope_login() returns text stable parallel safe language sql
  return nullif(current_setting('nightlatch.login', true), '');
comment on function scope_login is 'Log-in under way that the caller named; null for none.';

create table accounts (
  account_id text primary key check (account_id ~ '^acct_[0-7][0-9a-hjkmnp-tv-z]{25}$'),
  email_sealed bytea not null check (octet_length(email_sealed) between 31 and 300),
  email_index text not null constraint accounts_email_index_unique unique
    check (email_index ~ '^[A-Za-z0-9_-]{43}$'),
  opaque_record text not null check (length(opaque_record) between 16 and 1400 and opaque_record ~ '^[A-Za-z0-9_-]+$'),
  signing_key text not null check (signing_key ~ '^[A-Za-z0-9_-]{43}$'),
  sealing_key text not null check (sealing_key ~ '^[A-Za-z0-9_-]{43}$'),
  wrapped_master_key text not null check (wrapped_master_key ~ '^[A-Za-z0-9_-]{80}$'),
  recovery_proof_hash text check (recovery_proof_hash ~ '^[A-Za-z0-9_-]{43}$'),
  recovery_wrapped_master_key text check (recovery_wrapped_master_key ~ '^[A-Za-z0-9_-]{80}$'),
  created_at timestamptz not null default now(),
  passphrase_set_at timestamptz not null default now() check (passphrase_set_at >= created_at),
  recovery_set_at timestamptz check (recovery_set_at >= created_at),
  constraint accounts_recovery_whole
    check (num_nonnulls(recovery_proof_hash, recovery_wrapped_master_key, recovery_set_at) in (0, 3))
);
comment on table accounts is 'People who sign in. Nothing here opens anything without the passphrase or the recovery code.';
comment on column accounts.account_id is 'Made from the SHA-256 of signing_key.';
comment on column accounts.email_sealed is 'E-mail address under AES-256-GCM: nonce (12 bytes), ciphertext, tag (16); bound to the account.';
comment on column accounts.email_index is 'HMAC-SHA-256 of the address in lower case, base64url: to find it without reading it.';
comment on column accounts.opaque_record is 'OPAQUE registration record, base64url.';
comment on column accounts.signing_key is 'Ed25519 public key, base64url.';
comment on column accounts.sealing_key is 'X25519 public key, base64url.';
comment on column accounts.wrapped_master_key is 'Master key under a key from the passphrase (OPAQUE export key), base64url.';
comment on column accounts.recovery_proof_hash is 'SHA-256 of the proof derived from the recovery code, base64url; null until a code is confirmed.';
comment on column accounts.recovery_wrapped_master_key is 'Master key under a key from the recovery code, base64url.';
comment on column accounts.created_at is 'When the account was made.';
comment on column accounts.passphrase_set_at is 'When the passphrase was set last.';
comment on column accounts.recovery_set_at is 'When the recovery code was confirmed last.';

create table sessions (
  session_id text primary key check (session_id ~ '^sess_[0-7][0-9a-hjkmnp-tv-z]{25}$'),
  account_id text not null references accounts,
  token_hash text not null unique check (token_hash ~ '^[A-Za-z0-9_-]{43}$'),
  kind text not null check (kind in ('full', 'recovery')),
  device text not null check (length(device) between 1 and 80),
  started_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now() check (last_seen_at >= started_at),
  expires_at timestamptz not null check (expires_at > started_at),
  ended_at timestamptz check (ended_at >= started_at)
);
comment on table sessions is 'A browser that is signed in. It is live while ended_at is null and expires_at lies ahead.';
comment on column sessions.session_id is 'Names the session to its owner; it opens nothing.';
comment on column sessions.account_id is 'Whose session it is.';
comment on column sessions.token_hash is 'SHA-256 of the 256-bit token in the cookie, base64url.';
comment on column sessions.kind is 'recovery: made by a recovery code, may do nothing but set a new passphrase; full: everything.';
comment on column sessions.device is 'Coarse, such as "Firefox on Linux".';
comment on column sessions.started_at is 'When the person proved who they are.';
comment on column sessions.last_seen_at is 'Last request, written at most once a minute.';
comment on column sessions.expires_at is '30 days after last_seen_at, at most 90 days after started_at.';
comment on column sessions.ended_at is 'When it was ended by its owner; null while it was not.';
create index sessions_of_account on sessions (account_id, started_at desc);

create table logins (
  login_id text primary key check (login_id ~ '^login_[0-7][0-9a-hjkmnp-tv-z]{25}$'),
  account_id text references accounts,
  email_index text not null check (email_index ~ '^[A-Za-z0-9_-]{43}$'),
  server_state text not null check (length(server_state) between 16 and 4000 and server_state ~ '^[A-Za-z0-9_-]+$'),
  expires_at timestamptz not null
);
comment on table logins is 'Log-ins between their first and second message. A row is taken out when it is used, once.';
comment on column logins.login_id is 'Names the log-in; 128 random bits.';
comment on column logins.account_id is 'Null where the address has no account: the answers are the same.';
comment on column logins.email_index is 'Blind index of the address, as in accounts: its limit ends when the log-in succeeds.';
comment on column logins.server_state is 'What OPAQUE keeps between the messages, base64url.';
comment on column logins.expires_at is 'After this it cannot be finished.';
create index logins_by_expiry on logins (expires_at);

create table attempt_limits (
  subject text primary key check (subject ~ '^[A-Za-z0-9_-]{43}$'),
  attempts integer not null check (attempts >= 1),
  window_ends_at timestamptz not null
);
comment on table attempt_limits is 'How often log-in was tried. It names nobody: the subject is a keyed hash.';
comment on column attempt_limits.subject is 'HMAC-SHA-256 of an e-mail or network address and what is limited, base64url.';
comment on column attempt_limits.attempts is 'In this window.';
comment on column attempt_limits.window_ends_at is 'Then counting begins anew.';
create index attempt_limits_by_end on attempt_limits (window_ends_at);

create table installation (
  one boolean primary key default true check (one),
  keys_fingerprint text not null check (keys_fingerprint ~ '^[A-Za-z0-9_-]{43}$'),
  created_at timestamptz not null default now()
);
comment on table installation is 'One row: whose database this is.';
comment on column installation.one is 'Keeps it at one row.';
comment on column installation.keys_fingerprint is 'HMAC-SHA-256 of a constant under the server keys, base64url: with other keys nobody could sign in, so the server refuses to start.';
comment on column installation.created_at is 'When the first server started.';

alter table accounts enable row level security;
alter table accounts force row level security;
alter table sessions enable row level security;
alter table sessions force row level security;
alter table logins enable row level security;
alter table logins force row level security;

create policy own_account on accounts
  using (account_id = any ((select scope_accounts())::text[]) or email_index = scope_email_index());
-- `in` and no `any`: a hashed look-up, which stays cheap where a batch of the gate asks for many accounts at once.
create policy own_sessions on sessions
  using (account_id in (select unnest(scope_accounts())) or token_hash = scope_token_hash());
create policy own_login on logins
  using (login_id = scope_login())
  with check (login_id = scope_login());
-- What has expired is nobody's any more; the sweep takes it out.
create policy expired_logins on logins for delete using (expires_at < now());
create policy expired_logins_seen on logins for select using (expires_at < now());

grant select, insert, update on accounts to nightlatch_app;
grant select, insert, update on sessions to nightlatch_app;
grant select, insert on installation to nightlatch_app;
grant select, insert, delete on logins to nightlatch_app;
grant select, insert, update, delete on attempt_limits to nightlatch_app;
