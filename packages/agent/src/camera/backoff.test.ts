import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reconnectDelay } from './backoff.ts';

describe('waiting before a camera is asked again', () => {
  it('waits for up to twice as long after each failure, and never above 30 s', () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 1000].map((attempt) => reconnectDelay(attempt, () => 1));
    assert.deepEqual(longest, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('spreads over the whole span, and never hammers', () => {
    assert.equal(
      reconnectDelay(9, () => 0),
      250,
    );
    assert.equal(
      reconnectDelay(9, () => 0.5),
      15_125,
    );
  });
});
