import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '@nightlatch/storm/simulation/manual-clock';
import { type Camera, camera, ground } from '../tests/support/ground.ts';
import { CacheError } from './errors.ts';
import type { Transport } from './transport.ts';

const value = (name: string): Camera => ({ home: 'h1', name });

test('a load that began before an invalidation is stored nowhere, and joined by nobody who asks after it', async () => {
  for (const shared of [true, false]) {
    const { source, cacheOf, store } = ground();
    const one = cacheOf(shared ? {} : { transport: undefined });
    if (shared) await one.connected();
    const cameras = one.cameras();
    source.rows.set('h1 c1', { value: value('old') });
    const go = source.hold();
    const before = cameras.get('h1', camera('c1'));
    await until(() => source.asked.length === 1);
    source.rows.set('h1 c1', { value: value('new') });
    await cameras.invalidate('h1', camera('c1'));
    const after = cameras.get('h1', camera('c1'));
    await until(() => source.asked.length === 2);
    go();
    assert.equal((await before)?.name, 'old');
    assert.equal((await after)?.name, 'new');
    assert.equal((await cameras.get('h1', camera('c1')))?.name, 'new');
    for (const { text } of store.values.values()) assert.doesNotMatch(text, /old/);
  }
});

test('an invalidation elsewhere revokes the lease of a load that is under way', async () => {
  const { source, cacheOf, store } = ground();
  const [one, two] = [cacheOf(), cacheOf()];
  await Promise.all([one.connected(), two.connected()]);
  const cameras = one.cameras();
  source.rows.set('h1 c1', { value: value('old') });
  const go = source.hold();
  const before = cameras.get('h1', camera('c1'));
  await until(() => source.asked.length === 1);
  await two.cameras().invalidate('h1', camera('c1'));
  go();
  await before;
  assert.equal(store.values.size, 0);
  assert.ok(one.events.some((event) => event.type === 'store' && event.outcome === 'revoked'));
});

test('a read that was asked before an invalidation is not kept after it', async () => {
  const { source, cacheOf, store } = ground();
  const [one, two] = [cacheOf(), cacheOf()];
  await Promise.all([one.connected(), two.connected()]);
  const [cameras, other] = [one.cameras(), two.cameras()];
  source.rows.set('h1 c1', { value: value('old') });
  await other.get('h1', camera('c1'));
  const go = store.hold();
  const before = cameras.get('h1', camera('c1'));
  await until(() => store.calls.at(-1) === 'read');
  const invalid = cameras.invalidate('h1', camera('c1'));
  source.rows.set('h1 c1', { value: value('new') });
  go();
  await Promise.all([before, invalid]);
  assert.equal((await cameras.get('h1', camera('c1')))?.name, 'new');
});

test('what is invalidated elsewhere is not answered after the near time; with `follow`, at once', async () => {
  for (const follow of [false, true]) {
    const { source, cacheOf, clock } = ground();
    const [one, two] = [cacheOf({ follow }), cacheOf()];
    await Promise.all([one.connected(), two.connected()]);
    const [cameras, other] = [one.cameras(), two.cameras()];
    source.rows.set('h1 c1', { value: value('old') });
    await cameras.get('h1', camera('c1'));
    source.rows.set('h1 c1', { value: value('new') });
    await other.invalidate('h1', camera('c1'));
    assert.equal((await cameras.get('h1', camera('c1')))?.name, follow ? 'new' : 'old');
    clock.advance(1_000);
    assert.equal((await cameras.get('h1', camera('c1')))?.name, 'new');
  }
});

test('a load that is older than the near time is joined by nobody', async () => {
  const { source, cacheOf, clock } = ground();
  const [one, two] = [cacheOf(), cacheOf()];
  await Promise.all([one.connected(), two.connected()]);
  const cameras = one.cameras();
  source.rows.set('h1 c1', { value: value('old') });
  const go = source.hold();
  const before = cameras.get('h1', camera('c1'));
  await until(() => source.asked.length === 1);
  source.rows.set('h1 c1', { value: value('new') });
  await two.cameras().invalidate('h1', camera('c1'));
  clock.advance(1_000);
  const after = cameras.get('h1', camera('c1'));
  await until(() => source.asked.length === 2);
  go();
  assert.equal((await before)?.name, 'old');
  assert.equal((await after)?.name, 'new');
});

test('when messages may have been missed, memory is cleared', async () => {
  const { source, cacheOf, store, clock } = ground();
  const [one, two] = [cacheOf({ follow: true }), cacheOf()];
  await Promise.all([one.connected(), two.connected()]);
  const [cameras, other] = [one.cameras({ nearMilliseconds: 600_000 }), two.cameras()];
  source.rows.set('h1 c1', { value: value('old') });
  await cameras.get('h1', camera('c1'));
  store.hangUp();
  source.rows.set('h1 c1', { value: value('newer') });
  assert.equal((await cameras.get('h1', camera('c1')))?.name, 'newer', 'nobody tells this process now');
  source.rows.set('h1 c1', { value: value('new') });
  clock.advance(100);
  await until(() => two.events.filter(({ type }) => type === 'connected').length === 2);
  await other.invalidate('h1', camera('c1'));
  assert.equal((await cameras.get('h1', camera('c1')))?.name, 'new');
});

test('what was kept while nobody told this process is gone as soon as somebody does', async () => {
  const { source, cacheOf, store, clock } = ground();
  const gate = Promise.withResolvers<void>();
  const listening = Promise.withResolvers<void>();
  const subscribe: NonNullable<Transport['subscribe']> = async (...parameters) => {
    await gate.promise;
    const made = store.transport.subscribe?.(...parameters);
    assert.ok(made);
    listening.resolve();
    return made;
  };
  const [one, two] = [cacheOf({ follow: true, transport: { ...store.transport, subscribe } }), cacheOf()];
  await Promise.all([one.connected(), two.connected()]);
  const cameras = one.cameras({ nearMilliseconds: 600_000 });
  source.rows.set('h1 c1', { value: value('old') });
  await cameras.get('h1', camera('c1'));
  source.rows.set('h1 c1', { value: value('new') });
  await two.cameras().invalidate('h1', camera('c1'));
  gate.resolve();
  await listening.promise;
  await new Promise(setImmediate);
  assert.equal((await cameras.get('h1', camera('c1')))?.name, 'new');
  assert.equal(clock.elapsed(), 0);
});

test('with a version what is newer stays, and nothing older is stored from then on', async () => {
  for (const shared of [true, false]) {
    const { source, cacheOf } = ground();
    const one = cacheOf(shared ? {} : { transport: undefined });
    if (shared) await one.connected();
    const cameras = one.cameras();
    await cameras.put('h1', camera('c1'), { value: value('v5'), version: 5 });
    for (const version of [4, 5]) {
      await cameras.invalidate('h1', camera('c1'), { version });
      assert.equal((await cameras.get('h1', camera('c1')))?.name, 'v5');
    }
    assert.deepEqual(source.asked, []);
    await cameras.invalidate('h1', camera('c1'), { version: 7 });
    // A replica that lags behind: it is answered, because nobody has better, and kept nowhere.
    source.rows.set('h1 c1', { value: value('v6'), version: 6 });
    assert.equal((await cameras.get('h1', camera('c1')))?.name, 'v6');
    source.rows.set('h1 c1', { value: value('v7'), version: 7 });
    assert.equal((await cameras.get('h1', camera('c1')))?.name, 'v7');
    assert.equal((await cameras.get('h1', camera('c1')))?.name, 'v7');
    assert.equal(source.asked.length, 2);
    assert.ok(!one.events.some(({ type }) => type === 'refused'));
  }
});

test('an invalidation that nobody confirms is an error, and holds in this process all the same', async () => {
  const { source, cacheOf, store } = ground();
  const one = cacheOf();
  await one.connected();
  const cameras = one.cameras({ nearMilliseconds: 600_000 });
  await cameras.get('h1', camera('c1'));
  store.down = true;
  store.hangUp();
  source.rows.set('h1 c1', { value: value('new') });
  await assert.rejects(
    cameras.invalidate('h1', camera('c1')),
    (error) => error instanceof CacheError && error.kind === 'unreachable',
  );
  assert.equal((await cameras.get('h1', camera('c1')))?.name, 'new');
});
