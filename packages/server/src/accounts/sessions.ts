import { createHash } from 'node:crypto';
import { type AccountId, newSessionId, type RandomBytes, type SessionId } from '@nightlatch/protocol/ids';
import type { AccountCaller } from '../http/handler.ts';
import type { Database } from '../sql/database.ts';
import { requireOwn } from '../sql/own-rows.ts';
import { addSession, findSession, seeSession } from '../sql/statements/sessions.ts';

const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** What the database keeps of a token. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url');

export interface AccountSessions {
  /** The token goes into the cookie and is kept nowhere else. */
  start(options: {
    account: AccountId;
    kind: 'full' | 'recovery';
    device: string;
  }): Promise<{ session: SessionId; token: string }>;
  /** Whose live session this is, as of now; undefined where it is nobody's or has ended. */
  byToken(token: string): Promise<AccountCaller | undefined>;
}

export function makeSessions(database: Pick<Database, 'ask'>, random: RandomBytes): AccountSessions {
  return {
    start: async ({ account, kind, device }) => {
      const session = newSessionId(random);
      const token = Buffer.from(random(TOKEN_BYTES)).toString('base64url');
      await database.ask({ account }, addSession, [session, account, tokenHash(token), kind, device]);
      return { session, token };
    },
    byToken: async (token) => {
      if (!TOKEN.test(token)) return undefined;
      const hash = tokenHash(token);
      const [found] = await database.ask({ tokenHash: hash }, findSession, [hash]);
      if (found === undefined) return undefined;
      requireOwn([found], { tokenHash: hash });
      const { session_id: session, account_id: account, kind, unseen } = found;
      if (unseen) await database.ask({ account }, seeSession, [session]);
      return { kind: 'account', account, session, sessionKind: kind };
    },
  };
}
