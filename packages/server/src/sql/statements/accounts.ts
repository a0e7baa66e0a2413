import { AccountId, HomeId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { statement } from '../statement.ts';

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** Changes nothing, and answers no row, where the address or the key already has an account. */
export const addAccount = statement({
  name: 'add-account',
  text: `insert into accounts (account_id, email_sealed, email_index, opaque_record, signing_key, sealing_key,
      wrapped_master_key)
    values ($1, $2::bytea, $3, $4, $5, $6, $7)
    on conflict do nothing
    returning account_id`,
  row: z.object({ account_id: AccountId }),
});

export const findCredentials = statement({
  name: 'find-credentials',
  text: `select account_id, opaque_record, recovery_proof_hash
    from accounts where email_index = $1`,
  row: z.object({
    account_id: AccountId,
    opaque_record: z.string(),
    recovery_proof_hash: z.string().nullable(),
  }),
});

export const readAccount = statement({
  name: 'read-account',
  text: `select a.account_id, a.email_sealed, a.email_index, a.signing_key, a.sealing_key, a.wrapped_master_key,
      a.recovery_wrapped_master_key, s.session_id, s.kind, s.started_at
    from accounts a join sessions s using (account_id)
    where a.account_id = $1 and s.session_id = $2 and s.ended_at is null and s.expires_at > now()`,
  row: z.object({
    account_id: AccountId,
    email_sealed: Bytes,
    email_index: z.string(),
    signing_key: z.string(),
    sealing_key: z.string(),
    wrapped_master_key: z.string(),
    recovery_wrapped_master_key: z.string().nullable(),
    session_id: z.string(),
    kind: z.enum(['full', 'recovery']),
    started_at: z.date(),
  }),
});

export const readHomesOfAccount = statement({
  name: 'read-homes-of-account',
  text: `select account_id, home_id, role from memberships where account_id = $1 and validity @> now()`,
  order: 'home_id',
  row: z.object({ account_id: AccountId, home_id: HomeId, role: z.enum(['owner']) }),
});

/**
 * One change of an account's credentials at a time. The statement after it sees what the one before it did: an update that
 * joins the session and has to wait would go on with the session as it was before the wait. Parameter: account.
 */
export const lockAccount = statement({
  name: 'lock-account',
  text: `select account_id from accounts where account_id = $1 for update`,
  row: z.object({ account_id: AccountId }),
});

/** After `lockAccount`. Only for a session that proved itself lately, or where no code was ever set. */
export const setRecovery = statement({
  name: 'set-recovery',
  text: `update accounts a
    set recovery_proof_hash = $3, recovery_wrapped_master_key = $4, recovery_set_at = now()
    from sessions s
    where a.account_id = $1 and s.account_id = a.account_id and s.session_id = $2
      and s.kind = 'full' and s.ended_at is null and s.expires_at > now()
      and (a.recovery_proof_hash is null or s.started_at > now() - interval '5 minutes')
    returning a.account_id`,
  row: z.object({ account_id: AccountId }),
});

/** After `lockAccount`. Only for a session that proved itself lately, or one that was made by the recovery code. */
export const setPassphrase = statement({
  name: 'set-passphrase',
  text: `update accounts a
    set opaque_record = $3, wrapped_master_key = $4, passphrase_set_at = now()
    from sessions s
    where a.account_id = $1 and s.account_id = a.account_id and s.session_id = $2
      and s.ended_at is null and s.expires_at > now()
      and (s.kind = 'recovery' or s.started_at > now() - interval '5 minutes')
    returning a.account_id`,
  row: z.object({ account_id: AccountId }),
});
