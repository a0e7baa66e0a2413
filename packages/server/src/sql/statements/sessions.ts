import { AccountId, SessionId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { statement } from '../statement.ts';

const Kind = z.enum(['full', 'recovery']);
const Named = z.object({ session_id: SessionId });

/** A session by a recovery code has an hour to set a new passphrase. */
export const addSession = statement({
  name: 'add-session',
  text: `insert into sessions (session_id, account_id, token_hash, kind, device, expires_at)
    values ($1, $2, $3, $4, $5,
      now() + case when $4 = 'recovery' then interval '1 hour' else interval '30 days' end)
    returning session_id`,
  row: Named,
});

export const findSession = statement({
  name: 'find-session',
  text: `select session_id, account_id, token_hash as "tokenHash", kind,
      last_seen_at < now() - interval '1 minute' as unseen
    from sessions where token_hash = $1 and ended_at is null and expires_at > now()`,
  row: z.object({
    session_id: SessionId,
    account_id: AccountId,
    tokenHash: z.string(),
    kind: Kind,
    unseen: z.boolean(),
  }),
});

/** 30 days without a request end a session, and 90 days in any case. */
export const seeSession = statement({
  name: 'see-session',
  text: `update sessions
    set last_seen_at = now(),
      expires_at = case kind
        when 'full' then least(now() + interval '30 days', started_at + interval '90 days')
        else expires_at end
    where session_id = $1 and ended_at is null and expires_at > now()
      and last_seen_at < now() - interval '1 minute'
    returning session_id`,
  row: Named,
});

export const listSessions = statement({
  name: 'list-sessions',
  text: `select session_id, account_id, device, started_at, last_seen_at
    from sessions where account_id = $1 and ended_at is null and expires_at > now()
    order by last_seen_at desc, session_id limit 200`,
  order: 'last_seen_at desc, session_id',
  row: z.object({
    session_id: SessionId,
    account_id: AccountId,
    device: z.string(),
    started_at: z.date(),
    last_seen_at: z.date(),
  }),
});

export const endSession = statement({
  name: 'end-session',
  text: `update sessions set ended_at = now()
    where account_id = $1 and session_id = $2 and ended_at is null and expires_at > now()
    returning session_id`,
  row: Named,
});

export const endOtherSessions = statement({
  name: 'end-other-sessions',
  text: `update sessions set ended_at = now()
    where account_id = $1 and session_id <> $2 and ended_at is null
    returning session_id`,
  row: Named,
});

export const makeSessionFull = statement({
  name: 'make-session-full',
  text: `update sessions set kind = 'full', expires_at = least(now() + interval '30 days', started_at + interval '90 days')
    where account_id = $1 and session_id = $2
    returning session_id`,
  row: Named,
});
