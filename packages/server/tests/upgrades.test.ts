import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { newListeningCloud } from './support/listening.ts';
import { connectSocket } from './support/live.ts';
import { newSide } from './support/side.ts';

const cloud = await newListeningCloud();
const side = await newSide(cloud);
const { home, browser } = side.household;
const path = `/api/homes/${home}/cameras/${side.agent.camera}/live`;
const cookie = browser.cookie ?? '';

/** Sends the lines as they are, never ends its own half, and answers all that came until the other half ended. */
async function raw(...lines: string[]): Promise<string> {
  const socket = connect({ port: Number(cloud.url.port), host: cloud.url.hostname, allowHalfOpen: true });
  socket.write(lines.join('\r\n'));
  let text = '';
  socket.on('data', (part) => {
    text += part.toString('latin1');
  });
  await once(socket, 'end');
  return text;
}
const head = (request: string, ...headers: string[]): string[] => [
  request,
  `host: ${cloud.url.host}`,
  ...headers,
];
const SOCKET = ['connection: upgrade', 'upgrade: websocket', 'sec-websocket-version: 13'];
const KEY = 'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==';

test('who is refused a socket gets a plain answer, and the connection is closed on both sides', async () => {
  const answer = await raw(
    ...head(`GET ${path} HTTP/1.1`, ...SOCKET, KEY, `origin: ${cloud.origin}`),
    '',
    '',
  );
  assert.match(answer, /^HTTP\/1\.1 401 /);
  assert.match(answer, /connection: close/i);
  const count = (): Promise<number> =>
    new Promise((resolve, reject) =>
      cloud.server.server.getConnections((error, found) => (error === null ? resolve(found) : reject(error))),
    );
  // The other side has not said goodbye, and holds nothing here all the same.
  cloud.server.server.closeIdleConnections();
  while ((await count()) > 0) await new Promise((resolve) => setImmediate(resolve));
});

test('a request that offers another upgrade is answered like every other request, body and all', async () => {
  const body = '{"email":5}';
  const answer = await raw(
    ...head('POST /api/login/start HTTP/1.1', 'connection: upgrade, close', 'upgrade: h2c'),
    `origin: ${cloud.origin}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    '',
    body,
  );
  assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*"path":"input.email/);
  const posted = await raw(
    ...head('POST /api/login/start HTTP/1.1', 'connection: upgrade, close', 'upgrade: websocket'),
    `origin: ${cloud.origin}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    '',
    body,
  );
  assert.match(posted, /^HTTP\/1\.1 400 [\s\S]*"path":"input.email/);
});

test('a handshake that is none is refused, and nothing is left of it', async () => {
  const origin = `origin: ${cloud.origin}`;
  const answer = await raw(...head(`GET ${path} HTTP/1.1`, ...SOCKET, origin, `cookie: ${cookie}`), '', '');
  assert.match(answer, /^HTTP\/1\.1 400 /);
  assert.equal(cloud.logged.filter((line) => line.includes('"level":"error"')).length, 0);
});

test('a page says its origin: without one, or with another, there is no socket', async () => {
  for (const headers of [{ cookie }, { cookie, origin: 'https://elsewhere.example' }]) {
    const refused = await connectSocket(new URL(path, cloud.url), headers);
    assert.ok('status' in refused);
    assert.equal(refused.status, 403);
  }
  const opened = await connectSocket(new URL(path, cloud.url), { cookie, origin: cloud.origin });
  assert.ok(!('status' in opened));
  opened.terminate();
});

for (const [name, of, ...more] of [
  ['an upgrade', path, `origin: ${cloud.origin}`],
  ['the upgrade of an agent with a ticket', '/api/agent/link', 'authorization: Ticket a.b'],
] as const)
  test(`${name} that comes behind a request that is not answered yet ends its connection, and nothing else`, async () => {
    const socket = connect(Number(cloud.url.port), cloud.url.hostname);
    const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
    let text = '';
    socket.on('data', (part) => {
      text += part.toString('latin1');
    });
    const asked = head('GET /api/account HTTP/1.1', `cookie: nightlatch=${'A'.repeat(43)}`);
    const upgrade = head(`GET ${of} HTTP/1.1`, ...SOCKET, KEY, ...more);
    socket.write([...asked, '', ...upgrade, '', ''].join('\r\n'));
    await closed;
    assert.equal(text, '');
    assert.equal((await fetch(new URL('/api/health', cloud.url))).status, 200);
  });
