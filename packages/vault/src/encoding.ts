import type { Hash } from '@nightlatch/protocol/encoding';
import type { RandomBytes } from '@nightlatch/protocol/ids';
import { refuse } from './errors.ts';

/** Bytes as WebCrypto takes them: over a plain ArrayBuffer, never a shared one. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** `String.fromCharCode` takes its bytes as arguments; engines stop at some 65,536 of them. */
const BYTES_PER_CALL = 8192;

/** Base64url without padding (RFC 4648, section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += BYTES_PER_CALL) {
    binary += String.fromCharCode(...bytes.subarray(start, start + BYTES_PER_CALL));
  }
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const SIX_BITS = new Map([...ALPHABET].map((letter, value) => [letter.charCodeAt(0), value]));
const SIX_BITS_OF_CODE = Int8Array.from({ length: 128 }, (_, code) => SIX_BITS.get(code) ?? -1);

/**
 * The bytes of a base64url text without padding. There is one text for any bytes: a text whose unused last bits are
 * not zero is refused, because two texts for one signature would be two hashes for one log entry. Decoded by hand:
 * `atob` takes the other alphabet and answers a text, and the cloud reads thousands of manifests a second.
 */
export function fromBase64Url(text: string): Bytes {
  if (text.length % 4 === 1) refuse('malformed', 'This is not base64url.');
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let length = 0;
  let held = 0;
  let heldBits = 0;
  for (let index = 0; index < text.length; index++) {
    const value = SIX_BITS_OF_CODE[text.charCodeAt(index)] ?? -1;
    if (value < 0) refuse('malformed', 'This is not base64url.');
    held = ((held << 6) | value) & 0xfff;
    heldBits += 6;
    if (heldBits < 8) continue;
    heldBits -= 8;
    bytes[length++] = held >> heldBits;
  }
  if ((held & ((1 << heldBits) - 1)) !== 0)
    refuse('malformed', 'This is base64url with stray bits at its end.');
  return bytes;
}

/** `fromBase64Url`, and the length must be right. */
export function fixedBytes(text: string, byteCount: number, what: string): Bytes {
  const bytes = fromBase64Url(text);
  if (bytes.length !== byteCount) refuse('malformed', `${what} has ${bytes.length} bytes, not ${byteCount}.`);
  return bytes;
}

const encoder = new TextEncoder();
export const utf8 = (text: string): Bytes => encoder.encode(text);

export function concat(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** A 32-bit unsigned number, most significant byte first. */
export function uint32(value: number): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/**
 * Each part behind its length as a 32-bit big-endian number; texts as UTF-8. Two lists of parts never give the same
 * bytes, which joining them with a separator would not promise.
 */
export function lengthPrefixed(...parts: (string | Uint8Array)[]): Bytes {
  return concat(
    ...parts.flatMap((part) => {
      const bytes = typeof part === 'string' ? utf8(part) : part;
      return [uint32(bytes.length), bytes];
    }),
  );
}

export const sha256 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

/** SHA-256 of bytes, base64url. */
export const hashBytes = async (bytes: Bytes): Promise<Hash> => toBase64Url(await sha256(bytes));

/** SHA-256 of a text's UTF-8, base64url. */
export const hashText = (text: string): Promise<Hash> => hashBytes(utf8(text));

/** Fresh bytes from the source that was injected, copied so that a pool of it is never held. */
export function drawn(random: RandomBytes, byteCount: number): Bytes {
  const bytes = new Uint8Array(random(byteCount));
  if (bytes.length !== byteCount) throw new Error(`asked for ${byteCount} random bytes, got ${bytes.length}`);
  return bytes;
}

/** The platform's own source of randomness, at most 65,536 bytes at a time. */
export const systemRandom: RandomBytes = (byteCount) => crypto.getRandomValues(new Uint8Array(byteCount));

export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index]);
