import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Manifest } from '@nightlatch/protocol/manifest';
import { nextChunk, stretchAt, timelineOf } from './timeline.ts';

const HASH = 'A'.repeat(43);
/** Init in chunk 0, then stretches of two chunks each second. */
const clip = (seconds: number, endedAt: number | null) =>
  timelineOf({
    startedAt: 1000,
    endedAt,
    chunks: [
      [700, HASH, null],
      ...Array.from({ length: seconds * 2 }, (_, index): Manifest['chunks'][number] => [
        100,
        HASH,
        index % 2 === 0 ? index * 500 : null,
      ]),
    ],
  });
const upTo = (end: number) => new Set(Array.from({ length: end }, (_, index) => index));

test('the length is the one that was signed, and at least what has been recorded', () => {
  assert.equal(clip(4, 5200).durationMilliseconds, 4200);
  assert.equal(clip(4, null).durationMilliseconds, 4000);
  assert.equal(clip(4, 2000).durationMilliseconds, 4000);
  assert.equal(clip(0, null).durationMilliseconds, 0);
});

test('a time is decoded from the last key frame at or before it', () => {
  const timeline = clip(4, 5000);
  assert.equal(stretchAt(timeline, 0)?.firstChunk, 1);
  assert.equal(stretchAt(timeline, 1.999)?.firstChunk, 5);
  assert.equal(stretchAt(timeline, 2)?.firstChunk, 5);
  assert.equal(stretchAt(timeline, 99)?.firstChunk, 7);
});

test('the init segment comes before anything else', () => {
  assert.equal(nextChunk(clip(4, 5000), new Set(), 3.5, 0), 0);
  assert.equal(nextChunk(clip(4, 5000), new Set([3, 4]), 3.5, 5), 0);
});

test('what follows on the last chunk goes on with it; a jump begins at a key frame', () => {
  const timeline = clip(4, 5000);
  assert.equal(nextChunk(timeline, upTo(4), 0.2, 4), 4);
  assert.equal(nextChunk(timeline, upTo(4), 3.5, 4), 7);
  // Half of the stretch is there, and something else came after it: the stretch is fetched from its start.
  assert.equal(nextChunk(timeline, upTo(4), 0.2, 9), 3);
});

test('after a seek back only what is missing is fetched, and nothing where all is there', () => {
  const timeline = clip(4, 5000);
  const have = new Set([0, 1, 2, 7, 8]);
  assert.equal(nextChunk(timeline, have, 0, 9), 3);
  assert.equal(nextChunk(timeline, have, 3.2, 9), null);
  assert.equal(nextChunk(timeline, upTo(9), 0, 9), null);
});
