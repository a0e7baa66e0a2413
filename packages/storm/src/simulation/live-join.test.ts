import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createRepeater, REPEATER_LIMITS } from '@nightlatch/agent/live/repeater';
import { agentIdOf, newBroadcastId, newCameraId, newHomeId } from '@nightlatch/protocol/ids';
import { createBroadcast } from '@nightlatch/server/live/broadcast';
import { LiveRecord } from '@nightlatch/server/live/record';
import { createRecordSealer } from '@nightlatch/vault/live-records';
import fc from 'fast-check';

const RECORDS = 120;
const KEY_FRAME_EVERY = 12;
const label = {
  home: newHomeId(randomBytes),
  camera: newCameraId(randomBytes),
  broadcast: newBroadcastId(randomBytes),
};
const agent = agentIdOf(randomBytes(32));
const sealer = await createRecordSealer(label, new Uint8Array(32));
const records: Uint8Array<ArrayBuffer>[] = [];
const isKeyFrame = (number: number): boolean => number % KEY_FRAME_EVERY === 1;
for (let number = 0; number < RECORDS; number++)
  records.push(
    await sealer.seal(number === 0 ? 'init' : 'fragment', isKeyFrame(number), new Uint8Array(100)),
  );

const MOVES = ['picture', 'picture', 'picture', 'drop', 'join', 'leave', 'arrival', 'arrival'] as const;

interface Joined {
  readonly got: number[];
  /** How many records had been sent to all when it joined. */
  readonly since: number;
  hasLeft: boolean;
}

/** Both ends of a link, over which everything arrives in the order in which it was sent, and those who join and leave. */
async function play(moves: readonly (typeof MOVES)[number][], windowRecords: number) {
  const broadcast = createBroadcast(label.broadcast, label.camera);
  const live: number[] = [];
  const viewers: Joined[] = [];
  const leaving: (() => void)[] = [];
  const turns: (() => void)[] = [];
  const send = (bytes: Uint8Array<ArrayBuffer>): void => broadcast.take(new LiveRecord(bytes, agent));
  const repeater = createRepeater(send, (act) => new Promise<void>((go) => turns.push(go)).then(act), {
    ...REPEATER_LIMITS,
    windowBytes: windowRecords * (records[1]?.length ?? 0),
  });
  const arrive = async (): Promise<void> => {
    turns.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  let next = 0;
  let isDropping = false;
  const act = {
    picture: () => {
      const number = next++;
      const record = records[number];
      isDropping &&= !isKeyFrame(number);
      if (record === undefined || isDropping) return;
      live.push(number);
      send(record);
      if (number === 0) repeater.begun(record);
      else repeater.sent(record, isKeyFrame(number));
    },
    drop: () => {
      next += 1;
      isDropping = true;
    },
    join: () => {
      const viewer: Joined = { got: [], since: live.length, hasLeft: false };
      const sink = { record: ({ sequence }: LiveRecord) => void viewer.got.push(sequence) };
      viewers.push(viewer);
      leaving.push(() => {
        viewer.hasLeft = true;
        broadcast.leave(sink);
      });
      broadcast.join(sink);
      repeater.repeat();
    },
    leave: () => leaving.shift()?.(),
    arrival: arrive,
  };
  act.join();
  for (const move of ['picture', 'picture', ...moves] as const) await act[move]();
  while (turns.length > 0) await arrive();
  return { live, viewers };
}

test('whoever joins, whenever it is, gets the beginning and then all from a key frame on: each record once, in order', async () => {
  const moves = fc.array(fc.constantFrom(...MOVES), { maxLength: 100 });
  await fc.assert(
    fc.asyncProperty(moves, fc.integer({ min: 1, max: 5 }), async (given, windowRecords) => {
      const { live, viewers } = await play(given, windowRecords);
      for (const { got, since, hasLeft } of viewers) {
        if (hasLeft) continue;
        const [init, first = -1, ...rest] = got;
        const known = live.slice(0, since).findLast(isKeyFrame);
        const later = live.slice(since).find(isKeyFrame);
        assert.equal(init, 0);
        assert.ok(first === known || first === later, `begins with ${first}`);
        let before = first;
        for (const number of rest) {
          const follows = live[live.indexOf(before) + 1] === number;
          assert.ok(follows || (number === later && before < number), `${number} behind ${before}`);
          before = number;
        }
        assert.equal(before, live.at(-1), 'it has come to the newest');
      }
    }),
  );
});
