import type { Entry } from '@nightlatch/cache/entry';
import { CacheError } from '@nightlatch/cache/errors';
import type { KeyParts } from '@nightlatch/cache/keys';
import { unavailable } from '../sql/failures.ts';
import type { EntryParts } from './entry-parts.ts';
import { homeLogEntry } from './home-log.ts';
import { keptEntry } from './kept.ts';

/** The gate's word is a moment old when these answer: it must not be a long one. */
const LOAD_MILLISECONDS = 2_000;

/**
 * What is answered from a cache. None of it says who may see anything: whoever hands it out has asked the gate, a moment
 * ago and for this home, and the egress compares what the value says of itself with that. What a person can change is
 * part of the key, or is not in here.
 */
export function composeCached(given: Omit<EntryParts, 'loadMilliseconds'>) {
  const parts = { ...given, loadMilliseconds: LOAD_MILLISECONDS };
  return { homeLog: answering(homeLogEntry(parts)), kept: answering(keptEntry(parts)) };
}
export type Cached = ReturnType<typeof composeCached>;

const TOO_MUCH: ReadonlySet<CacheError['kind']> = new Set(['overloaded', 'load-timeout']);

/** Too much to load at once is for the caller what a database that is too busy is. */
function answering<Scope extends string, Key extends KeyParts, Value>(
  entry: Entry<Scope, Key, Value>,
): Pick<Entry<Scope, Key, Value>, 'get' | 'invalidate'> {
  return {
    ...entry,
    get: async (scope, key) => {
      try {
        return await entry.get(scope, key);
      } catch (error) {
        throw error instanceof CacheError && TOO_MUCH.has(error.kind) ? unavailable(error) : error;
      }
    },
  };
}
