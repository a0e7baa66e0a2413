import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createByteQueue } from './byte-queue.ts';

test('pieces of any length give the same bytes in any other lengths', () => {
  const queue = createByteQueue();
  const bytes = Uint8Array.from({ length: 100 }, (_, index) => index);
  for (const [from, to] of [
    [0, 1],
    [1, 40],
    [40, 40],
    [40, 97],
    [97, 100],
  ])
    queue.put(bytes.subarray(from, to));
  const taken = [3, 0, 37, 50, 10].map((count) => [...(queue.take(count) ?? [])]);
  assert.deepEqual(taken.flat(), [...bytes]);
  assert.equal(queue.length, 0);
});

test('more than is there is not given, and nothing is lost by asking', () => {
  const queue = createByteQueue();
  queue.put(Uint8Array.of(1, 2));
  assert.equal(queue.take(3), null);
  queue.put(Uint8Array.of(3));
  assert.deepEqual([...(queue.take(3) ?? [])], [1, 2, 3]);
});
