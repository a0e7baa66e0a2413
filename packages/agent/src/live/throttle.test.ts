import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createThrottle, THROTTLE_LIMITS } from './throttle.ts';

const { bytesMax, lagMillisecondsMax, lagBesideEventsMillisecondsMax } = THROTTLE_LIMITS;
const { keyFrameBytesMax, keyFrameLagMillisecondsMax } = THROTTLE_LIMITS;
const FREE = { bytes: 0, lagMilliseconds: 0 };

test('everything passes up to the bounds', () => {
  const passes = createThrottle(THROTTLE_LIMITS);
  const full = { bytes: bytesMax, lagMilliseconds: lagMillisecondsMax };
  assert.ok(passes(true, full, false) && passes(false, full, false));
});

for (const [what, waiting] of [
  ['bytes', { bytes: bytesMax + 1, lagMilliseconds: 0 }],
  ['lag', { bytes: 0, lagMilliseconds: lagMillisecondsMax + 1 }],
] as const) {
  test(`too much ${what}: only key frames, and after a hole nothing that needs what is missing`, () => {
    const passes = createThrottle(THROTTLE_LIMITS);
    assert.equal(passes(true, FREE, false), true);
    assert.equal(passes(false, waiting, false), false);
    assert.equal(passes(false, FREE, false), false, 'it needs the one that was dropped');
    assert.equal(passes(true, waiting, false), true);
    assert.equal(passes(false, FREE, false), false, 'it was still too much at the key frame');
    assert.equal(passes(true, FREE, false), true);
    assert.equal(passes(false, FREE, false), true);
  });
}

test('far too much: not even key frames, and nothing that needs them', () => {
  for (const waiting of [
    { bytes: keyFrameBytesMax + 1, lagMilliseconds: 0 },
    { bytes: 0, lagMilliseconds: keyFrameLagMillisecondsMax + 1 },
  ]) {
    const passes = createThrottle(THROTTLE_LIMITS);
    assert.equal(passes(true, waiting, false), false);
    assert.equal(passes(false, FREE, false), false);
    assert.equal(passes(true, FREE, false), true);
  }
});

test('while an event is being uploaded, less lag is too much', () => {
  const passes = createThrottle(THROTTLE_LIMITS);
  const some = { bytes: 0, lagMilliseconds: lagBesideEventsMillisecondsMax + 1 };
  assert.equal(passes(false, some, false), true);
  assert.equal(passes(false, some, true), false);
});
