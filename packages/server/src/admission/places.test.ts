import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPlaces } from './places.ts';

const FULL = { kind: 'unavailable', retryAfterSeconds: 2 };

test('one has so many places and all together so many, and what is given back is there again', () => {
  const enter = createPlaces<string>({ max: 10, ofOneMax: 6 });
  const first = enter('one', 5);
  assert.throws(() => enter('one', 2), FULL, 'of one');
  enter('one');
  enter('another', 4);
  assert.throws(() => enter('a third'), FULL, 'of all');
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  assert.throws(() => enter('a third', 6), FULL, 'given back twice is given back once');
  enter('a third', 5);
  assert.throws(() => enter('one'), FULL);
});
