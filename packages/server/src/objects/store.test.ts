import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { newEventId, newHomeId } from '@nightlatch/protocol/ids';
import { openObjectStore } from './store.ts';

const directory = await mkdtemp(path.join(tmpdir(), 'nightlatch-objects-'));
after(() => rm(directory, { recursive: true, force: true }));
const store = await openObjectStore({ directory });
const newName = () => ({
  home: newHomeId(randomBytes),
  event: newEventId(randomBytes),
  kind: 'clip' as const,
  revision: 0,
});

async function* pieces(...parts: Uint8Array[]) {
  yield* parts;
}
async function read(name: ReturnType<typeof newName>): Promise<Buffer> {
  const object = await store.open(name);
  assert.ok(object !== undefined);
  return Buffer.concat(await object.stream(0, object.sizeBytes - 1).toArray());
}

test('bytes are appended, told of as they are synced, and the same after completion', async () => {
  const name = newName();
  assert.equal(await store.open(name), undefined);
  const bytes = randomBytes(2_500_000);
  const synced: number[] = [];
  const parts = [
    bytes.subarray(0, 1_200_000),
    bytes.subarray(1_200_000, 2_400_000),
    bytes.subarray(2_400_000),
  ];
  const end = await store.append(name, 0, pieces(...parts), async (at) => void synced.push(at));
  assert.equal(end, bytes.length);
  assert.deepEqual(synced, [1_200_000, 2_400_000, 2_500_000]);
  assert.deepEqual(await read(name), bytes);
  await store.complete(name);
  await store.complete(name);
  assert.deepEqual(await read(name), bytes);
  assert.equal(await store.sizeBytes(name), bytes.length);
});

test('a source that dies leaves what came before it, synced and told', async () => {
  const name = newName();
  const synced: number[] = [];
  async function* dying() {
    yield randomBytes(1000);
    throw new Error('the line is dead');
  }
  await assert.rejects(
    store.append(name, 0, dying(), async (at) => void synced.push(at)),
    /the line is dead/,
  );
  assert.deepEqual(synced, [1000]);
  assert.equal(await store.sizeBytes(name), 1000);
});

test('writing on cuts off what was never confirmed, and never leaves a hole', async () => {
  const name = newName();
  await store.append(name, 0, pieces(Buffer.alloc(100, 1)), async () => {});
  await store.append(name, 40, pieces(Buffer.alloc(10, 2)), async () => {});
  assert.deepEqual(await read(name), Buffer.concat([Buffer.alloc(40, 1), Buffer.alloc(10, 2)]));
  await assert.rejects(store.append(name, 51, pieces(Buffer.alloc(1)), async () => {}));
});

test('a completion of what is not there fails', async () => {
  await assert.rejects(store.complete(newName()), { code: 'ENOENT' });
});

test('a disk with little room is left to the database', async () => {
  const full = await openObjectStore({ directory, freeBytes: async () => 1000 });
  await assert.rejects(
    full.append(newName(), 0, pieces(Buffer.alloc(1)), async () => {}),
    { kind: 'storage-full' },
  );
});

test('an object that is put is whole in its place, over what was there of it, and may be put again', async () => {
  const name = newName();
  await store.append(name, 0, pieces(randomBytes(3000)), async () => undefined);
  const bytes = randomBytes(1000);
  for (let time = 0; time < 2; time++) {
    await store.put(name, bytes);
    assert.deepEqual(await read(name), bytes);
    await store.complete(name);
  }
});
