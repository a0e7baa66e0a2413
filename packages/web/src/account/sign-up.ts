import { NightlatchError } from '@nightlatch/protocol/errors';
import { deriveAccountKeys, newMasterKey, wrapMasterKey } from '@nightlatch/vault/account';
import { systemRandom } from '@nightlatch/vault/encoding';
import { call } from '../api/client.ts';
import { type Credentials, type Entered, logIn } from './log-in.ts';
import { registerPassphrase } from './opaque.ts';

/**
 * Makes an account with keys made here, and logs in. The cloud does not say whether the e-mail had an account before:
 * then the log-in fails as with a wrong passphrase, and nothing has changed.
 */
export async function signUp(credentials: Credentials): Promise<Entered> {
  const { email, passphrase } = credentials;
  const { registrationRecord, wrappingSecret } = await registerPassphrase(
    passphrase,
    async (registrationRequest) =>
      (await call('signup.start', { input: { email, registrationRequest } })).registrationResponse,
  );
  const master = newMasterKey(systemRandom);
  const { account, keys } = await deriveAccountKeys(master);
  const wrappedMasterKey = await wrapMasterKey(master, wrappingSecret, 'passphrase', account);
  await call('signup.finish', { input: { email, registrationRecord, keys, wrappedMasterKey } });
  return logIn(credentials).catch((error) => {
    if (!(error instanceof NightlatchError) || error.kind !== 'wrong-credentials') throw error;
    throw new NightlatchError(
      'wrong-credentials',
      'This e-mail seems to have an account already. Nothing was changed. Log in with its passphrase, or use its recovery code.',
      { cause: error },
    );
  });
}
