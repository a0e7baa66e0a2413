import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { MANIFEST_TYP, type Manifest } from '@nightlatch/protocol/manifest';
import { signJws } from '@nightlatch/vault/signing';
import { composeMedia } from '../src/media.ts';
import { openObjectStore } from '../src/objects/store.ts';
import { randomText } from './support/cloud.ts';
import { newHousehold } from './support/household.ts';
import { newListeningCloud } from './support/listening.ts';
import { newSide } from './support/side.ts';

let freeBytes = 1e12;
let asking = 0;
let room = Promise.resolve();
const cloud = await newListeningCloud({
  outside: {
    media: async (foundation) =>
      composeMedia(foundation, {
        objects: await openObjectStore({
          directory: path.join(foundation.config.dataDirectory, 'objects'),
          freeBytes: async () => {
            asking += 1;
            await room;
            return freeBytes;
          },
        }),
      }),
  },
});
const { household, agent } = await newSide(cloud);
const { home, browser } = household;

const rowsOf = async (event: string): Promise<number> =>
  (await cloud.owner`select 1 from objects where event_id = ${event}`).length;

test('a manifest of a thumbnail or of metadata is small, for a list has many; a clip’s may be large', async () => {
  const event = await agent.record(household);
  const padded = async (manifest: Manifest) =>
    agent.call('agent.put-event', {
      params: { event: event.event },
      input: {
        manifests: [
          await signJws(
            { ...manifest, padding: 'x'.repeat(32 * 1024) },
            { typ: MANIFEST_TYP, privateKey: agent.device.privateKey },
          ),
        ],
      },
    });
  assert.equal((await padded(event.thumbnail.manifest)).status, 422);
  assert.equal((await padded(event.metadata.manifest)).status, 422);
  assert.equal(await rowsOf(event.event), 0);
  assert.equal((await padded(event.clip.manifest)).status, 200);
});

test('a home log is bounded in bytes too, before it is read into memory', async () => {
  const other = await newHousehold(cloud);
  const large = 'A'.repeat(131_072);
  const hash = createHash('sha256').update(large).digest('base64url');
  await cloud.owner`insert into home_log (home_id, sequence, entry, entry_hash)
    select ${other.home}, 900000 + n, ${large}, ${hash} from generate_series(1, 64) n`;
  const camera = agent.camera;
  const entry = await other.sign({ kind: 'name-camera', camera, epoch: 1, sealedName: randomText(60) });
  const answer = await other.browser.call('home-log.append', {
    params: { home: other.home },
    input: { entries: [entry] },
  });
  assert.equal(answer.statusCode, 422);
  assert.match(answer.json().error.message, /full/);
});

test('an account makes only so many homes in an hour', async () => {
  const [genesis] = await cloud.owner`select entry from home_log where home_id = ${home} and sequence = 0`;
  const statuses = new Set<number>();
  for (let made = 0; made < 20; made++)
    statuses.add((await browser.call('homes.create', { input: { entry: genesis?.entry } })).statusCode);
  assert.deepEqual([...statuses], [200, 429]);
});

test('an event is not stored where the database beside it would run out of room', async () => {
  const event = await agent.record(household);
  freeBytes = 1000;
  const refused = await agent.putEvent(event, [event.clip.manifest]);
  assert.equal(refused.status, 507);
  assert.equal(await rowsOf(event.event), 0);
  freeBytes = 1e12;
  assert.equal((await agent.putEvent(event, [event.clip.manifest])).status, 200);
});

test('what is no longer growing takes no more room than its manifest says', async () => {
  const { thumbnail, ...event } = await agent.record(household);
  await agent.putEvent({ thumbnail, ...event }, [thumbnail.manifest]);
  await agent.createUpload(thumbnail);
  const answer = await agent.patchUpload(thumbnail, { offset: 0, bytes: new Uint8Array(5_000_000) });
  assert.equal(answer.status, 413);
  const file = `${event.event}.thumbnail.0.part`;
  const { size } = await stat(path.join(cloud.config.dataDirectory, 'objects', home, file));
  assert.ok(size <= thumbnail.bytes.length, String(size));
  const { bytes } = thumbnail;
  const offset = Number((await agent.headUpload(thumbnail)).headers.get('upload-offset'));
  assert.ok(offset <= bytes.length);
});

test('an upload without a length or with long metadata is refused and not stumbled over', async () => {
  const event = await agent.record(household);
  await agent.putEvent(event, [event.thumbnail.manifest]);
  assert.equal((await agent.createUpload(event.thumbnail, { length: 0 })).status, 400);
  await agent.createUpload(event.thumbnail);
  const none = await agent.patchUpload(event.thumbnail, { offset: 0, bytes: new Uint8Array(0), length: 0 });
  assert.equal(none.status, 400);
});

test('a container of which only a part of the header has arrived is not there yet, and calls nobody', async () => {
  const event = await agent.record(household);
  await agent.putEvent(event, [event.clip.growing(1)]);
  await agent.createUpload(event.clip);
  await agent.patchUpload(event.clip, { offset: 0, bytes: event.clip.bytes.slice(0, 20) });
  const params = { home, event: event.event, kind: 'clip', revision: 0 };
  assert.equal((await browser.call('objects.get', { params })).statusCode, 404);
  assert.ok(!cloud.logged.some((line) => line.includes('"mismatch"')));
});

test('a text that the database cannot keep and a place that is none are refused as input', async () => {
  const input = { what: 'event', asked: {}, reason: 'a\u0000b' };
  assert.equal((await browser.call('reports.create', { params: { home }, input })).statusCode, 400);
  const query = { before: `1.evt_${'z'.repeat(26)}` };
  assert.equal((await browser.call('events.list', { params: { home }, query })).statusCode, 400);
});

test('who sends bodies and does not finish them has no room for more, and takes nobody else’s', async () => {
  const other = await newSide(cloud);
  const event = await agent.record(household);
  const heads = [
    ...[`PUT /api/agent/events/${event.event} HTTP/1.1`, `host: ${cloud.url.host}`],
    ...[`authorization: Bearer ${agent.token}`, 'content-type: application/json'],
    `content-length: ${2 * 1024 * 1024}`,
  ];
  const sockets: Socket[] = [];
  // One more each time: where a report is under way, it has the room that the last of four would need.
  while ((await agent.report()).status !== 503) {
    const socket = connect(Number(cloud.url.port), cloud.url.hostname);
    socket.write(`${heads.join('\r\n')}\r\n\r\n{`);
    sockets.push(socket);
  }
  assert.equal((await other.agent.report()).status, 200);
  for (const socket of sockets) socket.destroy();
  while ((await agent.report()).status === 503);
  assert.equal((await agent.report()).status, 200);
});

test('a body that waits to be worked on takes its room until it is answered', async () => {
  const other = await newSide(cloud);
  const event = await agent.record(household);
  const manifest = await signJws(event.clip.manifest, {
    ...{ typ: MANIFEST_TYP, privateKey: agent.device.privateKey },
  });
  const wait = Promise.withResolvers<void>();
  room = wait.promise;
  asking = 0;
  const body = JSON.stringify({ manifests: [manifest] }).padEnd(2 * 1024 * 1024);
  const answers = Array.from({ length: 4 }, () =>
    fetch(new URL(`/api/agent/events/${event.event}`, cloud.url), {
      ...{ method: 'PUT', body },
      headers: { authorization: `Bearer ${agent.token}`, 'content-type': 'application/json' },
    }),
  );
  while (asking < 4) await new Promise(setImmediate);
  assert.equal((await agent.report()).status, 503);
  assert.equal((await other.agent.report()).status, 200);
  wait.resolve();
  for (const answer of await Promise.all(answers)) assert.equal(answer.status, 200);
  assert.equal((await agent.report()).status, 200);
});
