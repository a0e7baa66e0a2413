import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { importSigningKey, newSigningDocument } from '@nightlatch/vault/keys';
import { type Cluster, startCluster } from '../bench/ground/database.ts';
import { freePort } from '../bench/ground/ports.ts';
import { type RedisServer, startRedisServer } from '../crosscheck/redis-server.ts';
import { seeded } from '../faults/chance.ts';
import { type PostgresProxy, startPostgresProxy } from '../faults/postgres-proxy.ts';
import { type RespProxy, startRespProxy } from '../faults/resp-proxy.ts';
import { type Cloud, startCloud } from './cloud.ts';
import type { Lock } from './locks.ts';
import { createOracle, type Oracle } from './oracle.ts';
import { createStormAgent, type StormAgent } from './storm-agent.ts';
import { createStormViewer, type StormViewer } from './storm-viewer.ts';
import { fillTown } from './town.ts';
import { fillLogs } from './town-log.ts';

const LOG_ENTRIES = 2;

export interface WorldOptions {
  readonly cameras: number;
  readonly seed: number;
  readonly without: readonly Lock[];
  /** Whether agents wait as long as they are told to; they do where nobody says otherwise. */
  readonly cooperate?: boolean;
  /** Whether the cloud reaches its database past the faulty proxy, which takes a part of the harness's own processor. */
  readonly pastDatabaseProxy?: boolean;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Real processes, one seed, and somebody who knows the truth. */
export interface World extends AsyncDisposable {
  readonly cluster: Cluster;
  /** Before the database. */
  readonly proxy: PostgresProxy;
  readonly redis: RedisServer;
  /** Before the cache's Redis. */
  readonly redisProxy: RespProxy;
  readonly cloud: Cloud;
  readonly oracle: Oracle;
  readonly random: () => number;
  readonly agents: readonly StormAgent[];
  /** One for each home, in the order of the agents. */
  readonly viewers: readonly StormViewer[];
}

export async function makeWorld(options: WorldOptions): Promise<World> {
  const { cameras, seed, without, cooperate = true, pastDatabaseProxy = false, say, signal } = options;
  await using stack = new AsyncDisposableStack();
  const random = seeded(seed);
  const context = { say, signal, afterwards: (letGo: () => Promise<void> | void) => stack.defer(letGo) };
  say('a PostgreSQL and a Redis, their faulty proxies, and the cloud');
  const cluster = await startCluster(context);
  const proxy = stack.use(await startPostgresProxy(Number(new URL(cluster.url).port), random));
  const databaseUrl = new URL(cluster.url);
  if (!pastDatabaseProxy) databaseUrl.port = `${proxy.port}`;
  const redis = stack.use(await startRedisServer());
  const redisProxy = stack.use(await startRespProxy(redis.port));
  const redisUrl = `redis://127.0.0.1:${redisProxy.port}`;
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'nightlatch-storm-'));
  stack.defer(() => rm(dataDirectory, { recursive: true, force: true }));
  const cloud = stack.use(
    await startCloud({
      ...{ databaseUrl: databaseUrl.href, ownerUrl: cluster.url, redisUrl, dataDirectory },
      ...{ port: await freePort(), without: [...without] },
    }),
  );

  say(`${cameras} homes, each with a camera`);
  const residents = await fillTown(cluster.url, cameras);
  const oracle = createOracle();
  for (const { account, home } of residents) oracle.granted(account, home);
  for (const [home, entries] of await fillLogs(cluster.url, residents, LOG_ENTRIES))
    oracle.wrote(home, entries);
  const ended = new AbortController();
  stack.defer(() => ended.abort());
  const place = {
    ...{ url: cloud.url, oracle, random, cooperate },
    signing: await importSigningKey(await newSigningDocument()),
    signal: AbortSignal.any([signal, ended.signal]),
  };
  const owned = stack.move();
  return {
    ...{ cluster, proxy, redis, redisProxy, cloud, oracle, random },
    agents: residents.map((resident) => createStormAgent(resident, place)),
    viewers: residents.map((resident) => createStormViewer(resident, place)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
