import { deriveAccountKeys } from '@nightlatch/vault/account';
import { fromBase64Url } from '@nightlatch/vault/encoding';
import { keepSecrets } from '../../src/account/secrets.ts';

/** Runs in the browser: leaves it as a log-in leaves it, with the keys of the account and nothing else. */
export async function seed(master: string): Promise<void> {
  await keepSecrets(await deriveAccountKeys(fromBase64Url(master)));
}
