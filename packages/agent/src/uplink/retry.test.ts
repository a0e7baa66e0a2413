import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudAway, CloudRefusal, failureOf, SessionEnded } from './failures.ts';
import { delayMilliseconds } from './retry.ts';

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
