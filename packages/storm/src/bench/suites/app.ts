import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Cache, createCache } from '@nightlatch/cache/cache';
import { redisTransport } from '@nightlatch/cache/redis';
import { makeLog } from '@nightlatch/server/logging';
import { openDatabase } from '@nightlatch/server/sql/database';
import { openCloud } from '@nightlatch/server/wiring';
import postgres from 'postgres';
import { fillTown, type Resident } from '../../storm/town.ts';
import { fillLogs } from '../../storm/town-log.ts';
import { newDirectory } from '../ground/cloud-process.ts';
import { startDatabase } from '../ground/database.ts';
import { fillEvents } from '../ground/history.ts';
import { startRedis } from '../ground/redis.ts';
import type { BenchContext, Figure, Suite } from '../suite.ts';

const HOMES = 40;
const EVENTS = 1_000;
const LOG_ENTRIES = 20;
const IN_FLIGHT = 4;
const KEYS = { current: { id: '1', secret: randomBytes(32) } };

/** What the app asks for when it is opened and its stream says that it is ready; and with a look at Settings. */
const OPENED = ['log', 'cameras', 'events?limit=60', 'cameras', 'events?limit=60'];
const WITH_SETTINGS = [...OPENED, 'retention'];
/** One visit in so many has a look at Settings. */
const SETTINGS_EVERY = 4;

/** What a request costs the database. */
interface Load {
  readonly statements: number;
  /** Of PostgreSQL's processor. */
  readonly microseconds: number;
}

const forgetful = (cache: Cache): Cache => ({
  ...cache,
  entry: (options) => cache.entry({ ...options, ttlMilliseconds: 1, nearMilliseconds: 0 }),
});

interface Ground {
  readonly url: string;
  readonly residents: readonly Resident[];
  readonly dataDirectory: string;
  readonly signal: AbortSignal;
}

interface Loads {
  readonly firstVisit: Load;
  readonly secondVisit: Load;
  readonly log: Load;
  readonly retention: Load;
}

/** Every home visited by somebody, and a second time: the first time its values are new to the cache. */
async function measure(ground: Ground, cache: Cache): Promise<Loads> {
  const { url, residents, dataDirectory, signal } = ground;
  await using stack = new AsyncDisposableStack();
  const real = openDatabase({
    url,
    random: randomBytes,
    onDoubt: ({ reason }) => assert.fail(reason),
  });
  let statements = 0;
  const cloud = stack.use(
    await openCloud(
      {
        ...{ databaseUrl: url, host: '127.0.0.1', port: 0, publicUrl: undefined, webDirectory: undefined },
        dataDirectory,
      },
      {
        cache,
        log: makeLog({ level: 'silent' }),
        database: {
          ...real,
          ask: (...question) => {
            statements += 1;
            return real.ask(...question);
          },
        },
      },
    ),
  );
  const address = await cloud.listen();
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  stack.defer(() => sql.end());
  const get = async ({ home, token }: Resident, path: string): Promise<void> => {
    const answer = await fetch(new URL(`/api/homes/${home}/${path}`, address), {
      headers: { cookie: `nightlatch=${token}` },
      signal,
    });
    assert.equal(answer.status, 200, await answer.text());
  };
  const loadOf = async (paths: (at: number) => readonly string[]): Promise<Load> => {
    const before = { statements, microseconds: await postgresMicroseconds(sql) };
    let requests = 0;
    const waiting = [...residents.entries()];
    const visitor = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        for (const path of paths(next[0])) {
          await get(next[1], path);
          requests += 1;
        }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, visitor));
    return {
      statements: (statements - before.statements) / requests,
      microseconds: ((await postgresMicroseconds(sql)) - before.microseconds) / requests,
    };
  };
  // Prepares every statement on every connection.
  for (const _ of [1, 2]) await loadOf(() => ['cameras', 'events?limit=60', 'log?after=0']);
  const visits = (at: number) => (at % SETTINGS_EVERY === 0 ? WITH_SETTINGS : OPENED);
  return {
    firstVisit: await loadOf(visits),
    secondVisit: await loadOf(visits),
    log: await loadOf(() => ['log']),
    // Each home's counts are there after the first round.
    retention: (await loadOf(() => ['retention'])) && (await loadOf(() => ['retention'])),
  };
}

/** What PostgreSQL's processes of connections have taken of the processor so far, as Linux counts it. */
async function postgresMicroseconds(sql: postgres.Sql): Promise<number> {
  const rows = await sql`select pid from pg_stat_activity where backend_type = 'client backend'`;
  const each = await Promise.all(
    rows.map(async ({ pid }) => Number((await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ')[0])),
  );
  return each.reduce((sum, nanoseconds) => sum + nanoseconds / 1000, 0);
}

const figuresOf = (name: string, loads: Loads): Figure[] =>
  (
    [
      ['first visit of a home', loads.firstVisit],
      ['second visit', loads.secondVisit],
      ['the whole log, once more', loads.log],
      ['what is kept, once more', loads.retention],
    ] as const
  ).flatMap(([what, { statements, microseconds }]) => [
    { name: `${name}, ${what}, statements`, value: statements, unit: 'per request' },
    { name: `${name}, ${what}, CPU of PostgreSQL`, value: microseconds, unit: 'microseconds a request' },
  ]);

async function run(context: BenchContext): Promise<readonly Figure[]> {
  const { say, signal } = context;
  say(`a PostgreSQL with ${HOMES} homes of ${EVENTS} events and ${LOG_ENTRIES} entries of a log`);
  const url = await startDatabase(context);
  const residents = await fillTown(url, HOMES);
  await fillLogs(url, residents, LOG_ENTRIES);
  await fillEvents(url, residents, EVENTS);
  const redis = await startRedis(context);
  const ground = { url, residents, dataDirectory: await newDirectory(context), signal };
  const shared = redisTransport({ url: `redis://127.0.0.1:${redis.options.port}` });
  const made = { namespace: 'bench', keys: KEYS };
  say('without a cache');
  const without = await measure(ground, forgetful(createCache(made)));
  say('with one in the process');
  const near = await measure(ground, createCache(made));
  say('with one in Redis');
  const far = await measure(ground, createCache({ ...made, transport: shared }));
  const ratio = near.secondVisit.microseconds / without.secondVisit.microseconds;
  return [
    ...figuresOf('without', without),
    ...figuresOf('in the process', near),
    ...figuresOf('in Redis', far),
    {
      name: 'second visit, CPU of PostgreSQL with a cache in the process against without',
      value: ratio,
      unit: 'ratio',
      goal: { text: 'below 1', met: ratio < 1 },
    },
  ];
}

export const suite: Suite = {
  name: 'app',
  describe:
    'what the app asks for, without a cache, with one in the process and one in Redis: load of the database',
  run,
};
