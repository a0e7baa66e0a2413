import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type LiveGuards, liveGuards } from '../src/live/guards.ts';
import { honestMessages, liveCases, outcome, senseless, takenOut } from './support/live-cases.ts';

test('an honest agent is believed: its beginning and every picture are handed on', async () => {
  assert.equal(await outcome(honestMessages), 'begin fragment fragment fragment');
});

describe('the receiver refuses', () => {
  for (const { promise, guard, messages, refused } of liveCases)
    test(`${promise} (${guard})`, async () => assert.equal(await outcome(messages), refused));
  for (const [promise, messages, refused] of senseless)
    test(promise, async () => assert.equal(await outcome(messages), refused));
});

describe('with one guard taken out', () => {
  for (const { promise, guard, messages, refused } of liveCases)
    test(`${promise} is noticed to be unguarded without ${guard}`, async () => {
      const weakened: LiveGuards = { ...liveGuards, [guard]: takenOut[guard] };
      assert.notEqual(await outcome(messages, weakened), refused);
    });

  test('every guard has a case that needs it', () => {
    const covered = new Set<string>(liveCases.map(({ guard }) => guard));
    assert.deepEqual(
      Object.keys(liveGuards).filter((name) => !covered.has(name)),
      [],
    );
  });
});
