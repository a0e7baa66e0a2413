import assert from 'node:assert/strict';
import test from 'node:test';
import { stallAfter, waitBeforeAsking } from './watch.ts';
import { phaseInWords } from './words.ts';

test('each wait before asking again is longer, never none at all, and at most ten seconds', () => {
  assert.equal(
    waitBeforeAsking(0, () => 1),
    500,
  );
  assert.equal(
    waitBeforeAsking(0, () => 0),
    125,
  );
  assert.equal(
    waitBeforeAsking(3, () => 1),
    4_000,
  );
  assert.equal(
    waitBeforeAsking(40, () => 1),
    10_000,
  );
});

test('a picture may stand still for twice the distance of its key frames, within bounds', () => {
  assert.deepEqual([0, 1_000, 4_000, 60_000].map(stallAfter), [3_000, 3_000, 8_000, 15_000]);
});

test('why a camera is offline is told where the cloud knows it', () => {
  const state = { phase: 'camera-offline', tracks: null, words: null } as const;
  const row = { state: 'offline', since: 0, reason: 'password-refused' } as const;
  assert.match(phaseInWords(state, row, 0)?.words ?? '', /password refused/);
  assert.equal(phaseInWords(state, null, 0)?.words, 'The camera sends no picture.');
  assert.equal(phaseInWords({ ...state, phase: 'live' }, row, 0), null);
});
