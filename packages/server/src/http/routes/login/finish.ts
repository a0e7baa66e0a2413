import { ownAccount } from '../../../accounts/account.ts';
import { deviceLabel } from '../../../accounts/device-label.ts';
import { wrongCredentials } from '../../../refusals.ts';
import { takeLogin } from '../../../sql/statements/logins.ts';
import type { Handler } from '../../handler.ts';
import { setSessionCookie } from '../../session-cookie.ts';

export const handle: Handler<'login.finish'> = async (cloud, { input, request, reply }) => {
  const { accounts, database, config } = cloud;
  const [login] = await database.ask({ login: input.login }, takeLogin, [input.login]);
  if (login === undefined) throw wrongCredentials();
  const proved = accounts.passphrases.finish(login.server_state, input.finishLoginRequest);
  if (!proved || login.account_id === null) throw wrongCredentials();
  const { session, token } = await accounts.sessions.start({
    account: login.account_id,
    kind: 'full',
    device: deviceLabel(request.headers['user-agent']),
  });
  await accounts.attempts.forget(login.email_index);
  const { account } = await ownAccount(
    { database, emails: accounts.emails },
    { account: login.account_id, session },
  );
  setSessionCookie(config, reply, token);
  return account;
};
