import type { Cache } from '@nightlatch/cache/cache';
import type { Database } from '../sql/database.ts';

/** What the entries are declared with. */
export interface EntryParts {
  readonly cache: Cache;
  readonly database: Pick<Database, 'ask'>;
  readonly loadMilliseconds: number;
}
