import { AccountKeys } from '@nightlatch/protocol/accounts';
import { PublicKey } from '@nightlatch/protocol/encoding';
import { AccountId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { forget, keep, recall } from '../storage/database.ts';

const PrivateKey = z.custom<CryptoKey>((value) => value instanceof CryptoKey && !value.extractable);
const KeyOfPair = z.custom<CryptoKey>((value) => value instanceof CryptoKey);

/** The account's keys as the vault derives them. No private half can be read out of the browser's key store. */
const AccountSecrets = z.object({
  account: AccountId,
  signing: z.object({ privateKey: PrivateKey, publicKey: PublicKey }),
  sealing: z.object({
    privateKey: PrivateKey,
    publicKey: PublicKey,
    keyPair: z.object({ privateKey: PrivateKey, publicKey: KeyOfPair }),
  }),
  keys: AccountKeys,
});
export type AccountSecrets = z.infer<typeof AccountSecrets>;

/** The keys kept in this browser; null where there are none. Browsers may drop them: then one logs in again. */
export async function keptSecrets(): Promise<AccountSecrets | null> {
  const kept = AccountSecrets.safeParse(await recall('keys', 'current').catch(() => null));
  return kept.success ? kept.data : null;
}

/** A browser that cannot keep keys (private windows of some) still works until the page is closed. */
export async function keepSecrets(secrets: AccountSecrets): Promise<void> {
  await keep('keys', 'current', secrets).catch(() => undefined);
}

export async function forgetSecrets(): Promise<void> {
  await forget('keys', 'current').catch(() => undefined);
}
