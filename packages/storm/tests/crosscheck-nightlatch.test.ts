import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Extent } from '../src/crosscheck/case-messages.ts';
import { CASES } from '../src/crosscheck/cases.ts';
import { adapter } from '../src/crosscheck/clients/nightlatch.ts';
import { layGround } from '../src/crosscheck/ground.ts';
import { readAll } from '../src/crosscheck/reading.ts';
import type { Fault, Passage } from '../src/faults/resp-proxy.ts';

const SHORT: Extent = {
  ...{ reads: 200, rounds: 1, inFlight: 50, timeoutMilliseconds: 300, deadlineMilliseconds: 5_000 },
  ...{ clients: 20, searched: 1_000 },
};
const SEED = 7;

/** Cases in which what was stored goes away: to load it again is right, and an old value never is. */
for (const one of CASES.filter(({ applies }) => applies?.(adapter) ?? true))
  test(`ours answers every question right: ${one.name}`, async () => {
    await using ground = await layGround(adapter, SHORT, SEED, one.settings);
    const { wrong, stale, missed, error, hung } = await one.run(ground);
    assert.deepEqual(
      { wrong, stale, missed, error, hung },
      { wrong: 0, stale: 0, missed: 0, error: 0, hung: 0 },
    );
  });

test('ours answers every question right while every connection is spoilt again and again, in its handshake too', async () => {
  await using ground = await layGround(adapter, { ...SHORT, reads: 1_000 }, SEED);
  const filler = await ground.open(ground.redis.port);
  for (const question of ground.questions) await filler.write(question, ground.values.of(question));
  const { random } = ground;
  const harsh: ((bytes: Buffer) => Passage)[] = [
    () => ({ send: [] }),
    (bytes) => ({ send: [bytes, bytes] }),
    (bytes) => ({ send: [bytes.subarray(0, bytes.length >> 1)] }),
    (bytes) => ({ send: [Buffer.from('$5\r\nstray\r\n'), bytes] }),
    (bytes) => ({ send: [bytes.subarray(0, bytes.length >> 1)], reset: true }),
    (bytes) => ({
      send: [bytes.map((byte, at) => (at === bytes.length - 3 ? byte ^ 1 : byte))].map(Buffer.from),
    }),
  ];
  const fault: Fault = () => {
    let before = Buffer.alloc(0);
    return ({ bytes }) => {
      const old = before;
      before = Buffer.from(bytes);
      if (random() > 0.2) return { send: [bytes] };
      // Now and then a whole reply of another question, which was right a moment ago.
      const strike = harsh[Math.floor(random() * (harsh.length + 1))];
      return strike === undefined ? { send: [old] } : strike(bytes);
    };
  };
  const client = await ground.open();
  ground.proxy.setFault(fault);
  const outcome = await readAll(client, { ...ground.expected, questions: ground.questions, inFlight: 50 });
  assert.equal(outcome.right, 1_000, JSON.stringify(outcome));
  assert.ok(ground.proxy.struck > 0);
});
