import type { RandomBytes } from '@nightlatch/protocol/ids';

const WORDS = 12;
const ASKED = 3;

/** Three different places of the twelve words, in order, counted from 0. */
export function placesToAsk(random: RandomBytes): number[] {
  const places = Array.from({ length: WORDS }, (_, place) => place);
  const asked = [...random(ASKED)].map((byte) => places.splice(byte % places.length, 1)[0] ?? 0);
  return asked.sort((one, other) => one - other);
}

/** Whether each typed word is the one at its place; case and spaces do not matter. */
export const isWordAt = (code: string, place: number, typed: string): boolean =>
  code.split(' ')[place] === typed.trim().toLowerCase();
