import type { Hash } from '@nightlatch/protocol/encoding';
import type { RandomBytes } from '@nightlatch/protocol/ids';
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { type Bytes, drawn, hashBytes, toBase64Url } from './encoding.ts';
import { refuse } from './errors.ts';
import { derive } from './keys.ts';

/** 128 bits, which BIP-39 writes as twelve words with a checksum of four bits. */
const ENTROPY_BYTES = 16;
const WORDS = 12;
const TEXT_CHARACTERS_MAX = 1024;
const NO_SALT = new Uint8Array(0);

/** Twelve English words of BIP-39, one space between them. */
export const newRecoveryCode = (random: RandomBytes): string =>
  entropyToMnemonic(drawn(random, ENTROPY_BYTES), wordlist);

/** The 16 secret bytes of a recovery code, however it was typed; `malformed` where a word or the checksum is wrong. */
export function parseRecoveryCode(text: string): Bytes {
  if (text.length > TEXT_CHARACTERS_MAX) refuse('malformed', 'A recovery code has twelve words.');
  const words = text.normalize('NFKC').toLowerCase().trim().split(/\s+/);
  if (words.length !== WORDS) refuse('malformed', 'A recovery code has twelve words.');
  try {
    return new Uint8Array(mnemonicToEntropy(words.join(' '), wordlist));
  } catch {
    // The library's own error could carry a word of the code; it is not kept as the cause.
    return refuse('malformed', 'This is not a recovery code: a word is misspelt or out of place.');
  }
}

/** What is shown to the server to be let in (32 bytes, base64url), and the hash of it that the server keeps. */
export async function recoveryProof(secret: Bytes): Promise<{ proof: string; proofHash: Hash }> {
  const proof = await derive(secret, NO_SALT, 32, 'nightlatch recovery proof v1');
  return { proof: toBase64Url(proof), proofHash: await hashBytes(proof) };
}

/** The secret that wraps the master key for `recovery`. It cannot be computed from the proof. */
export const recoveryWrappingSecret = (secret: Bytes): Promise<Bytes> =>
  derive(secret, NO_SALT, 32, 'nightlatch recovery wrap v1');
