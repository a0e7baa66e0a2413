import type { Account } from '@nightlatch/protocol/accounts';
import { type AccountId, SessionId } from '@nightlatch/protocol/ids';
import { notSignedIn } from '../refusals.ts';
import type { Database } from '../sql/database.ts';
import { requireOwn } from '../sql/own-rows.ts';
import { readAccount, readHomesOfAccount } from '../sql/statements/accounts.ts';
import type { Emails } from './emails.ts';

export interface OwnAccount {
  readonly account: Account;
  readonly emailIndex: string;
}

/** The account of a session, as its owner sees it. Throws `not-signed-in` where the session has ended meanwhile. */
export async function ownAccount(
  { database, emails }: { database: Database; emails: Emails },
  caller: { account: AccountId; session: SessionId },
): Promise<OwnAccount> {
  const scope = { account: caller.account };
  const [[row], homes] = await Promise.all([
    database.ask(scope, readAccount, [caller.account, caller.session]),
    database.ask(scope, readHomesOfAccount, [caller.account]),
  ]);
  if (row === undefined) throw notSignedIn();
  requireOwn([row], { account_id: caller.account, session_id: caller.session });
  requireOwn(homes, { account_id: caller.account });
  return {
    emailIndex: row.email_index,
    account: {
      account: row.account_id,
      email: emails.open(row.email_sealed, row.account_id),
      keys: { signingKey: row.signing_key, sealingKey: row.sealing_key },
      wrappedMasterKey: row.wrapped_master_key,
      wrappedMasterKeyByRecovery: row.recovery_wrapped_master_key,
      session: {
        session: SessionId.parse(row.session_id),
        kind: row.kind,
        startedAt: row.started_at.getTime(),
      },
      // A session by recovery code may do nothing but set a passphrase; it learns of no home.
      homes: row.kind === 'full' ? homes.map(({ home_id, role }) => ({ home: home_id, role })) : [],
    },
  };
}
