import { createHash, timingSafeEqual } from 'node:crypto';
import { ownAccount } from '../../../accounts/account.ts';
import { deviceLabel } from '../../../accounts/device-label.ts';
import { wrongCredentials } from '../../../refusals.ts';
import { findCredentials } from '../../../sql/statements/accounts.ts';
import type { Handler } from '../../handler.ts';
import { setSessionCookie } from '../../session-cookie.ts';

const NO_HASH = Buffer.alloc(32).toString('base64url');

/** The session it starts may do nothing but set a new passphrase. */
export const handle: Handler<'recovery.start'> = async (cloud, { input, request, reply }) => {
  const { accounts, database, config } = cloud;
  const emailIndex = accounts.emails.index('email', input.email);
  await accounts.attempts.count(emailIndex, request.ip);
  const [known] = await database.ask({ emailIndex }, findCredentials, [emailIndex]);
  const given = createHash('sha256').update(Buffer.from(input.recoveryProof, 'base64url')).digest();
  const right = timingSafeEqual(given, Buffer.from(known?.recovery_proof_hash ?? NO_HASH, 'base64url'));
  if (!right || known === undefined || known.recovery_proof_hash === null) throw wrongCredentials();
  const { session, token } = await accounts.sessions.start({
    account: known.account_id,
    kind: 'recovery',
    device: deviceLabel(request.headers['user-agent']),
  });
  const { account } = await ownAccount(
    { database, emails: accounts.emails },
    { account: known.account_id, session },
  );
  setSessionCookie(config, reply, token);
  return account;
};
