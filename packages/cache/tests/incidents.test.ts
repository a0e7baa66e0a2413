// What went wrong elsewhere, each once, in terms of this cache.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '@nightlatch/storm/simulation/manual-clock';
import { CacheError } from '../src/errors.ts';
import { type CameraKey, camera, ground } from './support/ground.ts';

const homes = Array.from({ length: 40 }, (_, at) => `home ${at}`);

test('Wyze, February 2024: a fleet comes back to a cache that crosses its replies, and nobody gets another home', async () => {
  const { store, clock, cacheOf } = ground();
  const fleet = Array.from({ length: 8 }, () => cacheOf());
  await Promise.all(fleet.map(({ connected }) => connected()));
  const entries = fleet.map(({ cameras }) => cameras({ nearMilliseconds: 0 }));
  const readAll = async (entry: (typeof entries)[number]): Promise<void> => {
    const got = await Promise.all(homes.map((home) => entry.get(home, camera('door'))));
    assert.deepEqual(
      got.map((value) => value?.home),
      homes,
    );
  };
  for (const entry of entries) await readAll(entry);
  let last: unknown;
  let crossings = 0;
  store.spoil = (reply, name) => {
    if (name !== 'read') return reply;
    const crossed = last;
    last = reply;
    if (crossed !== undefined) crossings += 1;
    return crossed ?? reply;
  };
  store.hangUp();
  clock.advance(100);
  await until(() =>
    fleet.every(({ events }) => events.filter(({ type }) => type === 'connected').length === 2),
  );
  await Promise.all(entries.map(readAll));
  assert.equal(crossings, fleet.length - 1);
});

test('ChatGPT and redis-py, March 2023: who gives up leaves no reply behind for the next one', async () => {
  const { store, source, cacheOf } = ground();
  const one = cacheOf();
  await one.connected();
  const cameras = one.cameras({ nearMilliseconds: 0 });
  await Promise.all(homes.map((home) => cameras.get(home, camera('door'))));
  const asked = source.asked.length;
  const go = store.hold();
  const leave = new AbortController();
  const left = homes.slice(0, 20).map((home) => cameras.get(home, camera('door'), { signal: leave.signal }));
  await until(() => store.calls.filter((name) => name === 'read').length >= 2);
  leave.abort(new Error('the tab is closed'));
  for (const outcome of await Promise.allSettled(left)) assert.equal(outcome.status, 'rejected');
  const stayed = homes.slice(20).map((home) => cameras.get(home, camera('door')));
  go();
  for (const [at, value] of (await Promise.all(stayed)).entries()) assert.equal(value?.home, homes[20 + at]);
  assert.equal(source.asked.length, asked, 'the connection went on');
});

test('StackExchange.Redis #2883 and #3091: a write that memory refused is told, and shifts no reply', async () => {
  const { store, cacheOf } = ground();
  const one = cacheOf();
  await one.connected();
  const cameras = one.cameras({ nearMilliseconds: 0 });
  store.spoil = (reply, name) =>
    name === 'put' && Array.isArray(reply) ? [reply[0], ['error', 'OOM command not allowed']] : reply;
  const put = cameras.put('h1', camera('door'), { value: { home: 'h1', name: 'new' }, version: 2 });
  await assert.rejects(put, (error) => error instanceof CacheError && error.kind === 'unreachable');
  const got = await Promise.all(homes.map((home) => cameras.get(home, camera('door'))));
  assert.deepEqual(
    got.map((value) => value?.home),
    homes,
  );
});

test('eufy, May 2021: a deploy that has the parts of a key in another order reads nothing of the one before', async () => {
  const { source, cacheOf } = ground();
  interface Place extends CameraKey {
    readonly room: string;
  }
  const deploys = [cacheOf(), cacheOf()];
  await Promise.all(deploys.map(({ connected }) => connected()));
  const [before, after] = deploys.map(({ cache }, at) =>
    cache.entry<string, Place, string>({
      ...{ name: 'place', key: at === 0 ? ['camera', 'room'] : ['room', 'camera'] },
      ...{ schema: { parse: String }, ttlMilliseconds: 60_000 },
      load: async ({ key }) => {
        source.asked.push('place');
        return { value: `${key.camera} in ${key.room}` };
      },
    }),
  );
  assert.equal(await before?.get('h1', { camera: 'kitchen', room: 'hall' }), 'kitchen in hall');
  assert.equal(await after?.get('h1', { camera: 'hall', room: 'kitchen' }), 'hall in kitchen');
  assert.equal(source.asked.length, 2);
});

test('tilegroxy #942 and undici #5012: who asks at the same moment shares a load with the same tenant alone', async () => {
  const { source, cacheOf } = ground();
  const one = cacheOf();
  await one.connected();
  const cameras = one.cameras();
  const go = source.hold();
  const asked = [...homes, ...homes].map((home) => cameras.get(home, camera('door')));
  await until(() => source.asked.length === homes.length);
  go();
  assert.deepEqual(
    (await Promise.all(asked)).map((value) => value?.home),
    [...homes, ...homes],
  );
});

test('Xiaomi on Nest Hub, 2020: what another application has put into the same Redis is not believed', async () => {
  const { store, source, cacheOf } = ground();
  const [ours, theirs] = [cacheOf(), cacheOf({ namespace: 'hub' })];
  await Promise.all([ours.connected(), theirs.connected()]);
  await theirs.cameras().get('h1', camera('door'));
  const [[, foreign] = []] = store.values;
  assert.ok(foreign);
  const cameras = ours.cameras({ nearMilliseconds: 0 });
  await cameras.get('h1', camera('door'));
  for (const key of store.values.keys()) store.values.set(key, foreign);
  const asked = source.asked.length;
  assert.equal((await cameras.get('h1', camera('door')))?.home, 'h1');
  assert.equal(source.asked.length, asked + 1, 'it was loaded from the source');
});
