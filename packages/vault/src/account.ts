import type { AccountKeys } from '@nightlatch/protocol/accounts';
import type { PublicKey } from '@nightlatch/protocol/encoding';
import { type AccountId, accountIdOf, type RandomBytes } from '@nightlatch/protocol/ids';
import { decrypt, encrypt, importAeadKey, NONCE_BYTES, TAG_BYTES } from './aead.ts';
import {
  type Bytes,
  concat,
  drawn,
  fixedBytes,
  lengthPrefixed,
  sha256,
  systemRandom,
  toBase64Url,
} from './encoding.ts';
import { refuse } from './errors.ts';
import {
  derive,
  SECRET_BYTES,
  type SealingKey,
  type SigningKey,
  sealingKeyOf,
  signingKeyOf,
} from './keys.ts';

/** An account as its own browser has it. */
export interface UnlockedAccount {
  readonly account: AccountId;
  readonly signing: SigningKey;
  readonly sealing: SealingKey;
  /** The public halves, as the server keeps them. */
  readonly keys: AccountKeys;
}

export type WrapPurpose = 'passphrase' | 'recovery';

const NO_SALT = new Uint8Array(0);
const WRAPPED_BYTES = NONCE_BYTES + SECRET_BYTES + TAG_BYTES;

export const newMasterKey = (random: RandomBytes): Bytes => drawn(random, SECRET_BYTES);

export async function accountIdOfKey(signingKey: PublicKey): Promise<AccountId> {
  return accountIdOf(await sha256(fixedBytes(signingKey, 32, 'A signing key')));
}

/** Signing and sealing key of an account from its 32-byte master key: always the same ones. */
export async function deriveAccountKeys(master: Bytes): Promise<UnlockedAccount> {
  if (master.length !== SECRET_BYTES) refuse('malformed', 'A master key has 32 bytes.');
  const signing = await signingKeyOf(
    await derive(master, NO_SALT, SECRET_BYTES, 'nightlatch account signing v1'),
  );
  const sealing = await sealingKeyOf(
    await derive(master, NO_SALT, SECRET_BYTES, 'nightlatch account sealing v1'),
  );
  return {
    account: await accountIdOfKey(signing.publicKey),
    signing,
    sealing,
    keys: { signingKey: signing.publicKey, sealingKey: sealing.publicKey },
  };
}

const WRAP = 'nightlatch master key wrap v1';

const wrappingKey = async (wrappingSecret: Bytes, purpose: WrapPurpose): Promise<CryptoKey> =>
  importAeadKey(await derive(wrappingSecret, NO_SALT, SECRET_BYTES, WRAP, purpose));

/**
 * The master key under a wrapping key: base64url of nonce, ciphertext and tag. `wrappingSecret` must be a strong
 * secret already (OPAQUE's export key, or the recovery code's): there is no costly derivation here.
 */
export async function wrapMasterKey(
  master: Bytes,
  wrappingSecret: Bytes,
  purpose: WrapPurpose,
  account: AccountId,
  random: RandomBytes = systemRandom,
): Promise<string> {
  if (master.length !== SECRET_BYTES) refuse('malformed', 'A master key has 32 bytes.');
  const key = await wrappingKey(wrappingSecret, purpose);
  const nonce = drawn(random, NONCE_BYTES);
  return toBase64Url(
    concat(nonce, await encrypt(key, nonce, lengthPrefixed(WRAP, purpose, account), master)),
  );
}

/** The master key; `wrong-key` where secret, purpose or account is another, or where it was tampered with. */
export async function unwrapMasterKey(
  wrapped: string,
  wrappingSecret: Bytes,
  purpose: WrapPurpose,
  account: AccountId,
): Promise<Bytes> {
  const bytes = fixedBytes(wrapped, WRAPPED_BYTES, 'A wrapped master key');
  const master = await decrypt(
    await wrappingKey(wrappingSecret, purpose),
    bytes.slice(0, NONCE_BYTES),
    lengthPrefixed(WRAP, purpose, account),
    bytes.slice(NONCE_BYTES),
    { reason: 'wrong-key', message: 'The master key does not open with this secret.' },
  );
  // AES-GCM does not commit to its key: a wrapped key can be made that opens under several. The id of the account does
  // commit to the master key, so that only the right one passes here.
  const { account: found } = await deriveAccountKeys(master);
  if (found !== account) refuse('wrong-key', 'What opened is not the master key of this account.');
  return master;
}
