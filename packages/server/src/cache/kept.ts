import type { LoadQuestion } from '@nightlatch/cache/loader';
import type { HomeId } from '@nightlatch/protocol/ids';
import { requireOwn } from '../sql/own-rows.ts';
import { countKept, Kept } from '../sql/statements/retention.ts';
import type { EntryParts } from './entry-parts.ts';

const MINUTE_MILLISECONDS = 60_000;

/**
 * How many events a home has and how large they are. Counting reads every event of the home, 7 µs of PostgreSQL each; the
 * counts may be a minute behind the cameras. A sweep says when it has deleted some.
 */
export const keptEntry = ({ cache, database, loadMilliseconds }: EntryParts) =>
  cache.entry({
    name: 'kept',
    key: [],
    schema: Kept,
    ttlMilliseconds: MINUTE_MILLISECONDS,
    loadMilliseconds,
    load: async ({ scope: home }: LoadQuestion<HomeId, Record<never, string>>) => {
      const [row] = await database.ask({ sweep: home }, countKept, [home]);
      if (row === undefined) return undefined;
      requireOwn([row], { home });
      return { value: row };
    },
  });
