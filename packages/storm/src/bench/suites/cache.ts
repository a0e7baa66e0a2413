import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createKeyv } from '@keyv/redis';
import { createCache } from '@nightlatch/cache/cache';
import type { EntryOptions } from '@nightlatch/cache/entry';
import { redisTransport } from '@nightlatch/cache/redis';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisDriver } from 'bentocache/drivers/redis';
import { Cacheable } from 'cacheable';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { startRedisServer } from '../../crosscheck/redis-server.ts';
import { type Load, loadWith } from '../ground/load.ts';
import type { BenchContext, Figure, Suite } from '../suite.ts';

const HOMES = 50;
const CAMERAS = 100;
const IN_FLIGHT = 64;
const PAGES_IN_FLIGHT = 4;
const SECONDS = 3;
const TTL_MILLISECONDS = 600_000;
const GOAL_GET = 0.75;
const GOAL_MANY = 0.9;

const Settings = z.object({
  home: z.string(),
  camera: z.string(),
  name: z.string(),
  retentionDays: z.number(),
  motion: z.boolean(),
});
type Settings = z.infer<typeof Settings>;
interface CameraKey extends Record<string, string> {
  readonly camera: string;
}

const homeOf = (at: number) => `home_${String(at).padStart(22, '0')}`;
const cameraOf = (at: number) => `cam_${String(at).padStart(22, '0')}`;
const settingsOf = (home: string, camera: string): Settings => ({
  home,
  camera,
  name: 'Front door, left of the garage',
  retentionDays: 30,
  motion: true,
});
const drawn = (below: number): number => Math.floor(Math.random() * below);
const somebody = () => ({ home: homeOf(drawn(HOMES)), camera: cameraOf(drawn(CAMERAS)) });
const page = Array.from({ length: CAMERAS }, (_, at) => ({ camera: cameraOf(at) }));
/** The same words that our own keys have. */
const keyOf = ({ home, camera }: { home: string; camera: string }): string =>
  `bench:camera-settings:${home}:${camera}`;

async function oursOf(url: string, { afterwards }: BenchContext) {
  const connected = Promise.withResolvers<void>();
  const cache = createCache({
    namespace: 'bench',
    keys: { current: { id: 'k1', secret: randomBytes(32) } },
    transport: redisTransport({ url }),
    observe: (event) => {
      if (event.type === 'connected') connected.resolve();
      assert.notEqual(event.type, 'doubt');
    },
  });
  afterwards(async () => await cache[Symbol.asyncDispose]());
  await connected.promise;
  const entry = (name: string, more: Partial<EntryOptions<string, CameraKey, Settings>>) =>
    cache.entry<string, CameraKey, Settings>({
      name,
      key: ['camera'],
      schema: Settings,
      ttlMilliseconds: TTL_MILLISECONDS,
      load: async ({ scope, key }) => ({ value: settingsOf(scope, key.camera), version: 1 }),
      ...more,
    });
  return {
    // Room for nothing: every value comes whole and is verified whole.
    unknown: entry('unknown', { nearMilliseconds: 0, nearBytesMax: 1 }),
    known: entry('known', { nearMilliseconds: 0, nearBytesMax: 64 * 1024 * 1024 }),
    near: entry('near', { nearMilliseconds: TTL_MILLISECONDS, nearBytesMax: 64 * 1024 * 1024 }),
  };
}

function bentoOf(port: number, memory: boolean, { afterwards }: BenchContext) {
  const connection = { host: '127.0.0.1', port };
  const store = bentostore().useL2Layer(redisDriver({ connection, prefix: memory ? 'bento-m' : 'bento' }));
  const bento = new BentoCache({
    default: 'store',
    stores: { store: memory ? store.useL1Layer(memoryDriver({ maxItems: 10_000 })) : store },
  });
  afterwards(() => bento.disconnectAll());
  return (one: { home: string; camera: string }) =>
    bento.getOrSet({
      key: keyOf(one),
      ttl: TTL_MILLISECONDS,
      factory: () => settingsOf(one.home, one.camera),
    });
}

function cacheableOf(url: string, memory: boolean, { afterwards }: BenchContext) {
  const shared = createKeyv(url, { namespace: memory ? 'cacheable-m' : 'cacheable' });
  const cacheable = new Cacheable(memory ? { secondary: shared } : { primary: shared });
  afterwards(async () => await cacheable.disconnect());
  return (one: { home: string; camera: string }) =>
    cacheable.getOrSet(keyOf(one), async () => settingsOf(one.home, one.camera), { ttl: TTL_MILLISECONDS });
}

async function run(context: BenchContext): Promise<readonly Figure[]> {
  const { say, afterwards, signal } = context;
  const server = await startRedisServer();
  afterwards(async () => await server[Symbol.asyncDispose]());
  const url = `redis://127.0.0.1:${server.port}`;
  const bare = new Redis({ port: server.port, host: '127.0.0.1' });
  afterwards(() => bare.disconnect());
  const ours = await oursOf(url, context);
  const [bento, bentoNear] = [bentoOf(server.port, false, context), bentoOf(server.port, true, context)];
  const [cacheable, cacheableNear] = [cacheableOf(url, false, context), cacheableOf(url, true, context)];

  say(`filling: ${HOMES * CAMERAS} values each`);
  for (let at = 0; at < HOMES; at++) {
    const home = homeOf(at);
    const pairs = page.flatMap(({ camera }) => [
      keyOf({ home, camera }),
      JSON.stringify(settingsOf(home, camera)),
    ]);
    await bare.mset(...pairs);
    for (const entry of Object.values(ours)) await entry.getMany(home, page);
    for (const get of [bento, bentoNear, cacheable, cacheableNear])
      await Promise.all(page.map(({ camera }) => get({ home, camera })));
  }

  const right = ({ home, camera }: { home: string; camera: string }, found: unknown) => {
    const { data } = z.object({ home: z.string(), camera: z.string() }).safeParse(found);
    assert.ok(data?.home === home && data.camera === camera, 'a value of another key');
  };
  const one = (get: (one: { home: string; camera: string }) => Promise<unknown>) => async () => {
    const asked = somebody();
    // Looked at now and then: looking costs more than some of what is measured.
    if (drawn(100) === 0) right(asked, await get(asked));
    else await get(asked);
  };
  const single = { seconds: SECONDS, signal, inFlight: IN_FLIGHT };
  const many = { seconds: SECONDS, signal, inFlight: PAGES_IN_FLIGHT, checks: CAMERAS };
  const measured: Record<string, Load> = {};
  const measure = async (name: string, operation: () => Promise<unknown>, how: typeof single) => {
    say(name);
    measured[name] = await loadWith(operation, how);
  };
  const bareMany = async () => {
    const home = homeOf(drawn(HOMES));
    return bare.mget(page.map(({ camera }) => keyOf({ home, camera })));
  };
  await measure('ioredis GET', async () => bare.get(keyOf(somebody())), single);
  await measure(
    'ours, get',
    one(({ home, camera }) => ours.unknown.get(home, { camera })),
    single,
  );
  await measure(
    'ours, get of what is known',
    one(({ home, camera }) => ours.known.get(home, { camera })),
    single,
  );
  await measure('bentocache, Redis alone', one(bento), single);
  await measure('cacheable, Redis alone', one(cacheable), single);
  await measure(
    'ours, in memory',
    one(({ home, camera }) => ours.near.get(home, { camera })),
    single,
  );
  await measure('bentocache, in memory', one(bentoNear), single);
  await measure('cacheable, in memory', one(cacheableNear), single);
  await measure('ioredis MGET of 100', bareMany, many);
  await measure(
    'ioredis MGET of 100, and JSON.parse',
    async () => (await bareMany()).map((text) => JSON.parse(text ?? 'null')),
    many,
  );
  await measure(
    'ioredis 100 GETs at once',
    async () => {
      const home = homeOf(drawn(HOMES));
      return Promise.all(page.map(({ camera }) => bare.get(keyOf({ home, camera }))));
    },
    many,
  );
  await measure('ours, getMany of 100', () => ours.unknown.getMany(homeOf(drawn(HOMES)), page), many);
  await measure(
    'ours, getMany of 100 that are known',
    () => ours.known.getMany(homeOf(drawn(HOMES)), page),
    many,
  );
  return figures(measured);
}

function figures(measured: Readonly<Record<string, Load>>): Figure[] {
  const rate = (name: string): number => measured[name]?.perSecond ?? Number.NaN;
  const ratio = (name: string, to: string, least?: number): Figure => {
    const value = rate(name) / rate(to);
    const goal = least === undefined ? undefined : { text: `at least ${least}`, met: value >= least };
    return { name: `${name}, against ${to}`, value, unit: 'ratio', goal };
  };
  return [
    ...Object.entries(measured).flatMap(([name, load]): Figure[] => [
      { name: `${name}, rate`, value: load.perSecond, unit: 'values per second' },
      { name: `${name}, p99`, value: load.p99Milliseconds, unit: 'milliseconds' },
      { name: `${name}, CPU of the client`, value: load.clientMicroseconds, unit: 'microseconds a value' },
    ]),
    ratio('ours, get', 'ioredis GET', GOAL_GET),
    ratio('ours, get of what is known', 'ioredis GET', GOAL_GET),
    ratio('ours, getMany of 100', 'ioredis MGET of 100', GOAL_MANY),
    ratio('ours, getMany of 100 that are known', 'ioredis MGET of 100', GOAL_MANY),
    ratio('ours, getMany of 100', 'ioredis 100 GETs at once'),
    ratio('ours, get', 'bentocache, Redis alone', 1),
    ratio('ours, get', 'cacheable, Redis alone', 1),
    ratio('ours, in memory', 'bentocache, in memory', 1),
    ratio('ours, in memory', 'cacheable, in memory', 1),
  ];
}

export const suite: Suite = {
  name: 'cache',
  describe: 'verified reads, one by one and by hundreds, against bare ioredis, bentocache and cacheable',
  run,
};
