import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '@nightlatch/storm/simulation/manual-clock';
import { createBreaker } from './breaker.ts';

const LIMITS = { pauseMilliseconds: 50, pauseMillisecondsMax: 1_000, steadyMilliseconds: 10_000 };

test('each failure in a row doubles the longest pause, up to a limit, and a connection that held ends the row', () => {
  const clock = manualClock();
  const breaker = createBreaker(LIMITS, clock, (byteCount) => new Uint8Array(byteCount).fill(255));
  const pauses = Array.from({ length: 7 }, () => Math.round(breaker.failed()));
  assert.deepEqual(pauses, [50, 100, 200, 400, 800, 1_000, 1_000]);
  breaker.opened();
  clock.advance(9_999);
  assert.equal(Math.round(breaker.failed()), 1_000);
  breaker.opened();
  clock.advance(10_000);
  assert.equal(Math.round(breaker.failed()), 50);
  assert.equal(Math.round(breaker.failed()), 100);
});

test('the pause is drawn: none, or any part of the longest', () => {
  const drawn = (byte: number) =>
    createBreaker(LIMITS, manualClock(), (byteCount) => new Uint8Array(byteCount).fill(byte)).failed();
  assert.equal(drawn(0), 0);
  assert.ok(Math.abs(drawn(128) - 25) < 0.2);
});
