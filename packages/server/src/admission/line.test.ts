import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLine, createServiceRate } from './line.ts';

function newRate(perSecondMin = 100) {
  const time = { now: 0 };
  const rate = createServiceRate({ monotonic: () => time.now, perSecondMin });
  const serve = (count: number): void => {
    for (let one = 0; one < count; one++) rate.served();
  };
  return { time, rate, serve };
}

test('the rate is that of this second or of the one before, and never less than is believed', () => {
  const { time, rate, serve } = newRate(2);
  serve(5);
  assert.equal(rate.perSecond(), 5);
  time.now = 1_000;
  serve(3);
  assert.equal(rate.perSecond(), 5);
  time.now = 2_000;
  serve(1);
  assert.equal(rate.perSecond(), 3);
  time.now = 9_000;
  serve(1);
  assert.equal(rate.perSecond(), 2);
});

test('each who is refused is told a moment of its own, behind those who wait', () => {
  const { time, rate } = newRate(2);
  const line = createLine(rate, () => time.now);
  assert.deepEqual(
    Array.from({ length: 5 }, () => line.next(2)),
    [2, 2, 3, 3, 4],
  );
  time.now = 60_000;
  assert.equal(line.next(0), 1);
});
