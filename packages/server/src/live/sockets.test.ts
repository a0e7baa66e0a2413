import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { WebSocket, WebSocketServer } from 'ws';
import { closeSoon, cutOff, cutWhenSilent, madeOf } from './sockets.ts';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
await once(server, 'listening');
after(() => server.close());

function addressOf(of: WebSocketServer) {
  const address = of.address();
  assert.ok(address !== null && typeof address === 'object');
  return address;
}

async function pair(autoPong: boolean) {
  const address = addressOf(server);
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

const RECORD_BYTES = 1024 * 1024;
const RECORDS = 32;
const HANDSHAKE =
  'GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n';

/** With TLS in the same process, as a cloud without a proxy in front of it would have it. */
async function newTlsServer() {
  const directory = await mkdtemp(path.join(tmpdir(), 'nightlatch-sockets-'));
  after(() => rm(directory, { recursive: true }));
  const [key, cert] = [path.join(directory, 'key.pem'), path.join(directory, 'certificate.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-subj', '/CN=localhost', '-keyout', key, '-out', cert],
  ]);
  const https = createServer({ key: await readFile(key), cert: await readFile(cert) });
  const sockets = new WebSocketServer({ server: https });
  https.listen(0, '127.0.0.1');
  await once(https, 'listening');
  after(() => https.close());
  return sockets;
}
const ENDS: Record<string, (here: WebSocket, there: Socket) => void> = {
  'that is cut off': (here) => cutOff(here),
  'whose goodbye is not heard': (here) => closeSoon(here, 4403),
  'whose other side has closed its half and says no more': (_, there) => void there.end(),
  'from which nothing comes any more': (here) => cutWhenSilent(here, 5),
};
for (const [what, end] of Object.entries(ENDS))
  test(`what waits for a slow reader is lost with a socket ${what}`, async () => {
    const { port } = addressOf(server);
    const accepted = once(server, 'connection');
    const there = connect(port, '127.0.0.1');
    there.write(HANDSHAKE);
    const [here, request] = await accepted;
    assert.ok(here instanceof WebSocket && request instanceof IncomingMessage);
    madeOf(here, request.socket);
    here.on('error', () => {});
    // Nobody reads at the other end; more is given than the machine's buffers take.
    for (let record = 0; record < RECORDS; record++) here.send(new Uint8Array(RECORD_BYTES));
    const ended = once(there, 'error');
    const closed = once(here, 'close');
    end(here, there);
    await closed;
    there.once('end', () => there.destroy(new Error('everything was read to its end')));
    there.resume();
    const [error] = await ended;
    assert.match(String(error), /ECONNRESET/);
  });

const behindTls = await newTlsServer();
for (const [what, end] of Object.entries(ENDS))
  test(`behind TLS, what waits in this process for a slow reader is lost with a socket ${what}`, async () => {
    const accepted = once(behindTls, 'connection');
    const { port } = addressOf(behindTls);
    const there = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    there.write(HANDSHAKE);
    const [here, request] = await accepted;
    assert.ok(here instanceof WebSocket && request instanceof IncomingMessage);
    madeOf(here, request.socket);
    here.on('error', () => {});
    for (let record = 0; record < RECORDS; record++) here.send(new Uint8Array(RECORD_BYTES));
    const closed = once(here, 'close');
    end(here, there);
    await closed;
    let bytes = 0;
    there.on('data', (part) => {
      bytes += part.length;
    });
    there.on('error', () => {});
    await once(there, 'close');
    assert.ok(bytes < (RECORDS / 2) * RECORD_BYTES, `${bytes} bytes came`);
  });
