import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { closeSoon, cutWhenSilent } from './sockets.ts';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
await once(server, 'listening');
after(() => server.close());

async function pair(autoPong: boolean) {
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const accepted = once(server, 'connection');
  const there = new WebSocket(`ws://127.0.0.1:${address.port}`, { autoPong });
  const [here] = await accepted;
  assert.ok(here instanceof WebSocket);
  await once(there, 'open');
  return { here, there };
}

test('a socket whose other side is silent is cut; one from which anything comes is not', async () => {
  const { here, there } = await pair(false);
  cutWhenSilent(here, 5);
  // No pong comes from this one either: it waits behind what is under way.
  let pings = 0;
  there.on('ping', () => {
    pings += 1;
    if (pings < 10) there.send('still here');
  });
  await once(here, 'close');
  assert.ok(pings >= 10);

  const living = await pair(true);
  cutWhenSilent(living.here, 5);
  for (let count = 0; count < 10; count++) await once(living.there, 'ping');
  assert.equal(living.here.readyState, WebSocket.OPEN);
  living.there.terminate();
});

test('a goodbye that nobody answers is not waited for', async () => {
  const { here, there } = await pair(true);
  there.pause();
  closeSoon(here, 4503);
  await once(here, 'close');
  there.terminate();
});
