import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ABLATIONS, ablationFailures, ablationTable } from './ablation.ts';
import { ALL_LOCKS, type Lock, parseLocks } from './locks.ts';
import { failuresOf, type StormResult } from './result.ts';

const NONE = { list: 0, thumbnail: 0, log: 0, counts: 0, notice: 0, live: 0 };
const result = (without: readonly Lock[], foreignDeliveries: number, foreignOpened = 0): StormResult => ({
  ...{ scenario: 's', seed: 1, without, cameras: 1, viewers: 1, faultsInjected: 9, deliveries: 1000 },
  ...{ deliveriesByChannel: NONE, foreignByChannel: NONE, liveOpened: 0 },
  ...{ foreignDeliveries, foreignOpened, legitimateSuccess: 1, successUnderFaults: 0.5 },
  ...{ eventsAcknowledged: 1, eventsLost: 0, recoverySeconds: 1, requestsPerEvent: 3, peakRssRatio: 1 },
  ...{
    mismatchesStopped: 0,
    deliveriesUnwritten: 0,
    attemptsPerCamera: null,
    recoveryAgainstIdeal: null,
    repliesDoubted: 0,
    crossings: [],
    troubles: {},
    seconds: 1,
  },
});

test('an ablation has every lock out alone, and all of them', () => {
  assert.equal(ABLATIONS.length, ALL_LOCKS.length + 2);
  const good = ABLATIONS.map((without) => result(without, without.length === ALL_LOCKS.length ? 7 : 0));
  assert.deepEqual(ablationFailures(good), []);
  assert.match(ablationTable(good), /\| \*\*all\*\* \| 9 \| 1,000 \| \*\*7\*\* \|/);
});

test('a crossing with one lock out, one that was opened, and a blind oracle are failures', () => {
  assert.deepEqual(ablationFailures([result(['gate'], 1)]), ['without gate something foreign was delivered']);
  assert.deepEqual(ablationFailures([result(ALL_LOCKS, 0)]), [
    'all locks are out, and no crossing was found',
  ]);
  assert.equal(ablationFailures([result(ALL_LOCKS, 3, 1)]).length, 1);
});

test('a run fails by what it promises, and one in which nothing was tried fails too', () => {
  assert.deepEqual(failuresOf(result([], 0)), []);
  assert.equal(failuresOf({ ...result([], 0), faultsInjected: 0 }).length, 1);
  assert.equal(
    failuresOf({ ...result([], 2, 1), eventsLost: 3, legitimateSuccess: 0.99, deliveriesUnwritten: 1 })
      .length,
    5,
  );
});

test('locks are named, one or several, and a stranger among them is told', () => {
  assert.deepEqual(parseLocks('gate,egress'), ['gate', 'egress']);
  assert.deepEqual(parseLocks('all'), ALL_LOCKS);
  assert.throws(() => parseLocks('gate,door'), /There is no lock "door"/);
});
