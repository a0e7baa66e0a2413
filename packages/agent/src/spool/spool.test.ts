import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { type CameraId, newCameraId, newEventId, newHomeId } from '@nightlatch/protocol/ids';
import type { ManifestChunk } from '@nightlatch/protocol/manifest';
import { type AppendBytes, appendToDisk } from './clip-file.ts';
import type { EventWriter } from './event-writer.ts';
import { SpoolFull } from './room.ts';
import { openSpool, type SpoolParts } from './spool.ts';

const random = (count: number) => new Uint8Array(randomBytes(count));
const hash = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('base64url');
const home = newHomeId(random);
const KiB = 1024;
const HEADER = new Uint8Array(200).fill(1);

async function temporaryDirectory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'nightlatch-spool-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

const open = (path: string, more: Partial<SpoolParts> = {}) =>
  openSpool({
    path,
    random,
    hashEvent: async ({ event }) => hash(event),
    signGap: async () => 'a.b.c',
    limits: { spoolBytes: 512 * KiB, freeBytes: 0 },
    freeBytes: async () => 1e12,
    ...more,
  });
type Opened = Awaited<ReturnType<typeof open>>;

const start = (camera: CameraId, startedAt: number) => ({
  home,
  camera,
  event: newEventId(random),
  epoch: 1,
  startedAt,
});

function frameOf(bytes: number, value: number): { chunk: ManifestChunk; frame: Uint8Array } {
  const frame = Buffer.alloc(4 + bytes, value);
  frame.writeUInt32BE(bytes);
  return { chunk: [bytes, hash(frame.subarray(4)), null], frame };
}

// A test that stands for a crash leaves its files open.
const begun: EventWriter[] = [];
after(() => Promise.allSettled(begun.map((writer) => writer.interrupt(0))));

async function beginClip(spool: Opened, camera: CameraId, startedAt: number): Promise<EventWriter> {
  const writer = await spool.begin(start(camera, startedAt));
  const clip = { sealedKey: 'A'.repeat(107), headerHash: hash(HEADER), headerBytes: HEADER.length };
  await writer.openClip(clip, HEADER);
  begun.push(writer);
  return writer;
}

async function append(writer: EventWriter, value: number, bytes = 30 * KiB): Promise<void> {
  const { chunk, frame } = frameOf(bytes, value);
  await writer.appendClip(chunk, frame, value * 1000);
}

/** A finished event of about `chunks` times 30 KiB. */
async function recorded(
  spool: Opened,
  camera: CameraId,
  startedAt: number,
  chunks = 3,
): Promise<EventWriter> {
  const writer = await beginClip(spool, camera, startedAt);
  for (let value = 1; value < chunks; value++) await append(writer, value);
  const { chunk, frame } = frameOf(30 * KiB, chunks);
  await writer.finish(chunk, frame, chunks * 1000, startedAt + chunks * 1000);
  return writer;
}

const sequences = (spool: Opened) => spool.events().map((event) => event.record.sequence);

test('when the spool is full the oldest recording goes first, and a signed statement says that it is lost', async (t) => {
  const spool = await open(await temporaryDirectory(t));
  const camera = newCameraId(random);
  for (let index = 1; index <= 8; index++) await recorded(spool, camera, index * 10_000);
  assert.ok((await spool.usage()).usedBytes <= 512 * KiB);
  const kept = sequences(spool);
  const first = kept[0] ?? 0;
  assert.ok(first > 1 && kept.at(-1) === 8);
  const lost = spool.gaps().map(({ statement }) => statement);
  assert.deepEqual(
    lost.map(({ fromSequence, toSequence, reason, from }) => [fromSequence, toSequence, reason, from]),
    [[1, first - 1, 'spool-full', 10_000]],
  );
});

test('a statement that the cloud may have seen is never changed; the next loss is a new one', async (t) => {
  const spool = await open(await temporaryDirectory(t));
  const camera = newCameraId(random);
  for (let index = 1; index <= 6; index++) await recorded(spool, camera, index * 10_000);
  const [sent] = spool.gaps();
  assert.ok(sent);
  spool.gapSent(sent);
  for (let index = 7; index <= 9; index++) await recorded(spool, camera, index * 10_000);
  const [first, second] = spool.gaps();
  assert.deepEqual(first, sent);
  assert.equal(second?.statement.fromSequence, sent.statement.toSequence + 1);
  await spool.gapDelivered(sent);
  assert.equal(spool.gaps().length, 1);
});

test('a recording that is going on is never dropped: without room it ends, and what it has is kept', async (t) => {
  const path = await temporaryDirectory(t);
  const spool = await open(path);
  const camera = newCameraId(random);
  const writer = await beginClip(spool, camera, 10_000);
  await assert.rejects(async () => {
    for (let value = 1; value < 100; value++) await append(writer, value);
  }, SpoolFull);
  await writer.interrupt(40_000);
  assert.equal((await spool.usage()).full, 'spool-full');
  assert.deepEqual(sequences(spool), [1]);
  assert.equal(spool.gaps().length, 0);
});

test('with a full disk a new recording is not begun, its loss is stated, and the chain goes on behind it', async (t) => {
  const path = await temporaryDirectory(t);
  let free = 0;
  const spool = await open(path, {
    freeBytes: async () => free,
    limits: { spoolBytes: 1e9, freeBytes: 1000 },
  });
  const camera = newCameraId(random);
  await assert.rejects(spool.begin(start(camera, 10_000)), SpoolFull);
  await assert.rejects(spool.begin(start(camera, 20_000)), SpoolFull);
  const [gap] = spool.gaps();
  assert.deepEqual(
    [gap?.statement.fromSequence, gap?.statement.toSequence, gap?.statement.reason],
    [1, 2, 'disk-full'],
  );
  free = 1e9;
  const writer = await recorded(spool, camera, 30_000);
  assert.equal(writer.event.record.sequence, 3);
  assert.equal(writer.event.record.previous, gap?.hash);
  assert.equal((await spool.usage()).full, null);
});

test('a disk that fills up in the middle of a chunk leaves the whole chunks before it', async (t) => {
  const path = await temporaryDirectory(t);
  let full = false;
  const appendBytes: AppendBytes = async (handle, bytes) => {
    if (!full) return appendToDisk(handle, bytes);
    await appendToDisk(handle, bytes.subarray(0, bytes.length / 2));
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  };
  const spool = await open(path, { append: appendBytes });
  const writer = await beginClip(spool, newCameraId(random), 10_000);
  await append(writer, 1);
  await append(writer, 2);
  full = true;
  await assert.rejects(append(writer, 3), /no space/);
  await writer.interrupt(13_000);
  const clip = await spool.clipOf(writer.event);
  assert.equal(clip?.chunks.length, 2);
  const [event] = (await open(path)).events();
  assert.equal(event?.record.state, 'interrupted');
});

test('after a crash whole chunks are kept, a partial tail is cut, and the recording counts as interrupted', async (t) => {
  const path = await temporaryDirectory(t);
  const spool = await open(path);
  const writer = await beginClip(spool, newCameraId(random), 10_000);
  for (const value of [1, 2, 3]) await append(writer, value);
  const directory = join(path, 'events', writer.event.name);
  // The process dies in the middle of the fourth chunk.
  await appendFile(
    join(directory, 'clip.index'),
    `${JSON.stringify([frameOf(30 * KiB, 4).chunk, 4000, null])}\n`,
  );
  await appendFile(join(directory, 'clip.0.sealed'), frameOf(30 * KiB, 4).frame.subarray(0, 7000));
  const again = await open(path);
  const [event] = again.events();
  assert.ok(event);
  assert.deepEqual([event.record.state, event.record.endedAt], ['interrupted', 13_000]);
  const clip = await again.clipOf(event);
  assert.equal(clip?.chunks.length, 3);
  assert.equal(clip?.bytes, HEADER.length + 3 * (4 + 30 * KiB));
  assert.equal((await again.read(event, 'clip', 0, 0, 1e6)).length, clip?.bytes);
  assert.deepEqual(again.recovered, { interrupted: 1, lost: 0 });
});

test('after a power cut bytes that never reached the disk are not taken for recorded ones', async (t) => {
  const path = await temporaryDirectory(t);
  const spool = await open(path);
  const writer = await beginClip(spool, newCameraId(random), 10_000);
  for (const value of [1, 2, 3]) await append(writer, value);
  const container = join(path, 'events', writer.event.name, 'clip.0.sealed');
  // The file has its length, but the blocks of its last chunk are empty.
  await truncate(container, HEADER.length + 2 * (4 + 30 * KiB));
  await appendFile(container, frameOf(30 * KiB, 0).frame);
  const again = await open(path);
  const [event] = again.events();
  assert.ok(event);
  assert.equal((await again.clipOf(event))?.chunks.length, 2);
});

test('a crash after the final chunk leaves a complete clip, because the last line says so first', async (t) => {
  const path = await temporaryDirectory(t);
  const spool = await open(path);
  const writer = await recorded(spool, newCameraId(random), 10_000);
  const record = { ...writer.event.record, state: 'growing', endedAt: null };
  await writeFile(join(path, 'events', writer.event.name, 'event.json'), JSON.stringify(record));
  const [event] = (await open(path)).events();
  assert.deepEqual([event?.record.state, event?.record.endedAt], ['complete', 13_000]);
});

test('an event that cannot be read any more is stated as a gap, and nothing is left of it', async (t) => {
  const path = await temporaryDirectory(t);
  const spool = await open(path);
  const camera = newCameraId(random);
  await recorded(spool, camera, 10_000);
  const writer = await recorded(spool, camera, 20_000);
  await writeFile(join(path, 'events', writer.event.name, 'event.json'), '{');
  const again = await open(path);
  assert.deepEqual(sequences(again), [1]);
  const [gap] = again.gaps();
  assert.deepEqual(
    [gap?.statement.fromSequence, gap?.statement.reason, gap?.statement.camera],
    [2, 'spool-damaged', camera],
  );
  assert.equal((await readdir(join(path, 'events'))).length, 1);
  assert.equal((await recorded(again, camera, 30_000)).event.record.sequence, 3);
});

test('a crash between the statement of a loss and the removal never delivers what was stated as lost', async (t) => {
  const path = await temporaryDirectory(t);
  const camera = newCameraId(random);
  const spool = await open(path);
  const { event } = await recorded(spool, camera, 10_000);
  const { sequence, startedAt, hash: eventHash } = event.record;
  const statement = {
    gap: 'gap_00000000000000000000000001',
    home,
    camera,
    fromSequence: sequence,
    toSequence: sequence,
  };
  const file = {
    version: 1,
    statement: { ...statement, from: startedAt, to: startedAt, reason: 'spool-full' },
    jws: 'a.b.c',
    hash: eventHash,
  };
  const options = { mode: 0o600 };
  await writeFile(join(path, 'gaps', `${statement.gap}.json`), JSON.stringify(file), options);
  const again = await open(path);
  assert.deepEqual([again.events().length, again.gaps().length], [0, 1]);
});

test("a camera's chain goes on over restarts and after everything was delivered", async (t) => {
  const path = await temporaryDirectory(t);
  const camera = newCameraId(random);
  const spool = await open(path);
  const first = (await recorded(spool, camera, 10_000)).event;
  await spool.delivered(first);
  const again = await open(path);
  const { event } = await recorded(again, camera, 20_000);
  assert.deepEqual([event.record.sequence, event.record.previous], [2, first.record.hash]);
  const other = await recorded(again, newCameraId(random), 20_000);
  assert.deepEqual([other.event.record.sequence, other.event.record.previous], [1, null]);
});

test('a loss that a disk without a free block could not even write down is stated as soon as it can be', async (t) => {
  const path = await temporaryDirectory(t);
  let full = true;
  const signGap = async () => {
    if (full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    return 'a.b.c';
  };
  const limits = { spoolBytes: 1e9, freeBytes: 1000 };
  const spool = await open(path, { signGap, limits, freeBytes: async () => (full ? 0 : 1e9) });
  const camera = newCameraId(random);
  await assert.rejects(spool.begin(start(camera, 10_000)), SpoolFull);
  assert.equal(spool.gaps().length, 0);
  full = false;
  const { event } = await recorded(spool, camera, 20_000);
  assert.equal(event.record.sequence, 2);
  assert.deepEqual(
    spool.gaps().map(({ statement }) => [statement.fromSequence, statement.toSequence, statement.reason]),
    [[1, 1, 'disk-full']],
  );
});
