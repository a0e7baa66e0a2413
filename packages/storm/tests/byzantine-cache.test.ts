import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lock } from '../src/storm/locks.ts';
import type { Crossing } from '../src/storm/oracle.ts';
import { scenario } from '../src/storm/scenarios/byzantine-cache.ts';

const ATTEMPTS_MAX = 4;

/** A tenth of a whole run, in a small town. */
const short = (without: readonly Lock[], seed = 7) =>
  scenario.run({
    ...{ cameras: 20, seed, length: 0.1, without, say: () => undefined },
    signal: new AbortController().signal,
  });

test('with every lock, a cache that answers out of turn and has foreign entries shows nobody another home', async () => {
  const result = await short([]);
  assert.ok(result.faultsInjected > 0, 'something went wrong');
  assert.ok(result.deliveries > 0, 'something was delivered');
  assert.deepEqual([result.foreignDeliveries, result.foreignOpened, result.eventsLost], [0, 0, 0]);
});

test("without the cache's locks and the egress the oracle finds what the cache has crossed", async () => {
  // In so short a run it may be that nobody looks where something foreign stands.
  let crossings: readonly Crossing[] = [];
  for (let seed = 7; crossings.length === 0; seed++) {
    assert.ok(seed < 7 + ATTEMPTS_MAX, 'the oracle is blind');
    ({ crossings } = await short(['cache-proof', 'cache-envelope', 'egress'], seed));
  }
  assert.ok(crossings.every(({ channel }) => channel === 'counts' || channel === 'log'));
});
