import { NightlatchError } from '@nightlatch/protocol/errors';
import type { AccountId } from '@nightlatch/protocol/ids';
import { wrapMasterKey } from '@nightlatch/vault/account';
import type { Bytes } from '@nightlatch/vault/encoding';
import { parseRecoveryCode, recoveryProof, recoveryWrappingSecret } from '@nightlatch/vault/recovery';
import { call } from '../api/client.ts';
import { type Entered, logIn, openAccount } from './log-in.ts';
import { registerPassphrase } from './opaque.ts';

/** Sets a confirmed recovery code: the cloud gets the hash of a proof, and the master key wrapped under the code. */
export async function setRecoveryCode(code: string, master: Bytes, account: AccountId): Promise<void> {
  const secret = parseRecoveryCode(code);
  const { proofHash } = await recoveryProof(secret);
  const wrapped = await wrapMasterKey(master, await recoveryWrappingSecret(secret), 'recovery', account);
  await call('account.set-recovery', {
    input: { account, recoveryProofHash: proofHash, wrappedMasterKeyByRecovery: wrapped },
  });
}

/** Sets a new passphrase for the session's account; every other session ends. */
export async function setPassphrase(passphrase: string, master: Bytes, account: AccountId): Promise<void> {
  const { registrationRecord, wrappingSecret } = await registerPassphrase(
    passphrase,
    async (registrationRequest) =>
      (await call('passphrase.start', { input: { account, registrationRequest } })).registrationResponse,
  );
  const wrappedMasterKey = await wrapMasterKey(master, wrappingSecret, 'passphrase', account);
  await call('passphrase.finish', { input: { account, registrationRecord, wrappedMasterKey } });
}

/** Opens the account by its recovery code, for nothing but `finishRecovery`. */
export async function beginRecovery(email: string, code: string): Promise<Entered> {
  const secret = parseRecoveryCode(code);
  const { proof } = await recoveryProof(secret);
  const account = await call('recovery.start', { input: { email, recoveryProof: proof } }).catch((error) => {
    if (!(error instanceof NightlatchError) || error.kind !== 'wrong-credentials') throw error;
    throw new NightlatchError(
      'wrong-credentials',
      'E-mail and recovery code do not fit together. Nothing was changed. Check the e-mail and each word.',
      { cause: error },
    );
  });
  const wrapped = account.wrappedMasterKeyByRecovery;
  if (wrapped === null)
    throw new NightlatchError('internal', 'The cloud has no key for this code. Nothing was changed.');
  return openAccount(account, wrapped, await recoveryWrappingSecret(secret), 'recovery');
}

/** Sets the new passphrase of a recovered account and logs in with it. */
export async function finishRecovery(recovered: Entered, passphrase: string): Promise<Entered> {
  const { account, master } = recovered;
  await setPassphrase(passphrase, master, account.account);
  return logIn({ email: account.email, passphrase });
}
