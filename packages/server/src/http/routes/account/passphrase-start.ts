import { ownAccount } from '../../../accounts/account.ts';
import { anotherAccount } from '../../../refusals.ts';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'passphrase.start'> = async (
  { accounts, database },
  { caller, input, request },
) => {
  if (input.account !== caller.account) throw anotherAccount();
  const { emailIndex } = await ownAccount({ database, emails: accounts.emails }, caller);
  await accounts.attempts.count(emailIndex, request.ip);
  return { registrationResponse: accounts.passphrases.register(emailIndex, input.registrationRequest) };
};
