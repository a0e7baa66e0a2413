import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '@nightlatch/storm/simulation/manual-clock';
import { camera, ground } from '../tests/support/ground.ts';
import type { CacheEvent } from './observe.ts';

const count = (events: readonly CacheEvent[], type: CacheEvent['type']): number =>
  events.filter((event) => event.type === type).length;

test('whatever comes instead of an answer, the source has it, and the connection is never used again', async () => {
  const spoilt: Record<string, (reply: unknown) => unknown> = {
    'another frame': () => ['x', []],
    'too few values': (reply) => (Array.isArray(reply) ? [reply[0], []] : reply),
    'a number for a value': (reply) => (Array.isArray(reply) ? [reply[0], [7]] : reply),
    'no list': (reply) => (Array.isArray(reply) ? [reply[0], 'OK'] : reply),
  };
  for (const [name, spoil] of Object.entries(spoilt)) {
    const { store, cacheOf, clock } = ground();
    const one = cacheOf();
    await one.connected();
    const cameras = one.cameras();
    store.spoil = (reply, script) => (script === 'read' ? spoil(reply) : reply);
    assert.deepEqual(await cameras.get('h1', camera('c1')), { home: 'h1', name: 'c1' }, name);
    assert.equal(store.destroyed(), 1, name);
    assert.equal(count(one.events, 'doubt'), 1, name);
    store.spoil = (reply) => reply;
    clock.advance(100);
    await until(() => count(one.events, 'connected') === 2);
    await cameras.get('h1', camera('c2'));
    assert.equal(store.opened(), 2, name);
  }
});

test('what came in one frame with something doubtful is not believed either', async () => {
  const { store, cacheOf, source } = ground();
  const [one, two] = [cacheOf(), cacheOf()];
  await Promise.all([one.connected(), two.connected()]);
  const keys = ['c1', 'c2', 'c3'].map(camera);
  await two.cameras().getMany('h1', keys);
  store.spoil = (reply, script) => {
    if (script !== 'read' || !Array.isArray(reply) || !Array.isArray(reply[1])) return reply;
    const [first, , third] = reply[1];
    return [reply[0], [first, third, third]];
  };
  const got = await one.cameras().getMany('h1', keys);
  assert.deepEqual(
    got.map((value) => value?.name),
    ['c1', 'c2', 'c3'],
  );
  assert.deepEqual(source.asked.slice(3), ['h1 c2', 'h1 c3']);
  assert.equal(store.destroyed(), 1);
});

test('an answer of a lease or a store that is none ends the connection as well', async () => {
  for (const script of ['lease', 'fill', 'put', 'drop']) {
    const { store, cacheOf } = ground();
    const one = cacheOf();
    await one.connected();
    const cameras = one.cameras();
    store.spoil = (reply, name) =>
      name === script && Array.isArray(reply) ? [reply[0], ['something']] : reply;
    if (script === 'put')
      await assert.rejects(
        cameras.put('h1', camera('c1'), { value: { home: 'h1', name: 'c1' }, version: 1 }),
      );
    else if (script === 'drop') await assert.rejects(cameras.invalidate('h1', camera('c1')));
    else assert.equal((await cameras.get('h1', camera('c1')))?.name, 'c1');
    assert.deepEqual([script, store.destroyed()], [script, 1]);
  }
});

test('an error inside a proven frame is believed, and the connection goes on', async () => {
  const { store, cacheOf } = ground();
  const one = cacheOf();
  await one.connected();
  store.spoil = (reply, name) =>
    name === 'fill' && Array.isArray(reply) ? [reply[0], ['error', 'OOM']] : reply;
  assert.equal((await one.cameras().get('h1', camera('c1')))?.name, 'c1');
  assert.ok(one.events.some((event) => event.type === 'store' && event.outcome === 'failed'));
  assert.equal(store.destroyed(), 0);
});

test('a reply that is lost costs its time, and the answer comes from the source', async () => {
  const { store, cacheOf, clock } = ground();
  const one = cacheOf();
  await one.connected();
  store.spoil = () => undefined;
  const asked = one.cameras().get('h1', camera('c1'));
  await until(() => store.calls.includes('read'));
  clock.advance(251);
  assert.equal((await asked)?.name, 'c1');
  assert.equal(store.destroyed(), 1);
});

test('without a connection nobody waits for one', async () => {
  const { store, cacheOf, source } = ground();
  store.down = true;
  const one = cacheOf();
  assert.equal((await one.cameras().get('h1', camera('c1')))?.name, 'c1');
  assert.deepEqual(source.asked, ['h1 c1']);
});

test('a cache that fails again and again is left alone for longer each time, at random', async () => {
  const { store, cacheOf, clock } = ground();
  store.down = true;
  const one = cacheOf();
  const pauses = () =>
    one.events.flatMap((event) => (event.type === 'disconnected' ? [event.retryMilliseconds] : []));
  for (let turn = 1; turn <= 12; turn++) {
    await until(() => pauses().length === turn);
    clock.advance(pauses().at(-1) ?? 0);
  }
  await until(() => pauses().length === 13);
  pauses().forEach((pause, at) => {
    assert.ok(pause <= Math.min(10_000, 50 * 2 ** at));
  });
  assert.ok(Math.max(...pauses()) > 1_000);
  assert.ok(new Set(pauses()).size > 10);
  store.down = false;
  clock.advance(pauses().at(-1) ?? 0);
  await until(() => count(one.events, 'connected') === 1);
  clock.advance(10_000);
  store.hangUp();
  assert.ok((pauses().at(-1) ?? 50) <= 50, 'a connection that held begins anew');
});

test('above the limit reads go to the source, and the cache is not asked', async () => {
  const { store, cacheOf, source } = ground();
  const one = cacheOf({ limits: { keysInFlightMax: 2 } });
  await one.connected();
  const cameras = one.cameras();
  const names = ['c1', 'c2', 'c3', 'c4'];
  const got = await Promise.all(names.map((name) => cameras.get('h1', camera(name))));
  assert.deepEqual(
    got.map((value) => value?.name),
    names,
  );
  assert.equal(count(one.events, 'bypassed'), 2);
  assert.equal(source.asked.length, 4);
  assert.equal(store.calls.filter((name) => name === 'lease').length, 2);
});

test('above the limit of commands nothing more is written', async () => {
  const { store, cacheOf } = ground();
  const one = cacheOf({ limits: { commandsInFlightMax: 1 } });
  await one.connected();
  const cameras = one.cameras();
  const names = ['c1', 'c2', 'c3'];
  await Promise.all(names.map((name) => cameras.get('h1', camera(name))));
  assert.equal(store.calls.filter((name) => name === 'lease').length, 1);
});

test('a closed cache answers nobody, and lets go of its connections', async () => {
  const { store, cacheOf, clock } = ground();
  const one = cacheOf({ follow: true });
  await one.connected();
  const cameras = one.cameras();
  await one.cache[Symbol.asyncDispose]();
  await assert.rejects(cameras.get('h1', camera('c1')), /closed/);
  await assert.rejects(cameras.invalidate('h1', camera('c1')), /closed/);
  assert.equal(store.destroyed(), 1);
  clock.advance(60_000);
  assert.equal(store.opened(), 1);
});
