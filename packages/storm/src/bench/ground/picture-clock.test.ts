import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPictureClock } from './picture-clock.ts';

const clock = createPictureClock(8);
for (let count = 0; count < 20; count++) clock.encoded(count, 1000 + count * 10);

test('a number is the newest picture that carries it', () => {
  assert.deepEqual(clock.find(3, 2000), { count: 19, at: 1190 });
  assert.deepEqual(clock.find(4, 2000), { count: 12, at: 1120 });
  assert.deepEqual([clock.at(12), clock.at(20)], [1120, null]);
});

test('nobody has seen a picture before it was encoded', () => {
  assert.deepEqual(clock.find(3, 1189), { count: 11, at: 1110 });
  assert.equal(clock.find(3, 1029), null);
  assert.equal(createPictureClock(8).find(3, 2000), null);
});
