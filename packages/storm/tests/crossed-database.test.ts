import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_LOCKS, type Lock } from '../src/storm/locks.ts';
import { scenario } from '../src/storm/scenarios/crossed-database.ts';

/** A tenth of a whole run, in a small town. */
const short = (without: readonly Lock[]) =>
  scenario.run({
    ...{ cameras: 20, seed: 7, length: 0.1, without, say: () => undefined },
    signal: new AbortController().signal,
  });

test('with every lock, replies of the database that go wrong show nobody another home', async () => {
  const result = await short([]);
  assert.ok(result.faultsInjected > 0, 'something went wrong');
  assert.ok(result.deliveries > 0, 'something was delivered');
  assert.ok(result.deliveriesByChannel.notice > 0, 'streams are open');
  assert.ok(result.liveOpened > 0, 'live pictures are watched');
  assert.deepEqual([result.foreignDeliveries, result.foreignOpened, result.eventsLost], [0, 0, 0]);
});

test('without all locks the oracle finds crossings, and even then nobody can open one', async () => {
  const { foreignDeliveries, foreignByChannel, foreignOpened } = await short(ALL_LOCKS);
  assert.ok(foreignDeliveries > 0);
  assert.ok(foreignByChannel.notice > 0);
  assert.ok(foreignByChannel.live > 0);
  assert.equal(foreignOpened, 0);
});
