import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentId, BroadcastId, CameraId, HomeId } from '@nightlatch/protocol/ids';
import { createRecordSealer } from '@nightlatch/vault/live-records';
import { createBroadcast, createKeptBudget, type KeptBudget } from './broadcast.ts';
import { LiveRecord } from './record.ts';

const zeros = '0'.repeat(26);
const label = {
  home: HomeId.parse(`home_${zeros}`),
  camera: CameraId.parse(`cam_${zeros}`),
  broadcast: BroadcastId.parse(`live_${zeros}`),
};
const agent = AgentId.parse(`agent_${zeros}`);
const sealer = await createRecordSealer(label, new Uint8Array(32));
const sealed = async (kind: 'init' | 'fragment', keyFrame = false): Promise<LiveRecord> =>
  new LiveRecord(await sealer.seal(kind, keyFrame, new Uint8Array(100)), agent);
const init = await sealed('init');
const [key, picture, later, nextKey] = [
  await sealed('fragment', true),
  await sealed('fragment'),
  await sealed('fragment'),
  await sealed('fragment', true),
];
const each = key.bytes.length;

function broadcastWith(limits: { keptBytesMax?: number; keptRecordsMax?: number }, budget: KeptBudget) {
  const broadcast = createBroadcast(
    label.broadcast,
    label.camera,
    { keptBytesMax: 1e6, keptRecordsMax: 100, ...limits },
    budget,
  );
  /** What somebody gets who joins now, and how much was announced. */
  const joined = () => {
    const records: LiveRecord[] = [];
    let announced = 0;
    const sink = {
      begin: (bytes: number) => {
        announced = bytes;
      },
      record: (record: LiveRecord) => void records.push(record),
    };
    broadcast.join(sink);
    broadcast.leave(sink);
    return { records, announced };
  };
  return { broadcast, joined };
}

test('whoever joins gets the beginning and what has come since the last key frame', () => {
  const { broadcast, joined } = broadcastWith({}, createKeptBudget(1e6));
  // Nothing before the first key frame can be decoded.
  for (const record of [init, picture]) broadcast.take(record);
  assert.deepEqual(joined().records, [init]);
  for (const record of [key, picture]) broadcast.take(record);
  assert.deepEqual(joined(), { records: [init, key, picture], announced: init.bytes.length + 2 * each });
  broadcast.take(nextKey);
  assert.deepEqual(joined().records, [init, nextKey]);
});

test('what is kept has a bound in bytes and in records; who joins beyond it waits for a key frame', () => {
  for (const limits of [{ keptBytesMax: 2 * each }, { keptRecordsMax: 2 }]) {
    const { broadcast, joined } = broadcastWith(limits, createKeptBudget(1e6));
    for (const record of [init, key, picture]) broadcast.take(record);
    assert.equal(joined().records.length, 3);
    broadcast.take(later);
    assert.deepEqual(joined().records, [init]);
    broadcast.take(nextKey);
    assert.deepEqual(joined().records, [init, nextKey]);
  }
});

test('all broadcasts keep from one budget, and give back what they forget', () => {
  const budget = createKeptBudget(3 * each);
  const first = broadcastWith({}, budget);
  const second = broadcastWith({}, budget);
  for (const record of [init, key, picture]) first.broadcast.take(record);
  for (const record of [init, key, picture]) second.broadcast.take(record);
  assert.deepEqual(second.joined().records, [init]);
  first.broadcast.end();
  for (const record of [key, picture, later]) second.broadcast.take(record);
  assert.deepEqual(second.joined().records, [init, key, picture, later]);
});

test('a budget has its own bound and that of the whole; what does not fit into either is not taken', () => {
  const whole = createKeptBudget(100);
  const [one, other] = [createKeptBudget(60, whole), createKeptBudget(60, whole)];
  assert.equal(one.take(61), false);
  assert.equal(one.take(60), true);
  assert.equal(other.take(41), false);
  assert.equal(other.take(40), true);
  one.give(60);
  assert.equal(other.take(20), true);
  assert.equal(other.take(1), false);
  assert.equal(one.take(40), true);
});
