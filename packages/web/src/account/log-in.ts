import type { Account } from '@nightlatch/protocol/accounts';
import { NightlatchError } from '@nightlatch/protocol/errors';
import { deriveAccountKeys, unwrapMasterKey } from '@nightlatch/vault/account';
import type { Bytes } from '@nightlatch/vault/encoding';
import { VaultError } from '@nightlatch/vault/errors';
import { call } from '../api/client.ts';
import { provePassphrase } from './opaque.ts';
import type { SignedIn } from './session.ts';

export interface Credentials {
  readonly email: string;
  readonly passphrase: string;
}

/** A finished log-in with the master key, which the caller drops as soon as it can. */
export type Entered = Omit<SignedIn, 'state' | 'master'> & { readonly master: Bytes };

/** The master key stays in memory only where it is still needed: to be wrapped under a recovery code. */
export const settled = ({ account, secrets, master }: Entered): Omit<SignedIn, 'state'> => ({
  account,
  secrets,
  master: account.wrappedMasterKeyByRecovery === null ? master : null,
});

const wrong = () =>
  new NightlatchError(
    'wrong-credentials',
    'E-mail and passphrase do not fit together. Nothing was changed. Check both, or use your recovery code.',
  );

/** Ends the session that came with a crossed answer, and says so. */
async function notYours(cause?: unknown): Promise<NightlatchError> {
  await call('logout').catch(() => undefined);
  return new NightlatchError(
    'internal',
    'The cloud answered with keys that are not yours. Nothing of them was used. Try again; if it stays, tell the people who run your cloud.',
    { cause },
  );
}

/** Opens the master key of an answered account; an answer that it does not open is not this person's account. */
export async function openAccount(
  account: Account,
  wrapped: string,
  wrappingSecret: Bytes,
  purpose: 'passphrase' | 'recovery',
): Promise<Entered> {
  try {
    const master = await unwrapMasterKey(wrapped, wrappingSecret, purpose, account.account);
    return { account, master, secrets: await deriveAccountKeys(master) };
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    throw await notYours(error);
  }
}

/** Logs in by OPAQUE. Throws NightlatchError, `wrong-credentials` alike for a wrong passphrase and an unknown e-mail. */
export async function logIn({ email, passphrase }: Credentials): Promise<Entered> {
  let login: string | null = null;
  const proof = await provePassphrase(passphrase, async (startLoginRequest) => {
    const started = await call('login.start', { input: { email, startLoginRequest } });
    login = started.login;
    return started.loginResponse;
  });
  if (proof === null || login === null) throw wrong();
  const { finishLoginRequest, wrappingSecret } = proof;
  const account = await call('login.finish', { input: { login, finishLoginRequest } }).catch((error) => {
    throw error instanceof NightlatchError && error.kind === 'wrong-credentials' ? wrong() : error;
  });
  return openAccount(account, account.wrappedMasterKey, wrappingSecret, 'passphrase');
}

/** Asks for the passphrase of somebody who is logged in already; the session before ends. */
export async function logInAgain(before: Account, passphrase: string): Promise<Entered> {
  const entered = await logIn({ email: before.email, passphrase });
  // An account that this passphrase opens, and not the one of this page: its keys must not be mixed with these.
  if (entered.account.account !== before.account) throw await notYours();
  await call('sessions.end', { params: { session: before.session.session } }).catch(() => undefined);
  return entered;
}
