import type { Cache } from '@nightlatch/cache/cache';
import type { RandomBytes } from '@nightlatch/protocol/ids';
import type { RouteName } from '@nightlatch/protocol/routes';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { composeAccounts } from './accounts/accounts.ts';
import type { AttemptLimits } from './accounts/attempts.ts';
import { readServerKeys } from './accounts/server-keys.ts';
import { type Admission, createAdmission } from './admission/admission.ts';
import { openCache } from './cache/open-cache.ts';
import type { Cloud } from './cloud.ts';
import type { Config } from './config.ts';
import type { Clock, Foundation } from './foundation.ts';
import type { Handlers } from './http/handler.ts';
import { buildServer } from './http/server.ts';
import { makeLog } from './logging.ts';
import { composeMedia, type Media } from './media.ts';
import { pooledRandom } from './random.ts';
import { scheduleSweeps } from './retention/schedule.ts';
import { type Database, openDatabase } from './sql/database.ts';
import { migrate } from './sql/migrate.ts';

/** What comes from outside, so that a test can replay a run; `media` and `handlers` let a
 * test compose the cloud with a crossed wire. */
export interface Outside {
  readonly clock?: Clock;
  readonly random?: RandomBytes;
  readonly log?: Logger;
  readonly database?: Database;
  readonly cache?: Cache;
  readonly attemptLimits?: AttemptLimits;
  readonly admission?: Admission;
  readonly handlers?: Partial<Handlers<RouteName>>;
  readonly media?: (foundation: Foundation) => Promise<Media>;
}

export interface OpenCloud {
  readonly cloud: Cloud;
  readonly server: FastifyInstance;
  /** Listens where the config says, and answers the address for browsers. */
  listen(): Promise<URL>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * The one place where the cloud is put together: migrates the database, reads or makes the server keys, and composes
 * every part. Throws `MigrationRefused`, `ServerKeysRefused` or `NightlatchError` and leaves nothing open.
 */
export async function openCloud(config: Config, outside: Outside = {}): Promise<OpenCloud> {
  const log = outside.log ?? makeLog();
  const random = outside.random ?? pooledRandom();
  const clock = outside.clock ?? Date.now;
  await using undo = new AsyncDisposableStack();

  const applied = await migrate({ url: config.databaseUrl });
  if (applied.length > 0) log.info({ migrations: applied }, 'migrated the database');
  const database =
    outside.database ??
    openDatabase({
      url: config.databaseUrl,
      random,
      onDoubt: (doubt) => log.error({ doubt }, 'a reply of the database was not to the question asked'),
    });
  undo.use(database);
  const keys = await readServerKeys({ dataDirectory: config.dataDirectory, random, database });
  const admission = outside.admission ?? createAdmission({ monotonic: () => performance.now() });
  const cache = undo.use(outside.cache ?? openCache({ redisUrl: config.redisUrl, keys, log }));
  const foundation: Foundation = { config, database, cache, clock, random, log, keys, admission };
  const accounts = undo.use(composeAccounts(foundation, outside.attemptLimits));
  const media = undo.use(await (outside.media ?? composeMedia)(foundation));
  const cloud: Cloud = { ...media, ...foundation, accounts };
  const server = await buildServer(cloud, outside.handlers);
  undo.defer(() => server.close());

  const opened = undo.move();
  return {
    cloud,
    server,
    listen: async () => {
      await server.listen({ host: config.host, port: config.port });
      opened.use(scheduleSweeps({ sweep: cloud.sweep, log }));
      const address = server.server.address();
      const port = address !== null && typeof address === 'object' ? address.port : config.port;
      return config.publicUrl ?? new URL(`http://localhost:${port}`);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
