import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import type { AgentId } from '@nightlatch/protocol/ids';
import { signManifest } from '@nightlatch/vault/manifest';
import { composeMedia } from '../src/media.ts';
import { openObjectStore } from '../src/objects/store.ts';
import { takeWhole } from '../src/sql/statements/uploads.ts';
import { newListeningCloud } from './support/listening.ts';
import type { SealedEvent, SealedObject } from './support/sealed-event.ts';
import { newSide } from './support/side.ts';
import { newAgent } from './support/synthetic-agent.ts';

// Uploads whose creation brings all bytes: what holds for creation and PATCH has to hold for them.
const cloud = await newListeningCloud();
const { household, agent } = await newSide(cloud);
const { home, browser } = household;

const offsetOf = (answer: Response): number => Number(answer.headers.get('upload-offset'));
const read = async ({ label: { event, kind, revision } }: SealedObject) =>
  browser.call('objects.get', { params: { home, event, kind, revision } });
const atOnce = (object: SealedObject, body = object.bytes, length = body.length) =>
  agent.createUpload(object, { length, body });
const stored = async (event: SealedEvent, { manifest }: SealedObject) => {
  const { objects } = await (await agent.putEvent(event, [manifest])).json();
  const { kind } = manifest;
  return objects.find((one: { kind: string }) => one.kind === kind);
};
const fileOf = ({ label: { event, kind, revision } }: SealedObject): string =>
  path.join(cloud.config.dataDirectory, 'objects', home, `${event}.${kind}.${revision}`);

async function known(clipParts?: Uint8Array<ArrayBuffer>[]) {
  const event = await agent.record(household, clipParts === undefined ? {} : { clipParts });
  await agent.putEvent(event, [event.clip.manifest, event.thumbnail.manifest]);
  return event;
}

test('an object whose creation brings it is on the disk, complete and told of once it is answered', async () => {
  const { thumbnail, event } = await known();
  const heard: string[] = [];
  const { unlisten } = await cloud.owner.listen('nightlatch_home', (payload) => void heard.push(payload));
  const created = await atOnce(thumbnail);
  assert.equal(created.status, 201, await created.clone().text());
  assert.equal(created.headers.get('location'), `/api/agent/uploads/${event}.thumbnail.0`);
  assert.equal(created.headers.get('tus-resumable'), '1.0.0');
  assert.equal(offsetOf(created), thumbnail.bytes.length);
  await access(fileOf(thumbnail));
  assert.deepEqual((await read(thumbnail)).rawPayload, Buffer.from(thumbnail.bytes));
  while (!heard.some((payload) => payload.includes(event))) await new Promise(setImmediate);
  await unlisten();
});

test('created again it is not written again; what is whole is said to be', async () => {
  const event = await known();
  const { thumbnail } = event;
  assert.equal((await atOnce(thumbnail)).status, 201);
  assert.equal((await atOnce(thumbnail)).status, 409);
  const head = await agent.headUpload(thumbnail);
  assert.equal(offsetOf(head), thumbnail.bytes.length);
  assert.equal(head.headers.get('upload-length'), String(thumbnail.bytes.length));
  assert.equal((await stored(event, thumbnail)).complete, true);
});

test('two that bring it in the same moment leave it whole', async () => {
  const event = await known();
  const { thumbnail } = event;
  const answers = await Promise.all([atOnce(thumbnail), atOnce(thumbnail), atOnce(thumbnail)]);
  assert.ok(answers.some(({ status }) => status === 201));
  for (const { status } of answers) assert.ok([201, 409].includes(status), String(status));
  assert.equal((await stored(event, thumbnail)).complete, true);
  assert.deepEqual((await read(thumbnail)).rawPayload, Buffer.from(thumbnail.bytes));
});

for (const kind of ['clip', 'thumbnail'] as const)
  test(`bytes that are not those of the signed manifest of a ${kind} are refused and not kept`, async () => {
    const event = await known();
    const object = event[kind];
    for (const place of [0, object.manifest.headerBytes, object.bytes.length - 1]) {
      const wrong = object.bytes.slice();
      wrong[place] = (wrong[place] ?? 0) ^ 1;
      const refused = await atOnce(object, wrong);
      assert.equal(refused.status, 422);
      assert.equal((await refused.json()).error.kind, 'unprocessable');
      const now = await stored(event, object);
      assert.deepEqual(now, { kind, revision: 0, receivedBytes: 0, complete: false });
    }
    assert.equal((await atOnce(object)).status, 201);
    assert.deepEqual((await read(object)).rawPayload, Buffer.from(object.bytes));
  });

test('less than the manifest describes is kept as a part, and more is not taken', async () => {
  const event = await known();
  const { clip } = event;
  const { length } = clip.bytes;
  const more = new Uint8Array(length + 1);
  more.set(clip.bytes);
  assert.equal((await atOnce(clip, more)).status, 413);
  const other = await known();
  const part = await atOnce(other.clip, other.clip.bytes.slice(0, 1000), other.clip.bytes.length);
  assert.equal(part.status, 201, await part.clone().text());
  assert.equal(offsetOf(part), 1000);
  assert.deepEqual(await stored(other, other.clip), {
    ...{ kind: 'clip', revision: 0, receivedBytes: 1000, complete: false },
  });
  const rest = { offset: 1000, bytes: other.clip.bytes.slice(1000) };
  assert.equal((await agent.patchUpload(other.clip, rest)).status, 204);
  assert.equal((await stored(other, other.clip)).complete, true);
});

test('a creation whose connection dies in the middle of its bytes goes on from where it stopped', async () => {
  const event = await known(Array.from({ length: 12 }, () => new Uint8Array(randomBytes(65_536))));
  const { clip } = event;
  const metadata = Object.entries({ event: event.event, kind: 'clip', revision: '0' });
  const sending = request(new URL('/api/agent/uploads', cloud.url), {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${agent.token}`, 'tus-resumable': '1.0.0' },
      'upload-metadata': metadata.map(([key, value]) => `${key} ${btoa(value)}`).join(','),
      'upload-length': clip.bytes.length,
      'content-type': 'application/offset+octet-stream',
      'content-length': clip.bytes.length,
    },
  });
  sending.on('error', () => {});
  await new Promise<void>((resolve) => sending.write(clip.bytes.subarray(0, 500_000), () => resolve()));
  sending.destroy();
  let offset = 0;
  while (offset === 0) {
    const head = await agent.headUpload(clip);
    offset = head.status === 200 ? offsetOf(head) : 0;
  }
  assert.ok(offset <= 500_000, String(offset));
  const patched = await agent.patchUpload(clip, { offset, bytes: clip.bytes.slice(offset) });
  assert.equal(patched.status, 204, await patched.clone().text());
  assert.deepEqual((await read(clip)).rawPayload, Buffer.from(clip.bytes));
});

test('another agent of the same home cannot bring it, and nothing can be brought that was not signed for', async () => {
  const event = await known();
  const other = await newAgent(cloud.url);
  const { code } = await other.offerPairing();
  await household.pair(code);
  const { clip, metadata, thumbnail } = event;
  const { length } = clip.bytes;
  assert.equal((await other.createUpload(clip, { length, body: clip.bytes })).status, 404);
  const { bytes } = thumbnail;
  assert.equal((await other.createUpload(thumbnail, { length: bytes.length, body: bytes })).status, 404);
  assert.equal((await atOnce(metadata)).status, 404, 'its manifest was not sent');
  for (const object of [clip, thumbnail]) {
    await assert.rejects(access(fileOf(object)));
    assert.equal((await stored(event, object)).receivedBytes, 0);
  }
});

test('what a full disk did not take is not complete, and comes when there is room', async () => {
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
  const other = await newSide(full);
  const event = await other.agent.record(other.household);
  const { thumbnail } = event;
  const { manifest, bytes } = thumbnail;
  await other.agent.putEvent(event, [manifest]);
  freeBytes = 1000;
  const body = { length: bytes.length, body: bytes };
  assert.equal((await other.agent.createUpload(thumbnail, body)).status, 507);
  freeBytes = 1e12;
  assert.equal((await other.agent.createUpload(thumbnail, body)).status, 201);
});

test('an object that a crash left in its place before its row was written is taken again', async () => {
  const event = await known();
  const { thumbnail } = event;
  await mkdir(path.dirname(fileOf(thumbnail)), { recursive: true });
  await writeFile(fileOf(thumbnail), thumbnail.bytes);
  assert.equal((await stored(event, thumbnail)).complete, false, 'nobody has said that it is');
  assert.equal((await atOnce(thumbnail)).status, 201);
  assert.equal((await stored(event, thumbnail)).complete, true);
  assert.deepEqual((await read(thumbnail)).rawPayload, Buffer.from(thumbnail.bytes));
});

test('what comes piece by piece is compared itself, whatever was left in the place of the object', async () => {
  const event = await known();
  const { thumbnail } = event;
  await mkdir(path.dirname(fileOf(thumbnail)), { recursive: true });
  await writeFile(fileOf(thumbnail), thumbnail.bytes);
  const wrong = thumbnail.bytes.slice();
  wrong[wrong.length - 1] = (wrong[wrong.length - 1] ?? 0) ^ 1;
  assert.equal((await agent.createUpload(thumbnail)).status, 201);
  const end = { offset: 0, length: wrong.length };
  assert.equal((await agent.patchUpload(thumbnail, { ...end, bytes: wrong })).status, 422);
  assert.equal((await stored(event, thumbnail)).complete, false);
  const half = thumbnail.bytes.slice(0, 100);
  assert.equal((await agent.patchUpload(thumbnail, { offset: 0, bytes: half })).status, 204);
  assert.equal(offsetOf(await agent.headUpload(thumbnail)), 100);
  const rest = { offset: 100, bytes: thumbnail.bytes.slice(100), length: thumbnail.bytes.length };
  assert.equal((await agent.patchUpload(thumbnail, rest)).status, 204);
  assert.deepEqual((await read(thumbnail)).rawPayload, Buffer.from(thumbnail.bytes));
});

test('the statement completes nothing but what its agent sent, by the manifest that the bytes were compared with', async () => {
  const event = await known();
  const other = await newSide(cloud);
  const { label, manifest, bytes } = event.thumbnail;
  const jws = await signManifest(manifest, agent.device.privateKey);
  const take = async (of: AgentId, says: { bytes?: number; jws?: string } = {}): Promise<number> => {
    const { event: id, kind, revision } = label;
    const keys = [home, id, kind, revision, of];
    const rest = [says.bytes ?? bytes.length, says.jws ?? jws, 'event x', 'nobody_hears'];
    return (await cloud.cloud.database.ask({ agent: of }, takeWhole, [...keys, ...rest])).length;
  };
  assert.equal(await take(other.agent.device.agent), 0, 'another home’s agent');
  assert.equal(await take(agent.device.agent, { bytes: 5 }), 0, 'another length');
  assert.equal(await take(agent.device.agent, { jws: 'a.b.c' }), 0, 'another manifest');
  assert.equal((await stored(event, event.thumbnail)).complete, false);
  assert.equal(await take(agent.device.agent), 1);
  assert.equal(await take(agent.device.agent), 0, 'complete already');
});
