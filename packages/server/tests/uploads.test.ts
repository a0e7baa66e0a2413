import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { rename, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { composeMedia } from '../src/media.ts';
import { openObjectStore } from '../src/objects/store.ts';
import { beginUpload } from './support/begin-upload.ts';
import { newHousehold } from './support/household.ts';
import { newListeningCloud } from './support/listening.ts';
import type { SealedObject } from './support/sealed-event.ts';
import { newSide } from './support/side.ts';
import { newAgent, pairedAgent } from './support/synthetic-agent.ts';

const cloud = await newListeningCloud();
const { household, agent } = await newSide(cloud);
const { home, browser } = household;

const offsetOf = (answer: Response): number => Number(answer.headers.get('upload-offset'));
const objectParams = ({ label: { event, kind, revision } }: SealedObject) => ({
  home,
  event,
  kind,
  revision,
});
const read = (object: SealedObject, range?: string) =>
  browser.call('objects.get', {
    params: objectParams(object),
    ...(range === undefined ? {} : { headers: { range } }),
  });
/** Something large enough that a request is in the middle of it for a while. */
const longClip = () => Array.from({ length: 48 }, () => new Uint8Array(randomBytes(65_536)));
const fileOf = ({ label: { event, kind, revision } }: SealedObject): string =>
  path.join(cloud.config.dataDirectory, 'objects', home, `${event}.${kind}.${revision}.part`);

test('a clip can be watched while it is still being uploaded, and only what has arrived is sent', async () => {
  const event = await agent.record(household);
  const { clip, metadata, thumbnail } = event;
  const growing = await agent.putEvent(event, [metadata.manifest, thumbnail.manifest, clip.growing(1)]);
  assert.equal(growing.status, 200);
  assert.equal((await read(clip)).statusCode, 404, 'nothing has arrived');

  const created = await agent.createUpload(clip);
  assert.equal(created.status, 201);
  assert.equal(created.headers.get('location'), `/api/agent/uploads/${event.event}.clip.0`);
  const half = clip.bytes.slice(0, 70_000);
  assert.equal(offsetOf(await agent.patchUpload(clip, { offset: 0, bytes: half })), 70_000);

  const whole = await read(clip);
  assert.equal(whole.statusCode, 200);
  assert.deepEqual(whole.rawPayload, Buffer.from(half));
  const part = await read(clip, 'bytes=69990-80000');
  assert.equal(part.statusCode, 206);
  assert.equal(part.headers['content-range'], 'bytes 69990-69999/*');
  assert.deepEqual(part.rawPayload, Buffer.from(half.subarray(69_990)));
  const none = await read(clip, 'bytes=70000-');
  assert.equal(none.statusCode, 416);
  assert.equal(none.headers['content-range'], 'bytes */70000');
  const listed = await browser.call('events.list', { params: { home }, query: { limit: '1' } });
  assert.deepEqual(listed.json().events[0].clip, { state: 'growing', receivedBytes: 70_000 });

  const { length } = clip.bytes;
  await agent.patchUpload(clip, { offset: 70_000, bytes: clip.bytes.slice(70_000), length });
  const stored = await (await agent.putEvent(event, [clip.manifest])).json();
  assert.deepEqual(
    stored.objects.find((object: { kind: string }) => object.kind === 'clip'),
    { kind: 'clip', revision: 0, receivedBytes: length, complete: true },
  );
  const end = await read(clip, 'bytes=-10');
  assert.equal(end.headers['content-range'], `bytes ${length - 10}-${length - 1}/${length}`);
});

test('an upload whose connection dies in the middle goes on from where it stopped', async () => {
  const event = await agent.record(household, { clipParts: longClip() });
  const { clip } = event;
  await agent.putEvent(event, [clip.growing(1)]);
  await agent.createUpload(clip);

  const sending = beginUpload(cloud.url, agent, clip);
  sending.on('error', () => {});
  sending.write(clip.bytes.subarray(0, 1_500_000));
  // Until a part of it is confirmed in the database, which happens at each MiB.
  const received = async (): Promise<number> => {
    const [row] =
      await cloud.owner`select received_bytes from objects where event_id = ${event.event} and kind = 'clip'`;
    return Number(row?.received_bytes);
  };
  while ((await received()) < 1024 * 1024) await new Promise(setImmediate);
  sending.destroy();
  await new Promise((resolve) => sending.once('close', resolve));

  const offset = offsetOf(await agent.headUpload(clip));
  assert.ok(offset >= 1024 * 1024 && offset <= 1_500_000, String(offset));
  const rest = clip.bytes.slice(offset);
  const patched = await agent.patchUpload(clip, { offset, bytes: rest, length: clip.bytes.length });
  assert.equal(patched.status, 204, await patched.clone().text());
  const { objects } = await (await agent.putEvent(event, [clip.manifest])).json();
  assert.equal(objects[0].complete, true);
  assert.deepEqual((await read(clip)).rawPayload, Buffer.from(clip.bytes));
});

test('an upload goes on only at its offset, and what a second sender brings changes nothing', async () => {
  const event = await agent.record(household);
  const { clip } = event;
  await agent.putEvent(event, [clip.manifest]);
  await agent.createUpload(clip);
  await agent.patchUpload(clip, { offset: 0, bytes: clip.bytes.slice(0, 1000) });
  for (const offset of [0, 999, 1001])
    assert.equal((await agent.patchUpload(clip, { offset, bytes: new Uint8Array(10) })).status, 409);
  assert.equal(offsetOf(await agent.headUpload(clip)), 1000);
  assert.equal((await agent.createUpload(clip)).status, 201, 'created again, nothing is lost');
  assert.equal((await agent.createUpload(clip, { length: 5, body: new Uint8Array(5) })).status, 409);
  assert.equal(offsetOf(await agent.headUpload(clip)), 1000);
});

test('a small object comes with its creation in one request', async () => {
  const event = await agent.record(household);
  const { thumbnail } = event;
  await agent.putEvent(event, [thumbnail.manifest]);
  const { bytes } = thumbnail;
  const created = await agent.createUpload(thumbnail, { length: bytes.length, body: bytes });
  assert.equal(created.status, 201, await created.clone().text());
  assert.equal(offsetOf(created), bytes.length);
  const { objects } = await (await agent.putEvent(event, [thumbnail.manifest])).json();
  assert.equal(objects[0].complete, true);
});

test('bytes that are not those of the signed manifest are never complete; the agent sends them again', async () => {
  const event = await agent.record(household);
  const { clip } = event;
  await agent.putEvent(event, [clip.manifest]);
  await agent.createUpload(clip);
  const wrong = clip.bytes.slice();
  wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1;
  const refused = await agent.patchUpload(clip, { offset: 0, bytes: wrong, length: wrong.length });
  assert.equal(refused.status, 422);
  assert.equal((await refused.json()).error.kind, 'unprocessable');
  const { objects } = await (await agent.putEvent(event, [clip.manifest])).json();
  assert.deepEqual(objects, [{ kind: 'clip', revision: 0, receivedBytes: 0, complete: false }]);
  assert.equal(offsetOf(await agent.headUpload(clip)), 0);
  const { bytes } = clip;
  assert.equal((await agent.patchUpload(clip, { offset: 0, bytes, length: bytes.length })).status, 204);
  assert.deepEqual((await read(clip)).rawPayload, Buffer.from(bytes));
});

test('a disk that has less than the database says is asked for the rest again', async () => {
  const event = await agent.record(household);
  const { clip } = event;
  await agent.putEvent(event, [clip.manifest]);
  await agent.createUpload(clip);
  await agent.patchUpload(clip, { offset: 0, bytes: clip.bytes.slice(0, 5000) });
  await truncate(fileOf(clip), 3000);
  assert.equal(offsetOf(await agent.headUpload(clip)), 3000);
  const rest = { offset: 3000, bytes: clip.bytes.slice(3000), length: clip.bytes.length };
  assert.equal((await agent.patchUpload(clip, rest)).status, 204);
});

test('bytes behind the confirmed ones, left by a crash, are never sent and are overwritten', async () => {
  const event = await agent.record(household);
  const { clip } = event;
  await agent.putEvent(event, [clip.manifest]);
  await agent.createUpload(clip);
  await agent.patchUpload(clip, { offset: 0, bytes: clip.bytes.slice(0, 5000) });
  await writeFile(fileOf(clip), Buffer.alloc(4000, 7), { flag: 'a' });
  assert.deepEqual((await read(clip)).rawPayload, Buffer.from(clip.bytes.subarray(0, 5000)));
  assert.equal(offsetOf(await agent.headUpload(clip)), 5000);
  const rest = { offset: 5000, bytes: clip.bytes.slice(5000), length: clip.bytes.length };
  assert.equal((await agent.patchUpload(clip, rest)).status, 204);
  assert.deepEqual((await read(clip)).rawPayload, Buffer.from(clip.bytes));
});

test('an object that a crash left in its place but not marked is marked by the next word of the agent', async () => {
  const event = await agent.record(household);
  const { clip } = event;
  await agent.putEvent(event, [clip.growing(1)]);
  await agent.send(clip);
  await rename(fileOf(clip), fileOf(clip).replace(/\.part$/, ''));
  const { objects } = await (await agent.putEvent(event, [clip.manifest])).json();
  assert.deepEqual(objects, [
    { kind: 'clip', revision: 0, receivedBytes: clip.bytes.length, complete: true },
  ]);
  assert.deepEqual((await read(clip)).rawPayload, Buffer.from(clip.bytes));
});

test('what is whole is not written to again', async () => {
  const event = await agent.record(household);
  await agent.deliver(event);
  const { clip } = event;
  const { length } = clip.bytes;
  const again = await agent.patchUpload(clip, { offset: length, bytes: new Uint8Array(0) });
  assert.equal(offsetOf(again), length);
  assert.equal((await agent.patchUpload(clip, { offset: length, bytes: new Uint8Array(9) })).status, 413);
  assert.deepEqual((await read(clip)).rawPayload, Buffer.from(clip.bytes));
});

test('one request brings at most 8 MiB, said or unsaid', async () => {
  const event = await agent.record(household);
  const { clip } = event;
  await agent.putEvent(event, [clip.growing(1)]);
  await agent.createUpload(clip);
  const bytes = new Uint8Array(8 * 1024 * 1024 + 1);
  assert.equal((await agent.patchUpload(clip, { offset: 0, bytes })).status, 413);
  const unsaid = await fetch(new URL(`/api/agent/uploads/${event.event}.clip.0`, cloud.url), {
    method: 'PATCH',
    headers: {
      authorization: `Bearer ${agent.token}`,
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
    },
    body: new Blob([bytes]).stream(),
    duplex: 'half',
  } as RequestInit).catch(() => undefined);
  assert.ok(unsaid === undefined || unsaid.status === 413);
  assert.ok(offsetOf(await agent.headUpload(clip)) <= 8 * 1024 * 1024);
});

test('another agent of the same home cannot touch an upload', async () => {
  const event = await agent.record(household);
  const { clip } = event;
  await agent.putEvent(event, [clip.manifest]);
  await agent.createUpload(clip);
  const other = await newAgent(cloud.url);
  const { code } = await other.offerPairing();
  await household.pair(code);
  assert.equal((await other.headUpload(clip)).status, 404);
  assert.equal((await other.createUpload(clip)).status, 404);
  assert.equal((await other.patchUpload(clip, { offset: 0, bytes: new Uint8Array(5) })).status, 404);
});

test('a full disk is said, keeps what was there, and takes the rest when there is room', async () => {
  let freeBytes = 1e12;
  const full = await newListeningCloud({
    outside: {
      media: async (foundation) =>
        composeMedia(foundation, {
          objects: await openObjectStore({
            directory: path.join(foundation.config.dataDirectory, 'objects'),
            freeBytes: async () => freeBytes,
          }),
        }),
    },
  });
  const family = await newHousehold(full);
  const sender = await pairedAgent(full.url, family);
  const event = await sender.record(family);
  const { clip } = event;
  await sender.putEvent(event, [clip.manifest]);
  await sender.createUpload(clip);
  await sender.patchUpload(clip, { offset: 0, bytes: clip.bytes.slice(0, 1000) });
  freeBytes = 1000;
  const refused = await sender.patchUpload(clip, { offset: 1000, bytes: clip.bytes.slice(1000) });
  assert.equal(refused.status, 507);
  assert.equal((await refused.json()).error.kind, 'storage-full');
  freeBytes = 1e12;
  assert.equal(offsetOf(await sender.headUpload(clip)), 1000);
  const rest = { offset: 1000, bytes: clip.bytes.slice(1000), length: clip.bytes.length };
  assert.equal((await sender.patchUpload(clip, rest)).status, 204);
});
