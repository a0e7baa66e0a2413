import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CameraOfflineReason } from '@nightlatch/protocol/events';
import { stateInWords } from './words.ts';

const now = Date.UTC(2026, 0, 15, 15, 0);
const since = Date.UTC(2026, 0, 15, 14, 2);

test('an offline camera says since when and why, and what to do about it', () => {
  const told = stateInWords({ state: 'offline', since, reason: 'password-refused' }, now, 'UTC');
  assert.match(told.words, /^Offline since (14:02|02:02).*: password refused$/);
  assert.equal(told.tone, 'bad');
  assert.match(told.advice ?? '', /password/);
});

test('every reason has words of its own', () => {
  const words = CameraOfflineReason.options.map(
    (reason) => stateInWords({ state: 'offline', since, reason }, now, 'UTC').words,
  );
  assert.equal(new Set(words).size, CameraOfflineReason.options.length);
});

test('a camera that works needs no advice', () => {
  assert.equal(stateInWords({ state: 'watching', since, reason: null }, now, 'UTC').advice, null);
});
