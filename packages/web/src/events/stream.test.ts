import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitBefore } from './stream.ts';

test('browsers come back after a random part of a growing time, and of at most half a minute', () => {
  assert.equal(
    waitBefore(0, () => 1),
    1_000,
  );
  assert.equal(
    waitBefore(3, () => 0.5),
    4_000,
  );
  assert.equal(
    waitBefore(50, () => 1),
    30_000,
  );
  assert.equal(
    waitBefore(50, () => 0),
    250,
  );
});
