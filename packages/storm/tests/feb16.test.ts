import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scenario } from '../src/storm/scenarios/feb16.ts';

// A whole run has thousands of cameras and takes minutes: npm run storm -- feb16.
test('after an outage everybody comes back, each in their own slot, nothing is lost, and nobody sees another home', async () => {
  const result = await scenario.run({
    ...{ cameras: 20, seed: 7, length: 0.1, without: [], say: () => undefined },
    signal: new AbortController().signal,
  });
  assert.deepEqual(
    [result.foreignDeliveries, result.foreignOpened, result.deliveriesUnwritten, result.eventsLost],
    [0, 0, 0, 0],
  );
  // Two for each camera while the cloud was away, and one before.
  assert.ok(result.eventsAcknowledged >= 60);
  assert.ok(result.deliveries > 0 && result.legitimateSuccess > 0.999);
  assert.ok(result.attemptsPerCamera !== null && result.attemptsPerCamera <= 1.3);
});
