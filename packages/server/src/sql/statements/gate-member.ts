import { AccountId, HomeId, SessionId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { statement } from '../statement.ts';

/**
 * The caller, as of now: a full session that has not ended, and a membership that lasts. $1 session, $2 account,
 * $3 home. Everything that the gate fetches hangs on these rows, so that the check is the fetch.
 */
export const LIVE_MEMBER = `
  select s.session_id as session, s.account_id as account, m.home_id as home, m.role
  from sessions s
  join memberships m on m.account_id = s.account_id and m.home_id = $3 and m.validity @> now()
  where s.session_id = $1 and s.account_id = $2
    and s.kind = 'full' and s.ended_at is null and s.expires_at > now()`;

/** The keys that were asked for, as the rows have them. */
export const MemberKeys = z.object({ session: SessionId, account: AccountId, home: HomeId });
export type MemberKeys = z.infer<typeof MemberKeys>;

export const gateMember = statement({
  name: 'gate-member',
  text: LIVE_MEMBER,
  row: MemberKeys.extend({ role: z.enum(['owner']) }),
});
