import assert from 'node:assert/strict';
import test from 'node:test';
import { BroadcastId } from '@nightlatch/protocol/ids';
import { LIVE_INIT_BYTES_MAX, LIVE_RECORD_BYTES_MAX } from '@nightlatch/protocol/live';
import { home, label as objectLabel, otherCamera, otherHome, ramp } from '../tests/making/fixed.ts';
import { concat, uint32, utf8 } from './encoding.ts';
import { VaultError } from './errors.ts';
import {
  createRecordOpener,
  createRecordSealer,
  parseLiveHeader,
  readInit,
  writeInit,
} from './live-records.ts';

const broadcast = BroadcastId.parse(`live_${'0'.repeat(26)}`);
const otherBroadcast = BroadcastId.parse(`live_${'1'.repeat(26)}`);
const label = { home, camera: objectLabel.camera, broadcast };
const liveKey = ramp(0x40, 32);
const picture = ramp(1, 3000);
const sealer = await createRecordSealer(label, liveKey);
const init = await sealer.seal('init', false, ramp(0, 20));
const key = await sealer.seal('fragment', true, picture);
const next = await sealer.seal('fragment', false, ramp(2, 100));
const opener = () => createRecordOpener(label, liveKey);

function changed(record: Uint8Array, at: number, value?: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(record);
  copy[at] = value ?? (copy[at] ?? 0) ^ 1;
  return copy;
}

test('records come out as they went in, with what the relay may know in the clear', async () => {
  const open = await opener();
  assert.deepEqual(await open.open(init), {
    ...{ kind: 'init', keyFrame: false, sequence: 0, plaintext: ramp(0, 20) },
  });
  assert.deepEqual((await open.open(key)).plaintext, picture);
  assert.deepEqual((await open.open(next)).plaintext, ramp(2, 100));
  const { headerBytes, ...header } = parseLiveHeader(key);
  assert.deepEqual(header, { label, kind: 'fragment', keyFrame: true, sequence: 1 });
  assert.equal(key.length, headerBytes + picture.length + 16);
});

test('records may be left out, and never come again or out of order', async () => {
  const open = await opener();
  await open.open(init);
  await open.open(next);
  for (const again of [init, key, next]) await assert.rejects(open.open(again), { reason: 'replayed' });
});

test('a record that was dropped before it was sealed leaves its number out', async () => {
  const holey = await createRecordSealer(label, liveKey);
  const first = await holey.seal('init', false, picture);
  holey.skip();
  holey.skip();
  const open = await opener();
  await open.open(first);
  assert.equal((await open.open(await holey.seal('fragment', true, picture))).sequence, 3);
});

test('a record of another home, camera or broadcast is refused, also under the same key', async () => {
  for (const other of [{ home: otherHome }, { camera: otherCamera }, { broadcast: otherBroadcast }]) {
    const foreign = await createRecordSealer({ ...label, ...other }, liveKey);
    const record = await foreign.seal('init', false, picture);
    await assert.rejects((await opener()).open(record), { reason: 'wrong-subject' });
    const relabelled = concat(
      init.slice(0, parseLiveHeader(init).headerBytes),
      record.slice(-picture.length - 16),
    );
    await assert.rejects((await opener()).open(relabelled), { reason: 'damaged' });
  }
});

test('a record under another key is refused', async () => {
  const other = await createRecordSealer(label, ramp(0x41, 32));
  await assert.rejects((await opener()).open(await other.seal('init', false, picture)), {
    reason: 'damaged',
  });
});

test('no bit of a record can be turned, nothing cut off, and no record stands for another', async () => {
  for (let at = 0; at < next.length; at++)
    await assert.rejects((await opener()).open(changed(next, at)), VaultError, `byte ${at}`);
  for (const length of [0, 10, 11, 60, next.length - 17, next.length - 1])
    await assert.rejects((await opener()).open(new Uint8Array(next.slice(0, length))));
  await assert.rejects((await opener()).open(changed(init, 10, 1)), { reason: 'malformed' });
  await assert.rejects((await opener()).open(changed(next, 5, 1)), { reason: 'malformed' });
});

test('what is no record is told from one that is cut off', () => {
  for (const [at, value] of [
    [0, 0],
    [4, 2],
    [5, 0],
    [5, 3],
    [6, 2],
    [12, 0],
  ] as const)
    assert.throws(() => parseLiveHeader(changed(key, at, value)), { reason: 'malformed' }, `byte ${at}`);
  assert.throws(() => parseLiveHeader(key.slice(0, 10)), { reason: 'truncated' });
  const { headerBytes } = parseLiveHeader(key);
  assert.throws(() => parseLiveHeader(key.slice(0, headerBytes + 15)), { reason: 'truncated' });
  assert.throws(() => parseLiveHeader(new Uint8Array(LIVE_RECORD_BYTES_MAX + 1)), {
    ...{ reason: 'malformed', message: 'A live record is too long.' },
  });
});

test('a key has 32 bytes, a record a largest size, and a sealer stops at its first failure', async () => {
  await assert.rejects(createRecordSealer(label, ramp(0, 31)), { reason: 'malformed' });
  await assert.rejects(createRecordOpener(label, ramp(0, 33)), { reason: 'malformed' });
  const big = await createRecordSealer(label, liveKey);
  await assert.rejects(big.seal('init', false, new Uint8Array(LIVE_INIT_BYTES_MAX)), RangeError);
  await assert.rejects(big.seal('fragment', false, new Uint8Array(LIVE_RECORD_BYTES_MAX)), RangeError);
  const broken = await createRecordSealer(label, liveKey);
  // @ts-expect-error: what is not bytes makes the platform fail
  await assert.rejects(broken.seal('init', false, { length: 3 }));
  await assert.rejects(broken.seal('init', false, picture), /has ended/);
});

test('the beginning of a broadcast carries its tracks and its initialization segment', () => {
  const tracks = {
    mediaType: 'video/mp4; codecs="avc1.640028"',
    widthPixels: 640,
    heightPixels: 360,
    hasAudio: false,
  };
  const written = writeInit(tracks, picture);
  assert.deepEqual(readInit(written), { tracks, segment: picture });
  assert.throws(() => readInit(written.slice(0, 3)), { reason: 'truncated' });
  assert.throws(() => readInit(written.slice(0, 9)), { reason: 'truncated' });
  assert.throws(() => readInit(concat(uint32(1), utf8('{'))), { reason: 'malformed' });
  assert.throws(() => readInit(concat(uint32(2), utf8('{}'))), { reason: 'malformed' });
  assert.throws(() => writeInit({ ...tracks, widthPixels: 0 }, picture), { reason: 'malformed' });
});
