import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CameraId, EventId } from '@nightlatch/protocol/ids';
import { createInbox } from './inbox.ts';

const FOREVER_MILLISECONDS = 2 ** 30;
const event = EventId.parse(`evt_${'0'.repeat(26)}`);
const camera = CameraId.parse(`cam_${'0'.repeat(26)}`);

test('messages come out in their order, also to a reader that waits', async () => {
  const inbox = createInbox(4);
  const waiting = inbox.next(FOREVER_MILLISECONDS);
  inbox.put({ kind: 'cameras' });
  inbox.put({ kind: 'event', event, camera });
  assert.deepEqual(await waiting, { kind: 'cameras' });
  assert.deepEqual(await inbox.next(FOREVER_MILLISECONDS), { kind: 'event', event, camera });
  assert.equal(await inbox.next(1), 'nothing');
});

test('"look again" that waits already is not put in twice; events are', async () => {
  const inbox = createInbox(4);
  for (const _ of [1, 2, 3]) inbox.put({ kind: 'cameras' });
  inbox.put({ kind: 'event', event, camera });
  inbox.put({ kind: 'event', event, camera });
  assert.deepEqual(await inbox.next(1), { kind: 'cameras' });
  assert.deepEqual(await inbox.next(1), { kind: 'event', event, camera });
  assert.deepEqual(await inbox.next(1), { kind: 'event', event, camera });
  assert.equal(await inbox.next(1), 'nothing');
});

test('an inbox that would overflow closes instead of losing something in silence', async () => {
  const inbox = createInbox(2);
  for (const _ of [1, 2, 3]) inbox.put({ kind: 'event', event, camera });
  assert.equal(await inbox.next(1), 'closed');
});

test('a wake and a close reach a reader that waits', async () => {
  const inbox = createInbox(2);
  const woken = inbox.next(FOREVER_MILLISECONDS);
  inbox.wake();
  assert.equal(await woken, 'nothing');
  const closed = inbox.next(FOREVER_MILLISECONDS);
  inbox.close();
  assert.equal(await closed, 'closed');
});
