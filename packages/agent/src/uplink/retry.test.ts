import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudAway, CloudRefusal, failureOf, SessionEnded } from './failures.ts';
import { comebackMilliseconds, delayMilliseconds, slotMilliseconds } from './retry.ts';

test('waits are fully jittered and capped at a minute', () => {
  const away = new CloudAway('away');
  assert.equal(delayMilliseconds(1, away, 0), 0);
  assert.equal(delayMilliseconds(1, away, 1), 2000);
  assert.equal(delayMilliseconds(3, away, 0.5), 4000);
  assert.equal(delayMilliseconds(1000, away, 1), 60_000);
});

test('what the cloud asks for by Retry-After is waited in any case, and the jitter comes on top', () => {
  const busy = failureOf(new Response('', { status: 503, headers: { 'retry-after': '7' } }), '', 0);
  assert.equal(delayMilliseconds(1, busy, 0), 7000);
  assert.equal(delayMilliseconds(1, busy, 1), 9000);
  const absurd = failureOf(new Response('', { status: 429, headers: { 'retry-after': '999999' } }), '', 0);
  assert.equal(delayMilliseconds(1, absurd, 0), 900_000);
});

test('only what waiting cannot heal counts as a refusal', () => {
  for (const status of [400, 404, 409, 410, 413, 422]) {
    assert.ok(failureOf(new Response('', { status }), '', 0) instanceof CloudRefusal, String(status));
  }
  for (const status of [403, 408, 423, 429, 500, 502, 503, 507]) {
    assert.ok(failureOf(new Response('', { status }), '<html>', 0) instanceof CloudAway, String(status));
  }
  assert.ok(failureOf(new Response('', { status: 401 }), '', 0) instanceof SessionEnded);
});

const slot = { position: 0.25, windowMilliseconds: 8000 };
const lost = { failures: 1, error: null, slot, now: 16_000, fraction: 0.5 };

test('with a slot the agent comes back at its moment of this window, and then once in each window', () => {
  assert.equal(comebackMilliseconds(lost), 2000);
  assert.equal(comebackMilliseconds({ ...lost, now: 18_001 }), 7999);
  const again = { ...lost, failures: 2, error: new CloudAway('away') };
  assert.equal(comebackMilliseconds({ ...again, now: 18_002 }), 7998);
  // A timer that fired early, too.
  assert.equal(comebackMilliseconds({ ...again, now: 17_999 }), 8001);
});

test('at whatever moment a fleet is let back, it comes evenly within one window', () => {
  const agents = Array.from({ length: 800 }, (_, at) => ({ ...slot, position: (at * 0.618034) % 1 }));
  const at = agents.map((one) => slotMilliseconds(one, 123_456_789)).sort((one, other) => one - other);
  assert.ok(at.every((wait) => wait >= 0 && wait < 8000));
  for (let second = 0; second < 8; second++) {
    const count = at.filter((wait) => Math.floor(wait / 1000) === second).length;
    assert.ok(Math.abs(count - 100) <= 2, `${count} in second ${second}`);
  }
});

test('what a refusal says is obeyed before the slot, with no more jitter than a second, but not for ever', () => {
  const error = failureOf(new Response('', { status: 503, headers: { 'retry-after': '7' } }), '', 0);
  assert.equal(comebackMilliseconds({ ...lost, error }), 7500);
  assert.equal(comebackMilliseconds({ ...lost, error, failures: 3 }), 7500);
  assert.equal(comebackMilliseconds({ ...lost, error, failures: 4 }), 7000 + 8000);
});

test('without a slot it is capped full jitter', () => {
  const away = { ...lost, slot: null, error: new CloudAway('away') };
  assert.equal(comebackMilliseconds(away), 1000);
  assert.equal(comebackMilliseconds({ ...away, failures: 100 }), 30_000);
});
