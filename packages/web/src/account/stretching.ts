/**
 * The costs of stretching a passphrase by Argon2id, inside of OPAQUE: constants of ours, never the server's word. They
 * are part of every account: other values open no account that was made with these. Twice the memory of the second
 * setting that RFC 9106 recommends (64 MiB, 3 passes), and one lane, because a browser has one thread for it; 0.7 s on
 * a shared desktop core (docs/decisions/2026-11-22-passphrase-stretching.md).
 */
export const KEY_STRETCHING = {
  'argon2id-custom': { iterations: 3, memory: 128 * 1024, parallelism: 1 },
} as const;

/** Characters of the shortest passphrase taken. */
export const PASSPHRASE_CHARACTERS_MIN = 12;
export const PASSPHRASE_CHARACTERS_MAX = 1024;

/** One passphrase, however a keyboard composes its letters. */
export const normalPassphrase = (typed: string): string => typed.normalize('NFKC');
