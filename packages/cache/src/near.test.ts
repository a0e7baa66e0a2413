import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '@nightlatch/storm/simulation/manual-clock';
import { createNear, type Held } from './near.ts';

const held = (clock: { now: () => number }, value: string, version = 0): Held<string> => ({
  contents: { kind: 'value', version, staleAt: clock.now() + 5_000, notAfter: clock.now() + 9_000 },
  envelope: value,
  value,
  freshUntil: 1_000,
});

test('it is fresh for its time, known for longer, and nothing in the end', () => {
  const clock = manualClock();
  const near = createNear<string>(10_000, clock);
  near.keep('a', held(clock, 'x'), near.mark());
  assert.equal(near.fresh('a')?.value, 'x');
  clock.advance(1_000);
  assert.equal(near.fresh('a'), undefined);
  assert.equal(near.known('a')?.value, 'x');
  clock.advance(8_000);
  assert.equal(near.known('a'), undefined);
});

test('a clock that is set back makes nothing fresh for longer', () => {
  const clock = manualClock();
  const near = createNear<string>(10_000, clock);
  near.keep('a', held(clock, 'x'), near.mark());
  clock.jump(-3_600_000);
  clock.advance(1_000);
  assert.equal(near.fresh('a'), undefined);
});

test('what was asked before it was dropped, or before all was cleared, is not kept', () => {
  const clock = manualClock();
  const near = createNear<string>(10_000, clock);
  const since = near.mark();
  near.drop('a');
  near.keep('a', held(clock, 'x'), since);
  assert.equal(near.known('a'), undefined);
  near.keep('b', held(clock, 'x'), since);
  assert.equal(near.known('b')?.value, 'x');
  near.clear();
  near.keep('b', held(clock, 'x'), since);
  assert.equal(near.known('b'), undefined);
  near.keep('b', held(clock, 'x'), near.mark());
  assert.equal(near.known('b')?.value, 'x');
});

test('what was dropped is remembered only so far, and then nothing older is kept at all', () => {
  const clock = manualClock();
  const near = createNear<string>(10_000, clock);
  const since = near.mark();
  for (let at = 0; at <= 10_000; at++) near.drop(`k${at}`);
  near.keep('k0', held(clock, 'x'), since);
  near.keep('other', held(clock, 'x'), since);
  assert.equal(near.known('k0') ?? near.known('other'), undefined);
});

test('its bytes have a limit: the least recently used goes, and what is larger than all is not taken', () => {
  const clock = manualClock();
  const near = createNear<string>(2_000, clock);
  for (const wire of ['a', 'b', 'c', 'd']) near.keep(wire, held(clock, 'x'), near.mark());
  near.known('a');
  near.keep('e', held(clock, 'x'), near.mark());
  assert.deepEqual(
    ['a', 'b', 'c', 'd', 'e'].filter((wire) => near.known(wire) !== undefined),
    ['a', 'c', 'd', 'e'],
  );
  near.keep('f', held(clock, 'x'.repeat(500)), near.mark());
  assert.equal(near.known('f'), undefined);
});

test('what still stands is fresh for longer, unless it was dropped since', () => {
  const clock = manualClock();
  const near = createNear<string>(10_000, clock);
  const one = held(clock, 'x');
  near.keep('a', one, near.mark());
  const since = near.mark();
  near.extend('a', one, 2_000, since);
  clock.advance(1_500);
  assert.equal(near.fresh('a')?.value, 'x');
  near.drop('a');
  near.extend('a', one, 9_000, since);
  assert.equal(one.freshUntil, 2_000);
});
