import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPace } from './pace.ts';

const key = { keyFrame: true, isRepeated: false, bytes: 300 };
const picture = { keyFrame: false, isRepeated: false, bytes: 10 };

test('whoever keeps up gets everything', () => {
  const pace = createPace(100);
  for (const record of [key, picture, picture, key]) assert.ok(pace.goes(record, 0));
});

test('behind a picture that was left out comes a key frame, as soon as there is room for one', () => {
  const pace = createPace(100);
  assert.ok(pace.goes(picture, 100));
  assert.equal(pace.goes(picture, 101), false);
  assert.equal(pace.goes(picture, 0), false);
  assert.equal(pace.goes(key, 101), false);
  assert.ok(pace.goes(key, 100));
  assert.ok(pace.goes(picture, 0));
});

test('a key frame that is larger than the bound does not hold up the pictures behind it', () => {
  const pace = createPace(100);
  assert.ok(pace.goes(key, 0));
  assert.ok(pace.goes(picture, 300));
  assert.ok(pace.goes(picture, 400));
  assert.equal(pace.goes(picture, 401), false);
});

test('what a viewer is given to begin with is no slowness, until it has taken it', () => {
  const pace = createPace(100);
  for (const waiting of [0, 100, 150])
    assert.ok(pace.goes({ ...picture, bytes: 100, isRepeated: true }, waiting));
  assert.ok(pace.goes(picture, 400));
  assert.equal(pace.goes(picture, 401), false);
  assert.ok(pace.goes(key, 400));
  assert.ok(pace.goes(picture, 100));
  assert.equal(pace.goes(picture, 101), false);
});

test('behind a picture that may not go for another reason comes a key frame, too', () => {
  const pace = createPace(100);
  assert.ok(pace.goes(key, 0));
  pace.skip();
  assert.equal(pace.goes(picture, 0), false);
  assert.ok(pace.goes(key, 0));
  assert.ok(pace.goes(picture, 0));
});
