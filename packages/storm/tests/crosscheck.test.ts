import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Extent, Outcome } from '../src/crosscheck/case-messages.ts';
import { CASES } from '../src/crosscheck/cases.ts';
import type { Adapter } from '../src/crosscheck/client.ts';
import { adapter as ioredis } from '../src/crosscheck/clients/ioredis.ts';
import { crosscheck } from '../src/crosscheck/crosscheck.ts';
import { layGround } from '../src/crosscheck/ground.ts';
import { noOutcome } from '../src/crosscheck/outcome.ts';
import { judgeRead } from '../src/crosscheck/reading.ts';

const SHORT: Extent = {
  ...{ reads: 200, rounds: 1, inFlight: 50, timeoutMilliseconds: 2_000, deadlineMilliseconds: 5_000 },
  ...{ clients: 10, searched: 1_000 },
};
const SEED = 7;

const caseOf = (name: string) => CASES.filter((one) => one.name === name);

async function outcomeOf(adapter: Adapter, name: string): Promise<Outcome> {
  const { clients } = await crosscheck([adapter], caseOf(name), SHORT, SEED, () => undefined);
  const outcome = clients[0]?.cases[0]?.outcome;
  assert.ok(outcome);
  return outcome;
}

for (const name of ['reply dropped', 'reply repeated', 'replies swapped', 'stray reply'])
  test(`a client that matches replies by their order alone is seen to cross: ${name}`, async () => {
    const { wrong } = await outcomeOf(ioredis, name);
    assert.ok(wrong > 0);
  });

test('where nothing but the packets differ, every read is right', async () => {
  assert.deepEqual(await outcomeOf(ioredis, 'reply in pieces'), { ...noOutcome(), right: SHORT.reads });
});

test('a case that means nothing to a client is not run, and a crash is told from a case that cannot be run', async () => {
  const { clients } = await crosscheck([ioredis], caseOf('colliding keys'), SHORT, SEED, () => undefined);
  assert.equal(clients[0]?.cases[0]?.outcome, null);
  await assert.rejects(
    crosscheck([{ ...ioredis, name: 'nobody' }], caseOf('reply in pieces'), SHORT, SEED, () => undefined),
    /nobody, "reply in pieces"/,
  );
});

test('a read is judged by whose value it is, how new, and whether it came at all', async () => {
  await using ground = await layGround(ioredis, { ...SHORT, reads: 2 }, SEED);
  const [question, other] = ground.questions;
  assert.ok(question && other);
  const expected = { ...ground.expected, versionMin: 2, deadlineMilliseconds: 20 };
  const judge = (answer: () => Promise<string | undefined>) =>
    judgeRead({ read: answer }, question, expected);
  assert.equal(await judge(async () => ground.values.of(question, 2)), 'right');
  assert.equal(await judge(async () => ground.values.of(question, 1)), 'stale');
  assert.equal(await judge(async () => ground.values.of(other, 2)), 'wrong');
  assert.equal(
    await judge(async () => ground.values.of(question, 2).replace('"version":2', '"version":3')),
    'wrong',
  );
  assert.equal(await judge(async () => '{'), 'wrong');
  assert.equal(await judge(async () => undefined), 'missed');
  assert.equal(await judge(() => Promise.reject(new Error('no'))), 'error');
  assert.equal(await judge(() => new Promise(() => undefined)), 'hung');
});
