import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RedisServer, startRedisServer } from '@nightlatch/storm/crosscheck/redis-server';
import { until } from '@nightlatch/storm/simulation/manual-clock';
import { Redis } from 'ioredis';
import { type CacheOptions, createCache } from '../src/cache.ts';
import type { CacheEvent } from '../src/observe.ts';
import { redisTransport } from '../src/redis.ts';
import { Camera, type CameraKey, camera, KEYS } from './support/ground.ts';

let server: RedisServer;
before(async () => {
  server = await startRedisServer(['--requirepass', 'secret']);
});
after(() => server[Symbol.asyncDispose]());
const address = (port = server.port) => `redis://:secret@127.0.0.1:${port}/1`;

interface Options extends Partial<CacheOptions> {
  readonly url?: string;
}
async function cacheOf({ url = address(), ...options }: Options = {}) {
  const events: CacheEvent[] = [];
  const asked: string[] = [];
  const cache = createCache({
    namespace: `test ${events.length}`,
    keys: KEYS,
    transport: redisTransport({ url }),
    observe: (event) => events.push(event),
    ...options,
  });
  const cameras = cache.entry<string, CameraKey, Camera>({
    name: 'camera',
    key: ['camera'],
    schema: Camera,
    ttlMilliseconds: 60_000,
    nearMilliseconds: 0,
    load: async ({ scope, key }) => {
      asked.push(key.camera);
      await new Promise((resolve) => setTimeout(resolve, 30));
      return { value: { home: scope, name: key.camera }, version: 1 };
    },
  });
  const connections = () => events.filter(({ type }) => type === 'connected').length;
  return { cache, cameras, events, asked, connections, connected: () => until(() => connections() > 0) };
}

test('a fleet on one Redis asks the source once for each key', async () => {
  const fleet = await Promise.all([cacheOf(), cacheOf(), cacheOf(), cacheOf()]);
  await Promise.all(fleet.map(({ connected }) => connected()));
  const names = Array.from({ length: 20 }, (_, at) => `fleet ${at} é🚪`);
  const got = await Promise.all(
    fleet.flatMap(({ cameras }) => names.map((name) => cameras.get('h1', camera(name)))),
  );
  assert.deepEqual(
    got.map((value) => value?.name),
    fleet.flatMap(() => names),
  );
  assert.equal(fleet.flatMap(({ asked }) => asked).length, names.length);
  for (const { cache } of fleet) await cache[Symbol.asyncDispose]();
});

test('what one process invalidates the others hear of', async () => {
  const [one, two] = await Promise.all([cacheOf({ follow: true }), cacheOf()]);
  await Promise.all([one.connected(), two.connected()]);
  const redis = new Redis(address());
  const subscribed = async (): Promise<void> => {
    const [, count] = await redis.pubsub('NUMSUB', 'nightlatch cache test 0');
    if (Number(count) === 0) return subscribed();
  };
  await subscribed();
  const followed = one.cache.entry<string, CameraKey, Camera>({
    name: 'followed',
    key: ['camera'],
    schema: Camera,
    ttlMilliseconds: 60_000,
    nearMilliseconds: 60_000,
    load: async ({ scope }) => ({ value: { home: scope, name: 'fresh' } }),
  });
  const other = two.cache.entry<string, CameraKey, Camera>({
    name: 'followed',
    key: ['camera'],
    schema: Camera,
    ttlMilliseconds: 60_000,
    load: async () => undefined,
  });
  await followed.get('h1', camera('c1'));
  const origins = () => one.events.flatMap((event) => (event.type === 'get' ? [event.origin] : []));
  await followed.get('h1', camera('c1'));
  assert.equal(origins().at(-1), 'near');
  await other.invalidate('h1', camera('c1'));
  do {
    await new Promise(setImmediate);
    await followed.get('h1', camera('c1'));
  } while (origins().at(-1) === 'near');
  redis.disconnect();
  await one.cache[Symbol.asyncDispose]();
  await two.cache[Symbol.asyncDispose]();
});

test('scripts that are gone, an error of a command and a full memory cost speed and no answer', async () => {
  const one = await cacheOf();
  await one.connected();
  const redis = new Redis(address());
  await redis.script('FLUSH');
  assert.equal((await one.cameras.get('h1', camera('flushed')))?.name, 'flushed');
  await until(() => one.connections() === 2);
  // A full Redis queues no command of a transaction, and so answers the read with an error: its connection is given up.
  await redis.config('SET', 'maxmemory', '1');
  assert.equal((await one.cameras.get('h1', camera('full')))?.name, 'full');
  await redis.config('SET', 'maxmemory', '0');
  await until(() => one.connections() === 3);
  await one.cameras.get('h1', camera('wrong type'));
  const [key = ''] = await redis.keys('*wrong type');
  await redis.del(key);
  await redis.lpush(key, 'x');
  assert.equal((await one.cameras.get('h1', camera('wrong type')))?.name, 'wrong type');
  redis.disconnect();
  await one.cache[Symbol.asyncDispose]();
});

test('a server that dies and comes back is used again', async () => {
  await using mortal = await startRedisServer();
  const one = await cacheOf({
    url: `redis://127.0.0.1:${mortal.port}`,
    limits: { pauseMilliseconds: 1, pauseMillisecondsMax: 20 },
  });
  await one.connected();
  await one.cameras.get('h1', camera('c1'));
  const restarted = mortal.restart();
  assert.equal((await one.cameras.get('h1', camera('c1')))?.name, 'c1');
  await restarted;
  while (one.connections() < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await one.cameras.get('h1', camera('c1'));
  const asked = one.asked.length;
  await one.cameras.get('h1', camera('c1'));
  assert.equal(one.asked.length, asked);
  await one.cache[Symbol.asyncDispose]();
});

test('a wrong password is no connection, and no error of a read', async () => {
  const one = await cacheOf({ url: `redis://:wrong@127.0.0.1:${server.port}` });
  await until(() => one.events.some(({ type }) => type === 'disconnected'));
  assert.equal((await one.cameras.get('h1', camera('c1')))?.name, 'c1');
  await one.cache[Symbol.asyncDispose]();
});
