import type { Ground } from './ground.ts';
import type { Question } from './values.ts';

const COLLISIONS_MAX = 20;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Pairs of different questions of different tenants of which the client makes the same key, found among so many by chance. */
export function* collisionsOf({ adapter, extent, random }: Ground): Generator<readonly [Question, Question]> {
  const { keyOf } = adapter;
  if (keyOf === undefined) return;
  const word = (length: number): string =>
    Array.from({ length }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join('');
  const known = new Map<string, Question>();
  let found = 0;
  for (let searched = 0; searched < extent.searched && found < COLLISIONS_MAX; searched++) {
    const question = { tenant: `tenant-${word(6)}`, key: `cam-${word(4)}` };
    const key = keyOf(question);
    const before = known.get(key);
    if (before === undefined) known.set(key, question);
    else if (before.tenant !== question.tenant) {
      found += 1;
      yield [before, question];
    }
  }
}
