import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exponentOf } from './exponent.ts';

test('cost that grows with the square has the exponent 2, and with the count itself 1', () => {
  const points = (exponent: number) =>
    [250, 1000, 8000].map((count) => ({ count, cost: 3 * count ** exponent }));
  for (const exponent of [1, 1.05, 2]) assert.ok(Math.abs(exponentOf(points(exponent)) - exponent) < 1e-9);
});
