import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepsOf } from './steps.ts';

test('the first run has five steps, in the order in which they can be done', () => {
  const none = { hasRecoveryCode: false, hasAgent: false, hasCamera: false, hasEvent: false };
  assert.deepEqual(
    stepsOf(none).map(({ done }) => done),
    [true, false, false, false, false],
  );
  assert.deepEqual(
    stepsOf({ ...none, hasRecoveryCode: true, hasAgent: true }).map(({ done }) => done),
    [true, true, true, false, false],
  );
});
