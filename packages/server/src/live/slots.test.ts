import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSlots } from './slots.ts';

test('a window is as long as the fleet needs, and not shorter than a few seconds', () => {
  const slots = createSlots({ perSecond: 100, windowMillisecondsMin: 1000 });
  const seats = Array.from({ length: 50 }, () => slots.take());
  assert.equal(seats[0]?.slot().windowMilliseconds, 1000);
  while (seats.length < 800) seats.push(slots.take());
  assert.equal(seats[0]?.slot().windowMilliseconds, 8000);
  for (const seat of seats.slice(400)) seat.leave();
  for (const seat of seats.slice(400)) seat.leave();
  assert.equal(seats[0]?.slot().windowMilliseconds, 4000);
});

test('the positions of a fleet lie evenly, also those that are left of it', () => {
  const slots = createSlots();
  const positions = Array.from({ length: 1000 }, () => slots.take().slot().position);
  for (const some of [positions, positions.slice(0, 300), positions.slice(700)])
    for (let tenth = 0; tenth < 10; tenth++) {
      const count = some.filter((one) => Math.floor(one * 10) === tenth).length;
      assert.ok(Math.abs(count - some.length / 10) <= 3, `${count} of ${some.length}`);
    }
});

test('whoever was told is told anew when the fleet has changed by more than a quarter', () => {
  const slots = createSlots({ perSecond: 10, windowMillisecondsMin: 1 });
  const seats = Array.from({ length: 100 }, () => slots.take());
  const first = seats[0];
  first?.slot();
  while (seats.length < 125) seats.push(slots.take());
  assert.equal(first?.isStale(), false);
  seats.push(slots.take());
  assert.equal(first?.isStale(), true);
  first?.slot();
  assert.equal(first?.isStale(), false);
});
