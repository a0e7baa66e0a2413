import { newLoginId } from '@nightlatch/protocol/ids';
import { findCredentials } from '../../../sql/statements/accounts.ts';
import { addLogin } from '../../../sql/statements/logins.ts';
import type { Handler } from '../../handler.ts';

/** For an address without an account OPAQUE makes up a record, so that the answers look alike. */
export const handle: Handler<'login.start'> = async ({ accounts, database, random }, { input, request }) => {
  const emailIndex = accounts.emails.index('email', input.email);
  await accounts.attempts.count(emailIndex, request.ip);
  const [known] = await database.ask({ emailIndex }, findCredentials, [emailIndex]);
  const { serverState, loginResponse } = accounts.passphrases.start(
    emailIndex,
    known?.opaque_record,
    input.startLoginRequest,
  );
  const login = newLoginId(random);
  await database.ask({ login }, addLogin, [login, known?.account_id ?? null, emailIndex, serverState]);
  return { login, loginResponse };
};
