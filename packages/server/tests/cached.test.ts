import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type RedisServer, startRedisServer } from '@nightlatch/storm/crosscheck/redis-server';
import { type Fault, type RespProxy, startRespProxy } from '@nightlatch/storm/faults/resp-proxy';
import { until } from '@nightlatch/storm/simulation/manual-clock';
import { pinOf, verifyHomeLog } from '@nightlatch/vault/homelog';
import { openDatabase } from '../src/sql/database.ts';
import { type Browser, newBrowser, randomText } from './support/cloud.ts';
import { newDatabaseUrl } from './support/database.ts';
import { type ListeningCloud, newListeningCloud } from './support/listening.ts';
import { keepDays, sweepOf } from './support/retention.ts';
import { newSide, type Side } from './support/side.ts';

const redis: RedisServer = await startRedisServer();
const proxy: RespProxy = await startRespProxy(redis.port);
after(async () => {
  await proxy[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});
const urlOf = ({ port }: { readonly port: number }) => new URL(`redis://127.0.0.1:${port}`);

/** A cloud that counts what it asks of its database. */
async function newCountingCloud(redisUrl?: URL) {
  const databaseUrl = await newDatabaseUrl();
  const asked: string[] = [];
  const real = openDatabase({
    url: databaseUrl,
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    onDoubt: () => undefined,
  });
  const database: typeof real = {
    ...real,
    ask: (scope, statement, parameters) => {
      asked.push(statement.name);
      return real.ask(scope, statement, parameters);
    },
  };
  const cloud = await newListeningCloud({ databaseUrl, redisUrl, outside: { database } });
  const count = (name: string): number => asked.filter((one) => one === name).length;
  return { cloud, count };
}

const paramsOf = ({ household: { home } }: Side) => ({ home });
const read = async (side: Side, browser = side.household.browser) => {
  const [log, kept] = [
    await browser.call('home-log.read', { params: paramsOf(side) }),
    await browser.call('retention.get', { params: paramsOf(side) }),
  ];
  assert.deepEqual([log.statusCode, kept.statusCode], [200, 200], log.body + kept.body);
  return { entries: log.json().entries.length, kept: kept.json() };
};
/** What belongs to the side, and nothing else, is what it reads. */
async function readsItsOwn(side: Side, browser = side.household.browser): Promise<void> {
  const log = await browser.call('home-log.read', { params: paramsOf(side) });
  const { head } = await verifyHomeLog(pinOf(side.household.state()), log.json().entries);
  assert.deepEqual(head, side.household.state().head);
  const { kept } = await read(side, browser);
  const [camera] = kept.cameras;
  assert.deepEqual([kept.cameras.length, camera.camera, camera.events], [1, side.agent.camera, 1]);
  assert.ok(kept.bytes > 0);
}

for (const [what, redisUrl] of [
  ['in the process', undefined],
  ['in Redis', urlOf(redis)],
] as const)
  test(`logs and counts are read once and then kept ${what}, and the gate is asked every time`, async () => {
    const { cloud, count } = await newCountingCloud(redisUrl);
    const side = await newSide(cloud);
    for (const _ of [1, 2, 3]) await readsItsOwn(side);
    assert.deepEqual([count('log-up-to'), count('count-kept')], [1, 1]);
    assert.deepEqual([count('gate-home-log-head'), count('gate-retention')], [6, 3]);
  });

for (const [what, redisUrl] of [
  ['one Redis', urlOf(redis)],
  ['no Redis', undefined],
] as const)
  test(`of two processes with ${what}, what somebody did by the one is there by the other at once`, async () => {
    const one = await newListeningCloud({ redisUrl });
    const two = await newListeningCloud({ ...one.config, redisUrl });
    const side = await newSide(one);
    const { household, agent, event } = side;
    const there = elsewhere(two, side);
    for (let turn = 0; turn < 5; turn++) {
      const before = await read(side, there);
      await household.append({
        kind: 'name-camera',
        camera: agent.camera,
        epoch: 1,
        sealedName: randomText(60),
      });
      const star = turn % 2 === 0 ? 'favourites.set' : 'favourites.unset';
      const starred = { params: { home: household.home, event: event.event } };
      assert.equal((await household.browser.call(star, starred)).statusCode, 200);
      await keepDays(side, 10 + turn);
      for (const browser of [there, household.browser]) {
        const { entries, kept } = await read(side, browser);
        assert.equal(entries, before.entries + 1);
        assert.deepEqual([kept.favourites, kept.cameras[0].days], [(turn + 1) % 2, 10 + turn]);
      }
    }
  });

test('what a sweep has deleted is not counted any more, by another process either', async () => {
  const [one, two] = await twoClouds();
  const side = await newSide(one);
  const there = elsewhere(two, side);
  assert.equal((await read(side, there)).kept.cameras[0].events, 1);
  await one.owner`update events set started_at = 1, ended_at = 2 where home_id = ${side.household.home}`;
  await keepDays(side, 1);
  assert.equal((await (await sweepOf(one)).sweepHome(side.household.home)).deleted, 1);
  assert.equal((await read(side)).kept.cameras[0].events, 0);
  let events = 1;
  void (async () => {
    while (events > 0) events = (await read(side, there)).kept.cameras[0].events;
  })();
  await until(() => events === 0);
});

/** The side's owner at another process of the cloud. */
function elsewhere(cloud: ListeningCloud, { household }: Side): Browser {
  const browser = newBrowser(cloud);
  browser.cookie = household.browser.cookie;
  return browser;
}

async function twoClouds(): Promise<[ListeningCloud, ListeningCloud]> {
  const redisUrl = urlOf(redis);
  const one = await newListeningCloud({ redisUrl });
  return [one, await newListeningCloud({ ...one.config, redisUrl })];
}

const nonsense: Fault = () => {
  let before = Buffer.alloc(0);
  return ({ bytes }) => {
    const old = before;
    before = Buffer.from(bytes);
    return { send: [old] };
  };
};
for (const [what, fault] of [
  ['silent', () => () => ({ send: [], silent: true })],
  [
    'slow',
    () =>
      ({ bytes }) => ({ send: [bytes], delayMilliseconds: 400 }),
  ],
  ['always one reply behind', nonsense],
  [
    'cut off in every reply',
    () =>
      ({ bytes }) => ({ send: [bytes.subarray(0, 3)], reset: true }),
  ],
] satisfies (readonly [string, Fault])[])
  test(`with a Redis that is ${what}, everybody reads their own`, async () => {
    const filler = await newListeningCloud({ redisUrl: urlOf(redis) });
    const sides = [await newSide(filler), await newSide(filler)];
    for (const side of sides) await readsItsOwn(side);
    const cloud = await newListeningCloud({ ...filler.config, redisUrl: urlOf(proxy) });
    proxy.setFault(fault);
    try {
      for (const _ of [1, 2]) for (const side of sides) await readsItsOwn(side, elsewhere(cloud, side));
    } finally {
      proxy.setFault(null);
    }
  });

test('without the Redis that it was told of, a cloud starts and answers, and says so without the password', async () => {
  const cloud = await newListeningCloud({ redisUrl: new URL('redis://:hush-hush@127.0.0.1:1') });
  const side = await newSide(cloud);
  await readsItsOwn(side);
  const said = cloud.logged.filter((line) => line.includes('the cache does not answer'));
  assert.equal(said.length, 1);
  assert.ok(!cloud.logged.join('').includes('hush-hush'));
});
