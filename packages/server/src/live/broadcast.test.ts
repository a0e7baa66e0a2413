import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentId, BroadcastId, CameraId, HomeId } from '@nightlatch/protocol/ids';
import { LIVE_REPEAT_BYTES_MAX } from '@nightlatch/protocol/live';
import { createRecordSealer } from '@nightlatch/vault/live-records';
import { createBroadcast } from './broadcast.ts';
import { LiveRecord } from './record.ts';

const zeros = '0'.repeat(26);
const label = {
  home: HomeId.parse(`home_${zeros}`),
  camera: CameraId.parse(`cam_${zeros}`),
  broadcast: BroadcastId.parse(`live_${zeros}`),
};
const agent = AgentId.parse(`agent_${zeros}`);

/** The records of a broadcast by their numbers, from 0: the beginning, and then key frames where they are told. */
async function recordsOf(count: number, keyFrames: readonly number[], fragmentBytes = 100) {
  const sealer = await createRecordSealer(label, new Uint8Array(32));
  const records: LiveRecord[] = [];
  for (let number = 0; number < count; number++) {
    const kind = number === 0 ? 'init' : 'fragment';
    const bytes = new Uint8Array(number === 0 ? 100 : fragmentBytes);
    records.push(new LiveRecord(await sealer.seal(kind, keyFrames.includes(number), bytes), agent));
  }
  return records;
}

async function newBroadcast(count: number, keyFrames: readonly number[], fragmentBytes?: number) {
  const records = await recordsOf(count, keyFrames, fragmentBytes);
  const broadcast = createBroadcast(label.broadcast, label.camera);
  return {
    broadcast,
    /** The records with these numbers come, in this order. */
    come: (...numbers: number[]) => {
      for (const number of numbers) {
        const record = records[number];
        assert.ok(record !== undefined);
        broadcast.take(record);
      }
    },
    /** The numbers of what somebody gets who joins now; those of repeated records in `repeated`. */
    join: () => {
      const got: number[] = [];
      const repeated: number[] = [];
      broadcast.join({
        record: ({ sequence }, isRepeated) => {
          got.push(sequence);
          if (isRepeated) repeated.push(sequence);
        },
      });
      return { got, repeated };
    },
  };
}

test('what is repeated goes to those who joined since, and to nobody once more', async () => {
  const { come, join } = await newBroadcast(8, [1, 3]);
  const first = join();
  come(0, 1, 2, 3, 4);
  const second = join();
  come(0, 3, 4, 5);
  const third = join();
  come(0, 3, 4, 5, 6, 0, 3, 4, 5, 6, 7);
  assert.deepEqual(first, { got: [0, 1, 2, 3, 4, 5, 6, 7], repeated: [] });
  assert.deepEqual(second, { got: [0, 3, 4, 5, 6, 7], repeated: [0, 3, 4] });
  assert.deepEqual(third, { got: [0, 3, 4, 5, 6, 7], repeated: [0, 3, 4, 5] });
});

test('live records among repeated ones wait for their turn, and none is missing or comes twice', async () => {
  const { come, join } = await newBroadcast(9, [1]);
  const first = join();
  come(0, 1, 2, 3);
  const second = join();
  come(0, 1, 4, 2, 5, 3, 4, 6, 5, 6, 7, 8);
  for (const { got } of [first, second]) assert.deepEqual(got, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('with a key frame in the middle of the repeating everybody goes on, and what is still repeated is old', async () => {
  const { come, join } = await newBroadcast(7, [1, 4]);
  const first = join();
  come(0, 1, 2, 3);
  const second = join();
  come(0, 1, 4, 2, 3, 5, 6);
  assert.deepEqual(first.got, [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(second.got, [0, 1, 4, 5, 6]);
});

test('nothing is handed on before the beginning, and behind it nothing before a key frame', async () => {
  const { come, join } = await newBroadcast(7, [1, 5]);
  join();
  come(0, 1, 2);
  const second = join();
  come(1, 2, 3, 0, 2, 4, 5, 6);
  assert.deepEqual(second.got, [0, 5, 6]);
  // Everybody had left, so that it is not known any more what came before.
  const anew = await newBroadcast(7, [3]);
  const third = anew.join();
  anew.come(0, 5, 3, 4, 5, 6);
  assert.deepEqual(third.got, [0, 3, 4, 5, 6]);
});

test('a hole in the numbers is none of those who have everything that came', async () => {
  const { come, join } = await newBroadcast(9, [1, 6]);
  const first = join();
  come(0, 1, 2, 4);
  const second = join();
  come(0, 1, 2, 4, 6, 8);
  for (const { got } of [first, second]) assert.deepEqual(got, [0, 1, 2, 4, 6, 8]);
});

test('only so much may be repeated for one who joins', async () => {
  const each = LIVE_REPEAT_BYTES_MAX / 4;
  const { come, join } = await newBroadcast(7, [1], each);
  join();
  come(0, 1, 2, 3, 4, 5, 6);
  const second = join();
  come(0, 1, 2, 3);
  assert.throws(() => come(4), /more is repeated/);
  assert.deepEqual(second.got, [0, 1, 2, 3]);
});
