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

test('what can be done is believed until there is strain for longer than a second, and then it is known', () => {
  const { time, rate, serve } = newRate();
  serve(5);
  assert.equal(rate.perSecond(), 100);
  time.now = 1_000;
  rate.strained();
  serve(5);
  assert.equal(rate.perSecond(), 100, 'strained for less than a second');
  time.now = 2_000;
  rate.strained();
  assert.equal(rate.perSecond(), 5);
  serve(8);
  assert.equal(rate.perSecond(), 8);
  time.now = 3_000;
  serve(1);
  assert.equal(rate.perSecond(), 100, 'there is no strain any more');
  time.now = 9_000;
  rate.strained();
  assert.equal(rate.perSecond(), 100, 'nor was there any just before');
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
