import type { Bytes } from './encoding.ts';
import { refuse, type VaultReason } from './errors.ts';

export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

export const importAeadKey = (raw: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);

const parametersOf = (nonce: Bytes, additionalData: Bytes): AesGcmParams => ({
  name: 'AES-GCM',
  iv: nonce,
  additionalData,
  tagLength: TAG_BYTES * 8,
});

/** Ciphertext and tag by AES-256-GCM. A nonce must never be used twice under one key. */
export const encrypt = async (
  key: CryptoKey,
  nonce: Bytes,
  additionalData: Bytes,
  plaintext: Bytes,
): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.encrypt(parametersOf(nonce, additionalData), key, plaintext));

/** The plaintext, or a refusal with the given reason where the tag does not match. */
export async function decrypt(
  key: CryptoKey,
  nonce: Bytes,
  additionalData: Bytes,
  sealed: Bytes,
  otherwise: { reason: VaultReason; message: string },
): Promise<Bytes> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parametersOf(nonce, additionalData), key, sealed));
  } catch (cause) {
    return refuse(otherwise.reason, otherwise.message, cause);
  }
}
