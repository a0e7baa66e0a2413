import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBell } from './bell.ts';

test('a ring while nobody waits is heard by the next who does, once', async () => {
  const bell = createBell();
  const gone = new AbortController();
  bell.ring();
  await bell.wait(null, gone.signal);
  const second = bell.wait(null, gone.signal);
  gone.abort(new Error('left'));
  await assert.rejects(second, { message: 'left' });
});

test('a ring wakes who waits, and an abort ends the wait', async () => {
  const bell = createBell();
  const wait = bell.wait(null, new AbortController().signal);
  bell.ring();
  await wait;
  await assert.rejects(bell.wait(null, AbortSignal.abort(new Error('left'))), { message: 'left' });
});
