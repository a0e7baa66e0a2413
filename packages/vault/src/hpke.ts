import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import type { PublicKey } from '@nightlatch/protocol/encoding';
import { type Bytes, concat, toBase64Url } from './encoding.ts';
import { refuse } from './errors.ts';
import { importSealingPublicKey } from './keys.ts';

/** X25519, HKDF-SHA-256, AES-256-GCM of RFC 9180, base mode, one message per encapsulation. */
export const hpkeSuite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

export const ENCAPSULATED_BYTES = 32;
/** What sealing adds: the encapsulated key and the tag. */
export const HPKE_OVERHEAD_BYTES = ENCAPSULATED_BYTES + 16;

/** `plaintext` sealed to an X25519 key, base64url of enc, ciphertext and tag. `info` must be given to open it. */
export async function sealTo(publicKey: PublicKey, info: Bytes, plaintext: Bytes): Promise<string> {
  const recipientPublicKey = await importSealingPublicKey(publicKey);
  try {
    const { enc, ct } = await hpkeSuite.seal({ recipientPublicKey, info }, plaintext);
    return toBase64Url(concat(new Uint8Array(enc), new Uint8Array(ct)));
  } catch (cause) {
    // A point of small order: what is sealed to it, everybody can open.
    return refuse('malformed', 'This is not a key that anything may be sealed to.', cause);
  }
}

/** What was sealed to the pair under the same `info`; `damaged` where key, `info` or a bit differs: HPKE cannot tell. */
export async function openWith(
  recipientKey: CryptoKeyPair,
  info: Bytes,
  sealed: Bytes,
  what: string,
): Promise<Bytes> {
  if (sealed.length < HPKE_OVERHEAD_BYTES) refuse('malformed', `${what} is too short to be sealed.`);
  const enc = sealed.slice(0, ENCAPSULATED_BYTES);
  try {
    return new Uint8Array(
      await hpkeSuite.open({ recipientKey, enc, info }, sealed.slice(ENCAPSULATED_BYTES)),
    );
  } catch (cause) {
    return refuse('damaged', `${what} was sealed for another key or another purpose, or is damaged.`, cause);
  }
}
