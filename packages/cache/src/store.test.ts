import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '@nightlatch/storm/simulation/manual-clock';
import { type Camera, type CameraKey, camera, ground, KEYS, onlyValue } from '../tests/support/ground.ts';
import { type Contents, seal } from './envelope.ts';
import { CacheError } from './errors.ts';
import { macsOf } from './mac.ts';

const misused = (error: unknown) => error instanceof CacheError && error.kind === 'misused';
const macs = macsOf(KEYS);
const value = (name: string): Camera => ({ home: 'h1', name });

/** A cache that is connected and has one camera in Redis. */
async function filled(options: { readonly version?: number } = {}) {
  const made = ground();
  const one = made.cacheOf();
  await one.connected();
  const cameras = one.cameras({ nearMilliseconds: 0 });
  made.source.rows.set('h1 c1', { value: value('c1'), ...options });
  await cameras.get('h1', camera('c1'));
  const wire = onlyValue(made.store);
  /** Puts an envelope there that was really sealed, for this key or another. */
  const plant = (contents: Partial<Contents>, sealedFor = wire) =>
    made.store.values.set(wire, {
      text: seal(macs, sealedFor, {
        kind: 'value',
        version: 0,
        staleAt: made.clock.now() + 50_000,
        notAfter: made.clock.now() + 50_000,
        text: JSON.stringify(value('planted')),
        ...contents,
      }),
      until: made.clock.now() + 1e9,
    });
  return { ...made, one, cameras, wire, plant };
}

test('what was really sealed, but for another key or scope, is refused, given up and taken away', async () => {
  const { cameras, wire, plant, one, store, source } = await filled();
  plant({}, wire.replace('2:h1', '2:h2'));
  assert.equal((await cameras.get('h1', camera('c1')))?.name, 'c1');
  assert.ok(one.events.some((event) => event.type === 'refused' && event.reason === 'doubtful'));
  assert.ok(one.events.some((event) => event.type === 'doubt' && event.reason === 'wrong-envelope'));
  assert.equal(store.destroyed(), 1);
  assert.equal(source.asked.length, 2);
});

test('what is refused is gone as soon as there is a connection again', async () => {
  for (const text of ['garbage', 'N1garbage', `N1${'x'.repeat(43)}${'9'.repeat(60)}k1 {}`]) {
    const { cameras, wire, one, store, clock } = await filled();
    store.values.set(wire, { text, until: clock.now() + 1e9 });
    assert.equal((await cameras.get('h1', camera('c1')))?.name, 'c1');
    if (store.destroyed() === 0) continue;
    clock.advance(100);
    await until(() => one.events.filter(({ type }) => type === 'connected').length === 2);
    await until(() => !store.values.has(wire));
  }
});

test('what is past its not-after is nothing, also where Redis still has it', async () => {
  const { cameras, plant, clock, source, store } = await filled();
  plant({ notAfter: clock.now() });
  assert.equal((await cameras.get('h1', camera('c1')))?.name, 'c1');
  assert.equal(source.asked.length, 2);
  assert.equal(store.destroyed(), 0);
});

test('a not-after that no honest clock gives is not believed', async () => {
  const { cameras, plant, clock } = await filled();
  plant({ notAfter: clock.now() + 66_000 });
  assert.equal((await cameras.get('h1', camera('c1')))?.name, 'c1');
});

test('what the schema does not know is loaded anew, and takes its place', async () => {
  const { cameras, plant, source } = await filled();
  plant({ text: '{"home":1}' });
  assert.equal((await cameras.get('h1', camera('c1')))?.name, 'c1');
  await cameras.get('h1', camera('c1'));
  assert.equal(source.asked.length, 2);
});

test('a version that was seen is never followed by an older one', async () => {
  const { cameras, plant, source } = await filled({ version: 5 });
  plant({ version: 4 });
  assert.equal((await cameras.get('h1', camera('c1')))?.name, 'c1');
  assert.equal(source.asked.length, 2);
});

test('an old value never takes the place of a newer one: not by a load, not by a put', async () => {
  const { cameras, cacheOf, source, store, clock, wire } = await filled({ version: 5 });
  clock.advance(61_000);
  const go = source.hold();
  const loading = cameras.get('h1', camera('c1'));
  await until(() => source.asked.length === 2);
  const two = cacheOf();
  await two.connected();
  const other = two.cameras();
  await other.put('h1', camera('c1'), { value: value('c7'), version: 7 });
  // As if the lease had not been revoked: the version alone has to hold.
  go();
  await loading;
  assert.match(store.values.get(wire)?.text ?? '', /c7/);
  await other.put('h1', camera('c1'), { value: value('c6'), version: 6 });
  assert.equal((await other.get('h1', camera('c1')))?.name, 'c7');
  assert.match(store.values.get(wire)?.text ?? '', /c7/);
  // Who has not seen the newer one does not keep its own either.
  const three = cacheOf();
  await three.connected();
  const late = three.cameras();
  await late.put('h1', camera('c1'), { value: value('c6'), version: 6 });
  assert.equal((await late.get('h1', camera('c1')))?.name, 'c7');
});

test('a load that is older than what Redis has by then answers the newer', async () => {
  const { cameras, plant, source, clock } = await filled({ version: 5 });
  clock.advance(61_000);
  const go = source.hold();
  const loading = cameras.get('h1', camera('c1'));
  await until(() => source.asked.length === 2);
  plant({ version: 6 });
  go();
  assert.equal((await loading)?.name, 'planted');
});

test('in one process alone an old value takes no place either', async () => {
  const { cacheOf } = ground();
  const cameras = cacheOf({ transport: undefined }).cameras();
  await cameras.put('h1', camera('c1'), { value: value('c7'), version: 7 });
  await cameras.put('h1', camera('c1'), { value: value('c6'), version: 6 });
  assert.equal((await cameras.get('h1', camera('c1')))?.name, 'c7');
});

test('that there is nothing is kept only where the entry says so, and for as long', async () => {
  for (const shared of [true, false])
    for (const absentMilliseconds of [0, 1_000]) {
      const { cacheOf, source, clock } = ground();
      const one = cacheOf(shared ? {} : { transport: undefined });
      if (shared) await one.connected();
      source.rows.set('h1 c1', {});
      const cameras = one.cameras({ absentMilliseconds });
      for (let turn = 0; turn < 3; turn++) assert.equal(await cameras.get('h1', camera('c1')), undefined);
      assert.equal(source.asked.length, absentMilliseconds === 0 ? 3 : 1);
      clock.advance(1_001);
      await cameras.get('h1', camera('c1'));
      assert.equal(source.asked.length, absentMilliseconds === 0 ? 4 : 2);
    }
});

test('what was loaded together does not end together', async () => {
  const { cacheOf, store, clock } = ground();
  const one = cacheOf();
  await one.connected();
  const cameras = one.cameras();
  await cameras.getMany(
    'h1',
    Array.from({ length: 50 }, (_, at) => camera(`c${at}`)),
  );
  const lives = [...store.values.values()].map((kept) => kept.until - clock.now());
  assert.ok(new Set(lives).size > 40);
  assert.ok(lives.every((life) => life >= 54_000 && life <= 60_000));
});

test('a value that is too large is answered and not kept, and takes the place of what was there', async () => {
  const made = ground();
  const one = made.cacheOf({ limits: { envelopeBytesMax: 500 } });
  await one.connected();
  const cameras = one.cameras();
  await cameras.put('h1', camera('c1'), { value: value('c1'), version: 1 });
  await cameras.put('h1', camera('c1'), { value: value('x'.repeat(500)), version: 2 });
  made.source.rows.set('h1 c1', { value: value('y'.repeat(500)), version: 2 });
  for (let turn = 0; turn < 2; turn++)
    assert.equal((await cameras.get('h1', camera('c1')))?.name.length, 500);
  assert.equal(made.source.asked.length, 2);
  assert.ok(one.events.some((event) => event.type === 'store' && event.outcome === 'too-large'));
  // Somebody else's limit was higher: it is not taken from Redis either.
  const wide = made.cacheOf();
  await wide.connected();
  await wide.cameras().put('h1', camera('c1'), { value: value('z'.repeat(500)), version: 3 });
  assert.match((await cameras.get('h1', camera('c1')))?.name ?? '', /^y/);
});

test('a version that is none, or a value that is none, is refused', async () => {
  const { cacheOf, source } = ground();
  const cameras = cacheOf({ transport: undefined }).cameras();
  for (const version of [0, -1, 1.5, Number.NaN, 2 ** 53])
    await assert.rejects(cameras.put('h1', camera('c1'), { value: value('a'), version }), misused);
  source.rows.set('h1 c1', { value: value('a'), version: -1 });
  await assert.rejects(cameras.get('h1', camera('c1')), misused);
  const loose = cacheOf({ transport: undefined }).cache.entry<string, CameraKey, string>({
    name: 'loose',
    key: ['camera'],
    schema: { parse: () => assert.fail('this is none') },
    ttlMilliseconds: 1,
    load: async () => ({ value: 'a' }),
  });
  await assert.rejects(
    loose.get('h1', camera('c1')),
    (error) => error instanceof CacheError && error.kind === 'bad-value',
  );
});

test('a time that is none, or a name that is taken, is refused', () => {
  const { cacheOf } = ground();
  const { cameras, cache } = cacheOf({ transport: undefined });
  for (const time of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => cameras({ name: 'other', ttlMilliseconds: time }), misused);
  for (const time of [-1, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => cameras({ name: 'other', nearMilliseconds: time }), misused);
  cameras();
  assert.throws(() => cameras(), misused);
  assert.ok(cache);
  assert.throws(() => cacheOf({ limits: { replyMilliseconds: 0 } }), misused);
});
