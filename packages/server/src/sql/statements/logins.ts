import { AccountId, LoginId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { statement } from '../statement.ts';

/** A slow phone stretches the passphrase for many seconds; three minutes are enough for it. */
export const addLogin = statement({
  name: 'add-login',
  text: `insert into logins (login_id, account_id, email_index, server_state, expires_at)
    values ($1, $2, $3, $4, now() + interval '3 minutes')
    returning login_id`,
  row: z.object({ login_id: LoginId }),
});

/** Takes it out: a log-in can be finished, or fail, once. */
export const takeLogin = statement({
  name: 'take-login',
  text: `delete from logins where login_id = $1 and expires_at > now()
    returning account_id, email_index, server_state`,
  row: z.object({ account_id: AccountId.nullable(), email_index: z.string(), server_state: z.string() }),
});

export const sweepLogins = statement({
  name: 'sweep-logins',
  text: `delete from logins where login_id in (
      select login_id from logins where expires_at < now() order by expires_at limit 1000)
    returning login_id`,
  row: z.object({ login_id: LoginId }),
});
