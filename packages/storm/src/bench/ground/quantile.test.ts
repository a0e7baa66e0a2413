import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantile } from './quantile.ts';

test('a quantile is a value that was measured, by the nearest rank', () => {
  const ten = [90, 10, 100, 30, 20, 60, 50, 40, 80, 70];
  assert.deepEqual(
    [0.01, 0.5, 0.51, 0.95, 0.99, 1].map((part) => quantile(ten, part)),
    [10, 50, 60, 100, 100, 100],
  );
  assert.equal(quantile([7], 0.5), 7);
  assert.equal(ten[0], 90, 'the values stay in their order');
});

test('of nothing there is no quantile', () => {
  assert.ok(Number.isNaN(quantile([], 0.5)));
});
