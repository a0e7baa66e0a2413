import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createStateTeller } from './state.ts';

it('tells a state when it changes, and keeps its beginning over retries for the same reason', () => {
  const told: unknown[] = [];
  let now = 1;
  const become = createStateTeller(
    () => now,
    (state) => told.push(state),
  );
  become('offline', 'unreachable');
  now = 2;
  become('offline', 'unreachable');
  now = 3;
  become('offline', 'password-refused');
  assert.deepEqual(told, [
    { state: 'offline', reason: 'unreachable', since: 1 },
    { state: 'offline', reason: 'password-refused', since: 3 },
  ]);
});
