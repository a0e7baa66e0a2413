import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Overload } from './admission.ts';
import { createPlaces } from './places.ts';

const OWN_FULL = { kind: 'unavailable', retryAfterSeconds: 2 };
const FULL = { kind: 'unavailable', retryAfterSeconds: 1 };

test('one has so many places and all together so many, and what is given back is there again', () => {
  const enter = createPlaces<string>({ max: 10, ofOneMax: 6 });
  const first = enter('one', 5);
  assert.throws(() => enter('one', 2), OWN_FULL, 'of one');
  enter('one');
  enter('another', 4);
  assert.throws(() => enter('a third'), FULL, 'of all');
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  assert.throws(() => enter('a third', 6), FULL, 'given back twice is given back once');
  enter('a third', 5);
  assert.throws(() => enter('one'), FULL);
});

test('who finds no place is told to come behind all who found none before', () => {
  const enter = createPlaces<number>({ max: 1, ofOneMax: 1, monotonic: () => 0 });
  enter(0);
  const told: unknown[] = [];
  for (let who = 1; who <= 250; who++)
    assert.throws(
      () => enter(who),
      (error) => error instanceof Overload && told.push(error.retryAfterSeconds) > 0,
    );
  assert.deepEqual([told[0], told[99], told[100], told[249]], [1, 1, 2, 3]);
});
