import assert from 'node:assert/strict';
import { it } from 'node:test';
import { messageBytes, type Told } from './messages.ts';
import { createOutbox } from './outbox.ts';

it('makes the pull wait while more is under way than it may, and lets it go on when that is dealt with', async () => {
  const sent: Told[] = [];
  const outbox = createOutbox((message) => sent.push(message), 1000);
  const big: Told = {
    kind: 'fragment',
    recording: 1,
    bytes: new Uint8Array(2000),
    atMilliseconds: 0,
    keyFrame: true,
  };
  await outbox.room();
  outbox.tell(big);
  let went = false;
  const waiting = outbox.room().then(() => {
    went = true;
  });
  await Promise.resolve();
  assert.equal(went, false);
  outbox.taken(messageBytes(big));
  await waiting;
  assert.equal(sent.length, 1);
});
