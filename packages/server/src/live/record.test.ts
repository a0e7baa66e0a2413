import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentId, BroadcastId, CameraId, HomeId } from '@nightlatch/protocol/ids';
import { createRecordSealer } from '@nightlatch/vault/live-records';
import { LiveRecord } from './record.ts';

const zeros = '0'.repeat(26);
const label = {
  home: HomeId.parse(`home_${zeros}`),
  camera: CameraId.parse(`cam_${zeros}`),
  broadcast: BroadcastId.parse(`live_${zeros}`),
};

test('a short record does not hold on to the large piece of memory that it came in', async () => {
  const sealer = await createRecordSealer(label, new Uint8Array(32));
  const short = await sealer.seal('init', false, new Uint8Array(8));
  const came = new Uint8Array(64 * 1024);
  came.set(short, 1000);
  const record = new LiveRecord(came.subarray(1000, 1000 + short.length), AgentId.parse(`agent_${zeros}`));
  assert.deepEqual(Buffer.from(record.bytes), Buffer.from(short));
  assert.equal(record.bytes.buffer.byteLength, short.length);
});
