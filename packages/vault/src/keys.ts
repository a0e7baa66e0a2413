import type { PublicKey } from '@nightlatch/protocol/encoding';
import { type Bytes, concat, fixedBytes, fromBase64Url, lengthPrefixed, toBase64Url } from './encoding.ts';
import { refuse } from './errors.ts';

/** An Ed25519 key that signs; its private half cannot be exported. */
export interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: PublicKey;
}

/** An X25519 key that things are sealed to; HPKE wants it as a pair, and the private half cannot be exported. */
export interface SealingKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: PublicKey;
  readonly keyPair: CryptoKeyPair;
}

export const SECRET_BYTES = 32;

// PKCS#8 of RFC 8410: everything that stands before the 32 bytes of the private key.
const PKCS8_OF_ED25519 = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
const PKCS8_OF_X25519 = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20];
export const PKCS8_BYTES = PKCS8_OF_ED25519.length + SECRET_BYTES;

const pkcs8 = (prefix: number[], secret: Bytes): Bytes => concat(Uint8Array.from(prefix), secret);

/** HKDF-SHA-256. `purpose` and its details keep keys for different uses apart; `salt` may be empty. */
export async function derive(
  secret: Bytes,
  salt: Bytes,
  byteCount: number,
  ...purpose: string[]
): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt, info: lengthPrefixed(...purpose) };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, byteCount * 8));
}

/** The Ed25519 key of a PKCS#8 document. */
export async function importSigningKey(document: Bytes): Promise<SigningKey> {
  // OpenSSL takes a longer document and passes over the rest; there is one length that is right.
  if (document.length !== PKCS8_BYTES) refuse('malformed', 'This is not an Ed25519 private key.');
  try {
    // The public half can only be read from a key that may be exported; this one is dropped at once.
    const open = await crypto.subtle.importKey('pkcs8', document, 'Ed25519', true, ['sign']);
    const { x } = await crypto.subtle.exportKey('jwk', open);
    const privateKey = await crypto.subtle.importKey('pkcs8', document, 'Ed25519', false, ['sign']);
    return { privateKey, publicKey: toBase64Url(fixedBytes(x ?? '', 32, 'The public key')) };
  } catch (cause) {
    return refuse('malformed', 'This is not an Ed25519 private key.', cause);
  }
}

/** The Ed25519 key of a 32-byte seed (RFC 8032). */
export const signingKeyOf = (seed: Bytes): Promise<SigningKey> =>
  importSigningKey(pkcs8(PKCS8_OF_ED25519, seed));

/** The X25519 key of 32 bytes. Its public half is computed (base point 9), because Firefox does not export it. */
export async function sealingKeyOf(secret: Bytes): Promise<SealingKey> {
  if (secret.length !== SECRET_BYTES) refuse('malformed', 'An X25519 private key has 32 bytes.');
  const document = pkcs8(PKCS8_OF_X25519, secret);
  const privateKey = await crypto.subtle.importKey('pkcs8', document, 'X25519', false, ['deriveBits']);
  const basePoint = await importSealingPublicKey(toBase64Url(Uint8Array.of(9, ...new Uint8Array(31))));
  const raw = await crypto.subtle.deriveBits({ name: 'X25519', public: basePoint }, privateKey, 256);
  const publicKey = toBase64Url(new Uint8Array(raw));
  return {
    privateKey,
    publicKey,
    keyPair: { privateKey, publicKey: await importSealingPublicKey(publicKey) },
  };
}

export async function importSealingPublicKey(publicKey: PublicKey): Promise<CryptoKey> {
  const raw = fixedBytes(publicKey, 32, 'An X25519 public key');
  return crypto.subtle.importKey('raw', raw, 'X25519', true, []);
}

/** The 32 bytes of a fresh X25519 private key, from the platform's own generator. */
export async function newSealingSecret(): Promise<Bytes> {
  const pair = await crypto.subtle.generateKey('X25519', true, ['deriveBits']);
  const { d } = await crypto.subtle.exportKey('jwk', pair.privateKey);
  return fromBase64Url(d ?? '');
}

/** The PKCS#8 document of a fresh Ed25519 key. */
export async function newSigningDocument(): Promise<Bytes> {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  return new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
}
