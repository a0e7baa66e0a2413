import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKnownCallers } from './known-callers.ts';

test('who was never met is looked at behind those who were, whatever they call for', () => {
  const known = createKnownCallers();
  known.met('somebody');
  assert.equal(known.urgencyOf('somebody', 'revocation'), 'revocation');
  for (const stranger of ['nobody', undefined])
    for (const [priority, urgency] of [
      ['revocation', 'metadata'],
      ['live', 'metadata'],
      ['metadata', 'metadata'],
      ['media', 'media'],
    ] as const)
      assert.equal(known.urgencyOf(stranger, priority), urgency);
});

test('so many are remembered, and who was met last is forgotten last', () => {
  const known = createKnownCallers(2);
  for (const name of ['first', 'second', 'first', 'third', undefined]) known.met(name);
  assert.deepEqual(
    ['first', 'second', 'third'].map((name) => known.urgencyOf(name, 'live')),
    ['live', 'metadata', 'live'],
  );
});
