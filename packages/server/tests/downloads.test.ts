import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { composeMedia } from '../src/media.ts';
import type { Browser } from './support/cloud.ts';
import { type ListeningCloud, newListeningCloud } from './support/listening.ts';
import { newSide, type Side } from './support/side.ts';

const cloud = await newListeningCloud();
const PATCH_BYTES = 8 * 1024 * 1024;
/** More than the buffers of two sockets hold, so that the server is in the middle of it while nobody reads. */
const CLIP_CHUNKS = 448;

async function newSideWithLongClip(at: ListeningCloud) {
  const side = await newSide(at);
  const { agent, household } = side;
  const part = new Uint8Array(randomBytes(65_536));
  const event = await agent.record(household, {
    clipParts: Array.from({ length: CLIP_CHUNKS }, () => part),
  });
  const { clip } = event;
  await agent.putEvent(event, [clip.growing(1)]);
  await agent.createUpload(clip);
  for (let offset = 0; offset < clip.bytes.length; offset += PATCH_BYTES) {
    const sent = await agent.patchUpload(clip, {
      offset,
      bytes: clip.bytes.slice(offset, offset + PATCH_BYTES),
    });
    assert.equal(sent.status, 204, await sent.clone().text());
  }
  return {
    side,
    path: `/api/homes/${household.home}/events/${event.event}/clip/0`,
    bytes: clip.bytes.length,
  };
}

/** A download that has begun and of which nothing more is read. */
const begin = (at: ListeningCloud, { cookie }: Browser, path: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(new URL(path, at.url), { headers: { cookie: cookie ?? '' }, agent: false }, (response) => {
      response.once('readable', () => resolve(response));
    }).once('error', reject);
  });

/** Reads the rest; how many bytes came in all. */
async function rest(response: IncomingMessage): Promise<number> {
  let bytes = 0;
  try {
    for await (const chunk of response) bytes += chunk.length;
  } catch {
    // It was cut off.
  }
  return bytes;
}

/** The server's own end of each connection, by the port of the other: a reader that waits does not see that it is cut. */
function serverSockets(at: ListeningCloud): (response: IncomingMessage) => Socket {
  const sockets = new Map<number | undefined, Socket>();
  at.server.server.on('connection', (socket: Socket) => sockets.set(socket.remotePort, socket));
  return (response) => {
    const socket = sockets.get(response.socket.localPort);
    assert.ok(socket !== undefined);
    return socket;
  };
}
const untilClosed = async (socket: Socket): Promise<void> => {
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
};
const socketOf = serverSockets(cloud);

const ENDINGS: Record<string, (side: Side) => Promise<unknown>> = {
  session: ({ household }) => household.browser.call('logout'),
  membership: ({ household }) =>
    cloud.owner`update memberships set validity = tstzrange(lower(validity), now())
      where home_id = ${household.home}`,
};
for (const [what, end] of Object.entries(ENDINGS))
  test(`a download under way is cut off when its ${what} has ended`, async () => {
    const { side, path, bytes } = await newSideWithLongClip(cloud);
    const response = await begin(cloud, side.household.browser, path);
    assert.equal(response.statusCode, 200);
    assert.equal(Number(response.headers['content-length']), bytes);
    await end(side);
    await untilClosed(socketOf(response));
    assert.ok((await rest(response)) < bytes);
  });

test('a download goes on to its end when another session of the account ends', async () => {
  const { side, path, bytes } = await newSideWithLongClip(cloud);
  const response = await begin(cloud, side.household.browser, path);
  await cloud.owner`insert into sessions (session_id, account_id, token_hash, kind, device, expires_at)
    select 'sess_00000000000000000000000001', account_id, repeat('A', 43), 'full', 'x', now() + interval '1 hour'
    from memberships where home_id = ${side.household.home}`;
  await cloud.owner`update sessions set ended_at = now() where session_id = 'sess_00000000000000000000000001'`;
  assert.equal(await rest(response), bytes);
});

test('a session that has run out cuts its download off, though nobody tells', async () => {
  const one = await newListeningCloud({
    outside: {
      media: (foundation) => composeMedia(foundation, { egress: { downloads: { recheckMilliseconds: 20 } } }),
    },
  });
  const socketOfOne = serverSockets(one);
  const { side, path, bytes } = await newSideWithLongClip(one);
  const response = await begin(one, side.household.browser, path);
  await one.owner`update sessions set started_at = now() - interval '2 days',
    last_seen_at = now() - interval '2 days', expires_at = now() - interval '1 day'`;
  await untilClosed(socketOfOne(response));
  assert.ok((await rest(response)) < bytes);
});

test('an account has only so many downloads at once, and one that ended makes room', async () => {
  const one = await newListeningCloud({
    outside: {
      media: (foundation) =>
        composeMedia(foundation, { egress: { downloads: { downloadsPerAccountMax: 1 } } }),
    },
  });
  const { side, path, bytes } = await newSideWithLongClip(one);
  const first = await begin(one, side.household.browser, path);
  const second = await begin(one, side.household.browser, path);
  assert.equal(second.statusCode, 429);
  assert.equal(await rest(first), bytes);
  const third = await begin(one, side.household.browser, path);
  assert.equal(third.statusCode, 200);
  assert.equal(await rest(third), bytes);
});
