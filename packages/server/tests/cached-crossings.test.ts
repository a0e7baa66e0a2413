import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Cache, createCache } from '@nightlatch/cache/cache';
import { macsOf } from '@nightlatch/cache/mac';
import { redisTransport } from '@nightlatch/cache/redis';
import { startRedisServer } from '@nightlatch/storm/crosscheck/redis-server';
import { type Fault, startRespProxy } from '@nightlatch/storm/faults/resp-proxy';
import { withoutEnvelope, withoutProof } from '@nightlatch/storm/storm/void-cache-locks';
import { signEntry } from '@nightlatch/vault/homelog';
import { Redis } from 'ioredis';
import { composeMedia } from '../src/media.ts';
import { newBrowser, randomText } from './support/cloud.ts';
import { type ListeningCloud, newListeningCloud } from './support/listening.ts';
import { newSide, type Side } from './support/side.ts';

type Lock = 'cache-proof' | 'cache-envelope' | 'egress';
const LOCKS: readonly Lock[] = ['cache-proof', 'cache-envelope', 'egress'];

const server = await startRedisServer();
const proxy = await startRespProxy(server.port);
const redis = new Redis({ port: server.port, host: '127.0.0.1' });
const filler = await newListeningCloud({ outside: { cache: cacheOf(server.port) } });
const [victim, stranger] = [await newSide(filler), await newSide(filler)];
// So that their counts are not alike.
await victim.agent.deliver(await victim.agent.record(victim.household));
after(async () => {
  redis.disconnect();
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

function cacheOf(port: number, without: readonly Lock[] = []): Cache {
  const keys = { current: { id: '1', secret: new Uint8Array(32).fill(1) } };
  let transport = redisTransport({ url: `redis://127.0.0.1:${port}` });
  if (without.includes('cache-envelope')) transport = withoutEnvelope(transport, macsOf(keys));
  if (without.includes('cache-proof')) transport = withoutProof(transport);
  return createCache({ namespace: 'nightlatch', keys, transport });
}

/** Another process of the cloud, by way of the proxy, with nothing in its memory. */
async function readerWithout(without: readonly Lock[]): Promise<ListeningCloud> {
  const cloud = await newListeningCloud({
    ...filler.config,
    outside: {
      cache: cacheOf(proxy.port, without),
      media: (foundation) =>
        composeMedia(foundation, without.includes('egress') ? { egress: { sameLabel: () => true } } : {}),
    },
  });
  return cloud;
}

const ask = (cloud: ListeningCloud, { household }: Side, route: 'home-log.read' | 'retention.get') => {
  const browser = newBrowser(cloud);
  browser.cookie = household.browser.cookie;
  return browser.call(route, { params: { home: household.home } });
};

/** What tells one home's answer from another's. Cameras are named by the gate, so that of the counts the sum is left. */
const essence = ({ entries, bytes, message }: { entries?: string[]; bytes?: number; message?: string }) =>
  entries?.join() ?? bytes ?? message;

/** Each question gets the answer of the one before. */
const oneBehind: Fault = () => {
  let before: Buffer | undefined;
  return ({ bytes }) => {
    if (!bytes.subarray(0, 4).equals(Buffer.from('*2\r\n'))) return { send: [bytes] };
    const late = before ?? bytes;
    before = Buffer.from(bytes);
    return { send: [late] };
  };
};
/** What is stored for the victim stands, whole and sealed, where the stranger's belongs. */
async function copyEntries(): Promise<void> {
  const of = async ({ household }: Side) => (await redis.keys(`*${household.home}*`)).sort();
  const [from, to] = [await of(victim), await of(stranger)];
  assert.deepEqual([from.length, to.length], [2, 2]);
  for (const [at, key] of to.entries()) await redis.copy(from.at(at) ?? '', key, 'REPLACE');
}

for (const route of ['home-log.read', 'retention.get'] as const)
  for (const crossing of ['replies', 'entries'] as const) {
    const whatTheStrangerGets = async (without: readonly Lock[]) => {
      proxy.setFault(null);
      await redis.flushall();
      const warm = await newListeningCloud({ ...filler.config, outside: { cache: cacheOf(server.port) } });
      for (const side of [victim, stranger])
        for (const each of ['home-log.read', 'retention.get'] as const)
          assert.equal((await ask(warm, side, each)).statusCode, 200);
      if (crossing === 'entries') await copyEntries();
      const cloud = await readerWithout(without);
      // The connection is there, and not only begun.
      await ask(cloud, victim, route === 'retention.get' ? 'home-log.read' : 'retention.get');
      if (crossing === 'replies') proxy.setFault(oneBehind);
      const own = await ask(cloud, victim, route);
      const answer = await ask(cloud, stranger, route);
      return {
        statusCode: answer.statusCode,
        isForeign: essence(answer.json()) === essence(own.json()),
        told: cloud.logged.some((line) => line.includes('"mismatch"')),
      };
    };
    const right = { statusCode: 200, isForeign: false, told: false };

    test(`${route}, ${crossing} crossed: with every lock a stranger gets their own`, async () => {
      assert.deepEqual(await whatTheStrangerGets([]), right);
    });
    for (const lock of LOCKS)
      test(`${route}, ${crossing} crossed: without ${lock} alone no foreign byte gets out`, async () => {
        const { isForeign, statusCode, told } = await whatTheStrangerGets([lock]);
        assert.equal(isForeign, false);
        // Where the cache's locks hold, its answer is right; where only the egress does, there is none.
        assert.ok(told ? statusCode === 404 : statusCode === 200);
      });
    test(`${route}, ${crossing} crossed: without the cache's locks the egress stops it, and tells`, async () => {
      const without = ['cache-proof', 'cache-envelope'] as const;
      assert.deepEqual(await whatTheStrangerGets(without), { statusCode: 404, isForeign: false, told: true });
    });
    test(`${route}, ${crossing} crossed: without all three the stranger gets the victim's`, async () => {
      assert.deepEqual(await whatTheStrangerGets(LOCKS), { statusCode: 200, isForeign: true, told: false });
    });
  }

test("a log of one's own that is not the one that the gate has told of goes to nobody", async () => {
  const { gate, egress } = filler.cloud;
  const { home, unlocked, state, browser } = stranger.household;
  const { account } = unlocked;
  const [row] = await filler.owner`select session_id from sessions where account_id = ${account}`;
  const asked = { home, account, session: row?.session_id };
  const { entries } = (await browser.call('home-log.read', { params: { home } })).json();
  const action = { kind: 'name-camera', camera: stranger.agent.camera, epoch: 1 } as const;
  const other = await signEntry(
    {
      ...{ home, sequence: state().head.sequence, previous: null, at: Date.now() },
      action: { ...action, sealedName: randomText(60) },
    },
    unlocked.signing.privateKey,
  );
  const [foreign] = (await ask(filler, victim, 'home-log.read')).json().entries;
  for (const wrong of [
    [foreign, ...entries.slice(1)],
    entries.slice(0, -1),
    [...entries.slice(0, -1), other],
    [...entries].reverse(),
    [],
  ])
    await assert.rejects(egress.wholeHomeLog(await gate.homeLogHead(asked), wrong, asked), {
      kind: 'not-found',
    });
  assert.deepEqual(await egress.wholeHomeLog(await gate.homeLogHead(asked), entries, asked), entries);
});
