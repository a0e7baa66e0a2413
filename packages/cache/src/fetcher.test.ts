import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '@nightlatch/storm/simulation/manual-clock';
import { camera, ground } from '../tests/support/ground.ts';
import { CacheError } from './errors.ts';

test('the source is asked once, then Redis, then memory', async () => {
  const { source, clock, cacheOf } = ground();
  const one = cacheOf();
  await one.connected();
  const cameras = one.cameras();
  assert.deepEqual(await cameras.get('h1', camera('c1')), { home: 'h1', name: 'c1' });
  assert.equal(one.last()?.origin, 'source');
  await cameras.get('h1', camera('c1'));
  assert.equal(one.last()?.origin, 'near');
  const two = cacheOf();
  await two.connected();
  const other = two.cameras();
  assert.deepEqual(await other.get('h1', camera('c1')), { home: 'h1', name: 'c1' });
  assert.equal(two.last()?.origin, 'far');
  assert.deepEqual(source.asked, ['h1 c1']);
  clock.advance(1_001);
  await other.get('h1', camera('c1'));
  assert.equal(two.last()?.origin, 'far');
});

test('what was verified once is not verified again, and the least other thing is', async () => {
  const { store, source, clock, cacheOf } = ground();
  const one = cacheOf();
  await one.connected();
  const cameras = one.cameras();
  const first = await cameras.get('h1', camera('c1'));
  clock.advance(1_001);
  // The very same object: it was not made from its text again.
  assert.equal(await cameras.get('h1', camera('c1')), first);
  clock.advance(1_001);
  const [[wire, kept] = ['', { text: '', until: 0 }]] = store.values;
  store.values.set(wire, { ...kept, text: `${kept.text} ` });
  await cameras.get('h1', camera('c1'));
  assert.ok(one.events.some((event) => event.type === 'refused' && event.reason === 'doubtful'));
  assert.equal(source.asked.length, 2);
});

test('who asks for the same waits for the same, and never across scopes', async () => {
  for (const shared of [true, false]) {
    const { source, store, cacheOf } = ground();
    const one = cacheOf(shared ? {} : { transport: undefined });
    if (shared) await one.connected();
    const cameras = one.cameras();
    const go = source.hold();
    const homes = ['h1', 'h1', 'h2', 'h1', 'h2'];
    const asked = homes.map((home) => cameras.get(home, camera('c1')));
    await until(() => source.asked.length === 2);
    go();
    const got = await Promise.all(asked);
    assert.deepEqual(
      got.map((value) => value?.home),
      homes,
    );
    assert.deepEqual(source.asked.toSorted(), ['h1 c1', 'h2 c1']);
    if (shared) assert.deepEqual(store.calls.filter((name) => name === 'lease').length, 2);
  }
});

test('one loads in the whole fleet; the others wait for what it stores', async () => {
  const { source, clock, cacheOf } = ground();
  const fleet = [cacheOf(), cacheOf(), cacheOf()];
  await Promise.all(fleet.map(({ connected }) => connected()));
  const go = source.hold();
  const asked = fleet.map(({ cameras }) => cameras().get('h1', camera('c1')));
  await until(() => source.asked.length === 1 && clock.pending() >= 3);
  clock.advance(50);
  go();
  let done = false;
  const all = Promise.all(asked).finally(() => {
    done = true;
  });
  while (!done) {
    clock.advance(10);
    await new Promise(setImmediate);
  }
  assert.equal(new Set((await all).map((value) => JSON.stringify(value))).size, 1);
  assert.deepEqual(source.asked, ['h1 c1']);
});

test('a holder of a lease that is gone holds the others up for no longer than a load may take', async () => {
  const { source, store, clock, cacheOf } = ground();
  const one = cacheOf();
  await one.connected();
  const cameras = one.cameras({ loadMilliseconds: 1_000 });
  const asked = cameras.get('h1', camera('c1'));
  await until(() => store.calls.includes('lease') || source.asked.length > 0);
  await asked;
  const [wire = ''] = store.values.keys();
  store.values.clear();
  store.values.set(`lease ${wire}`, { text: 'somebody', until: clock.now() + 1_000 });
  clock.advance(1_001);
  store.values.set(`lease ${wire}`, { text: 'somebody', until: clock.now() + 1_000 });
  const again = cameras.get('h1', camera('c1'));
  let done = false;
  again.finally(() => {
    done = true;
  });
  const begun = clock.elapsed();
  while (!done) {
    clock.advance(10);
    await new Promise(setImmediate);
  }
  assert.ok(clock.elapsed() - begun < 1_500);
  assert.deepEqual(source.asked, ['h1 c1', 'h1 c1']);
});

test('many keys are one question, and come in their order', async () => {
  const { source, store, cacheOf } = ground();
  const one = cacheOf();
  await one.connected();
  const cameras = one.cameras({ nearMilliseconds: 0 });
  const keys = Array.from({ length: 100 }, (_, at) => camera(`c${at}`));
  await cameras.getMany('h1', keys.slice(0, 50));
  store.calls.length = 0;
  const got = await cameras.getMany('h1', keys);
  assert.deepEqual(
    got.map((value) => value?.name),
    keys.map((key) => key.camera),
  );
  assert.equal(store.calls.filter((name) => name === 'read').length, 1);
  assert.equal(source.asked.length, 100);
  assert.deepEqual(await cameras.getMany('h1', []), []);
});

test('past its time a value is answered only where the entry says so, once for all who ask, and loaded anew', async () => {
  for (const shared of [true, false]) {
    const { source, clock, cacheOf } = ground();
    const one = cacheOf(shared ? {} : { transport: undefined });
    if (shared) await one.connected();
    const cameras = one.cameras({ ttlMilliseconds: 1_000, staleMilliseconds: 9_000 });
    await cameras.get('h1', camera('c1'));
    source.rows.set('h1 c1', { value: { home: 'h1', name: 'new' } });
    clock.advance(2_000);
    const [stale] = await Promise.all([cameras.get('h1', camera('c1')), cameras.get('h1', camera('c1'))]);
    assert.equal(stale?.name, 'c1');
    assert.equal(one.last()?.origin, 'stale');
    await until(() => source.asked.length === 2);
    await new Promise(setImmediate);
    assert.equal((await cameras.get('h1', camera('c1')))?.name, 'new');
    assert.equal(source.asked.length, 2);
    clock.advance(20_000);
    await cameras.get('h1', camera('c1'));
    assert.equal(one.last()?.origin, 'source');

    const strict = cacheOf(shared ? {} : { transport: undefined });
    if (shared) await strict.connected();
    const plain = strict.cameras({ ttlMilliseconds: 1_000 });
    await plain.get('h1', camera('c2'));
    clock.advance(1_001);
    await plain.get('h1', camera('c2'));
    assert.equal(strict.last()?.origin, 'source');
  }
});

test('who gives up leaves at once, and the others get their answer', async () => {
  const { source, store, cacheOf } = ground();
  const one = cacheOf();
  await one.connected();
  const cameras = one.cameras();
  const go = source.hold();
  const stop = new AbortController();
  const left = cameras.get('h1', camera('c1'), { signal: stop.signal });
  const stayed = cameras.get('h1', camera('c1'));
  await until(() => source.asked.length === 1);
  stop.abort(new Error('gone'));
  await assert.rejects(left, /gone/);
  go();
  assert.equal((await stayed)?.name, 'c1');
  assert.equal(store.destroyed(), 0);
  await assert.rejects(cameras.get('h1', camera('c1'), { signal: stop.signal }), /gone/);
});

test('what the loader throws is said to all who wait, is not kept, and frees the lease', async () => {
  const { store, cacheOf } = ground();
  const one = cacheOf();
  await one.connected();
  let fails = true;
  const cameras = one.cameras({
    load: async ({ scope }) => {
      if (fails) throw new Error('no database');
      return { value: { home: scope, name: 'x' } };
    },
  });
  const asked = [cameras.get('h1', camera('c1')), cameras.get('h1', camera('c1'))];
  for (const each of asked) await assert.rejects(each, /no database/);
  await until(() => store.values.size === 0);
  fails = false;
  assert.equal((await cameras.get('h1', camera('c1')))?.name, 'x');
});

test('a load that hangs ends with its time, its signal says so, and its place is kept until it ends', async () => {
  const { clock, source, cacheOf } = ground();
  const one = cacheOf({ transport: undefined, limits: { loadsInFlightMax: 1 } });
  const cameras = one.cameras({ loadMilliseconds: 1_000 });
  const go = source.hold();
  const late = cameras.get('h1', camera('c1'));
  await until(() => source.asked.length === 1);
  clock.advance(1_000);
  const kind = (kind: string) => (error: unknown) => error instanceof CacheError && error.kind === kind;
  await assert.rejects(late, kind('load-timeout'));
  await assert.rejects(cameras.get('h1', camera('c2')), kind('overloaded'));
  assert.deepEqual(source.asked, ['h1 c1']);
  go();
  await new Promise(setImmediate);
  assert.equal((await cameras.get('h1', camera('c2')))?.name, 'c2');
});
