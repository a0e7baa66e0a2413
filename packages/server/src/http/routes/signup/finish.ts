import { createHash } from 'node:crypto';
import { accountIdOf } from '@nightlatch/protocol/ids';
import { addAccount } from '../../../sql/statements/accounts.ts';
import type { Handler } from '../../handler.ts';

/** An address or a key that has an account already changes nothing, and the answer is the same. */
export const handle: Handler<'signup.finish'> = async ({ accounts, database }, { input, request }) => {
  const emailIndex = accounts.emails.index('email', input.email);
  await accounts.attempts.count(emailIndex, request.ip);
  const { signingKey, sealingKey } = input.keys;
  const account = accountIdOf(createHash('sha256').update(Buffer.from(signingKey, 'base64url')).digest());
  await database.ask({ account, emailIndex }, addAccount, [
    account,
    accounts.emails.seal(input.email, account),
    emailIndex,
    input.registrationRecord,
    signingKey,
    sealingKey,
    input.wrappedMasterKey,
  ]);
  return { accepted: true };
};
