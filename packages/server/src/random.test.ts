import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pooledRandom } from './random.ts';

test('random bytes are as many as were asked for, and never those of before', () => {
  const random = pooledRandom();
  const seen = new Set<string>();
  for (let draw = 0; draw < 2_000; draw++)
    for (const count of [16, 32, 64, 65]) {
      const given = random(count);
      assert.equal(given.length, count);
      seen.add(Buffer.from(given.subarray(0, 16)).toString('hex'));
    }
  assert.equal(seen.size, 8_000);
  assert.ok(!seen.has('00'.repeat(16)));
});
