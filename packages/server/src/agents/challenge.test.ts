import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createChallenges } from './challenge.ts';

test('a challenge is good for a minute, at the installation that gave it, unchanged', () => {
  let now = 1_700_000_000_000;
  const made = (key: Uint8Array) => createChallenges({ key, clock: () => now, random: randomBytes });
  const key = randomBytes(32);
  const challenges = made(key);
  const challenge = challenges.issue();
  assert.notEqual(challenges.issue(), challenge);
  assert.ok(challenges.accepts(challenge));
  assert.ok(!made(randomBytes(32)).accepts(challenge));
  const bytes = Buffer.from(challenge, 'base64url');
  for (const index of [0, 7, 8, 23, 24, 55]) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 1;
    assert.ok(!challenges.accepts(changed.toString('base64url')), `byte ${index}`);
  }
  assert.ok(!challenges.accepts(''));
  now += 60_000;
  assert.ok(challenges.accepts(challenge));
  now += 1;
  assert.ok(!challenges.accepts(challenge));
  now -= 60_002;
  assert.ok(!challenges.accepts(challenge), 'from the future');
});
