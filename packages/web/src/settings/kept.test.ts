import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Retention } from '@nightlatch/protocol/retention';
import { boundOf, bytesOf, daysOf, gigabytesText, reachOf, sizeText, untilOf } from './kept.ts';

const kept = (given: Partial<Retention>): Retention => ({
  ...{ bytesMax: null, cloudBytesMax: null, bytes: 0, favourites: 0, favouriteBytes: 0 },
  ...{ bytesOfLastWeek: 0, cameras: [] },
  ...given,
});

test('sizes are words, and what is typed is a number or is refused', () => {
  assert.equal(sizeText(0), '0 MB');
  assert.equal(sizeText(350_000_000), '350 MB');
  assert.equal(sizeText(1_240_000_000), '1.2 GB');
  assert.deepEqual(['', ' ', '14', '0', '1.5', '-1', 'x', '4000'].map(daysOf), [
    ...[null, null, 14],
    ...[undefined, undefined, undefined, undefined, undefined],
  ]);
  assert.deepEqual(['', '50', '0.5', '0,5', '0.01', 'x'].map(bytesOf), [
    ...[null, 50_000_000_000, 500_000_000, 500_000_000],
    ...[undefined, undefined],
  ]);
  assert.equal(gigabytesText(bytesOf('0.5') ?? null), '0.5');
  assert.equal(gigabytesText(null), '');
});

test('the smaller bound counts', () => {
  assert.equal(boundOf({ bytesMax: null, cloudBytesMax: null }), null);
  assert.equal(boundOf({ bytesMax: 5, cloudBytesMax: null }), 5);
  assert.equal(boundOf({ bytesMax: null, cloudBytesMax: 7 }), 7);
  assert.equal(boundOf({ bytesMax: 9, cloudBytesMax: 7 }), 7);
});

test('how long today stays is told by days or by room, whichever ends first', () => {
  const room = { bytesMax: 1000, bytesOfLastWeek: 700 };
  assert.deepEqual(reachOf(kept({}), null), { days: null, byRoom: false });
  assert.deepEqual(reachOf(kept({}), 14), { days: 14, byRoom: false });
  assert.deepEqual(reachOf(kept(room), null), { days: 10, byRoom: true });
  assert.deepEqual(reachOf(kept(room), 5), { days: 5, byRoom: false });
  assert.deepEqual(reachOf(kept({ ...room, favouriteBytes: 500 }), 14), { days: 5, byRoom: true });
  assert.deepEqual(reachOf(kept({ ...room, favouriteBytes: 2000 }), 14), { days: 0, byRoom: true });
  assert.equal(untilOf({ days: 2, byRoom: false }, 0), 172_800_000);
  assert.equal(untilOf({ days: null, byRoom: false }, 0), undefined);
});
