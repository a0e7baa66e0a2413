import { createHmac } from 'node:crypto';
import { NightlatchError } from '@nightlatch/protocol/errors';
import type { Database } from './sql/database.ts';
import { requireOwn } from './sql/own-rows.ts';
import { NO_SCOPE } from './sql/scope.ts';
import { countAttempts } from './sql/statements/attempts.ts';

/** Throws `too-many-attempts` when the subject has tried too often in this window. */
export type Limit = (subject: string) => Promise<void>;

/** Limits how often something is tried. The database keeps a keyed hash of the subject and names nobody. */
export const createLimit =
  (options: {
    readonly database: Pick<Database, 'ask'>;
    readonly key: Uint8Array;
    /** What is limited; each has counts of its own. */
    readonly what: string;
    readonly countMax: number;
    readonly windowSeconds: number;
  }): Limit =>
  async (subject) => {
    const { database, key, what, countMax, windowSeconds } = options;
    const hash = createHmac('sha256', key).update(`${what}\0`).update(subject).digest('base64url');
    const [count] = await database.ask(NO_SCOPE, countAttempts, [[hash], windowSeconds]);
    requireOwn(count === undefined ? [] : [count], { subject: hash });
    if (count === undefined || count.attempts > countMax)
      throw new NightlatchError(
        'too-many-attempts',
        'Too many attempts. Nothing was changed; try again later.',
        {
          retryAfterSeconds: Math.max(1, count?.seconds_left ?? windowSeconds),
        },
      );
  };
