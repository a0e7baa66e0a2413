import { ownAccount } from '../../../accounts/account.ts';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'passphrase.start'> = async (
  { accounts, database },
  { caller, input, request },
) => {
  const { emailIndex } = await ownAccount({ database, emails: accounts.emails }, caller);
  await accounts.attempts.count(emailIndex, request.ip);
  return { registrationResponse: accounts.passphrases.register(emailIndex, input.registrationRequest) };
};
