import type { Cache } from '@nightlatch/cache/cache';
import type { RandomBytes } from '@nightlatch/protocol/ids';
import type { Logger } from 'pino';
import type { ServerKeys } from './accounts/server-keys.ts';
import type { Admission } from './admission/admission.ts';
import type { Config } from './config.ts';
import type { Database } from './sql/database.ts';

/** Milliseconds since 1970. Rows take their times from the database's clock, so that all servers agree. */
export type Clock = () => number;

/** What every part of the cloud is made from. */
export interface Foundation {
  readonly config: Config;
  readonly database: Database;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Logger;
  readonly keys: ServerKeys;
  /** Whatever the server is asked to do takes its turn here first. */
  readonly admission: Admission;
}
