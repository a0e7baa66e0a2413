import { PASSPHRASE_CHARACTERS_MIN } from './stretching.ts';

export interface Strength {
  /** From 0 to 4; 0 is not taken. */
  readonly level: 0 | 1 | 2 | 3 | 4;
  readonly words: string;
}

const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890123456789', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
/** The words that lists of leaked passphrases begin with, and that people here would think of first. */
const COMMON =
  /^(pass(word|phrase)?|secret|welcome|letmein|admin|hello|love|camera|nightlatch|household|home)$/i;

const isRow = (text: string) =>
  ROWS.some((row) => row.includes(text) || [...row].reverse().join('').includes(text));
/** A run of letters without a pattern that a tongue could say. */
const isUnspeakable = (word: string) => /[^aeiouyäöüéèàáíóú]{5}/i.test(word);

/**
 * Bits of a guesser's work for one run of letters, digits or signs. A word counts 12 bits however long it is: it is
 * one of some thousand that people think of (a word drawn by dice from 7,776 has 12.9).
 */
function bitsOfRun(run: string): number {
  if (run.length > 2 && isRow(run.toLowerCase())) return 4;
  if (/^(.)\1+$/.test(run)) return 4;
  if (/^\d+$/.test(run)) return /^(19|20)\d\d$/.test(run) ? 6 : run.length * 3.3;
  if (!/^\p{L}+$/u.test(run)) return run.length * 3;
  if (COMMON.test(run)) return 3;
  if (isUnspeakable(run)) return run.length * 4;
  return Math.min(run.length * 3, 12) + (/\p{Lu}/u.test(run.slice(1)) ? 2 : 0);
}

/** Bits, guessed low: a repeated part, or a part of `known` (such as the e-mail), counts next to nothing. */
export function bitsOf(passphrase: string, known = ''): number {
  const seen = new Set<string>();
  let bits = 0;
  for (const run of passphrase.match(/\p{L}+|\d+|[^\p{L}\d\s]+/gu) ?? []) {
    const plain = run.toLowerCase();
    const told = plain.length > 2 && known.toLowerCase().includes(plain);
    bits += seen.has(plain) || told ? 1 : bitsOfRun(run);
    seen.add(plain);
  }
  return bits;
}

/** An honest word on a passphrase. It is a guess: nobody can measure how somebody else would guess. */
export function strengthOf(passphrase: string, known = ''): Strength {
  const missing = PASSPHRASE_CHARACTERS_MIN - [...passphrase].length;
  if (missing > 0)
    return { level: 0, words: missing === 1 ? 'One more character' : `${missing} more characters` };
  const bits = bitsOf(passphrase, known);
  if (bits < 28)
    return { level: 1, words: 'Easy to guess. Add words that have nothing to do with each other.' };
  if (bits < 42) return { level: 2, words: 'Fair. One or two more words would make it good.' };
  if (bits < 58) return { level: 3, words: 'Good.' };
  return { level: 4, words: 'Very good.' };
}
