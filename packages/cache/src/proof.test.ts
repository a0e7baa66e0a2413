import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '@nightlatch/storm/simulation/manual-clock';
import { CacheError } from './errors.ts';
import { type DoubtReason, loadScripts, proveReplies } from './proof.ts';
import { SCRIPTS } from './scripts.ts';

const unreachable = (error: unknown) => error instanceof CacheError && error.kind === 'unreachable';

/** A connection whose replies the test gives. */
function connection() {
  const sent: {
    readonly question: string;
    readonly reply: (reply: unknown) => void;
    readonly fail: (error: Error) => void;
  }[] = [];
  const doubts: DoubtReason[] = [];
  let destroyed = 0;
  const clock = manualClock();
  const wire = {
    send: (...commands: readonly (readonly string[])[]) =>
      new Promise<unknown>((reply, fail) => sent.push({ question: commands[1]?.[1] ?? '', reply, fail })),
    destroy: () => {
      destroyed++;
    },
  };
  const proven = proveReplies({
    wire,
    clock,
    connection: 'c.',
    replyMilliseconds: 100,
    onDoubt: (reason) => doubts.push(reason),
  });
  const ask = (...keys: string[]) => {
    const answer = proven.read(keys);
    answer.catch(() => {});
    const last = sent.at(-1);
    assert.ok(last);
    return { answer, ...last };
  };
  return { ask, clock, doubts, proven, destroyed: () => destroyed };
}

test('the answer to the very question is given out, and its time is over with it', async () => {
  const { ask, clock, doubts } = connection();
  const one = ask('a', 'b');
  const two = ask('a', 'b');
  assert.notEqual(one.question, two.question);
  one.reply([one.question, ['x', null]]);
  assert.deepEqual(await one.answer, ['x', null]);
  two.reply([two.question, [null, null]]);
  assert.deepEqual(await two.answer, [null, null]);
  clock.advance(1_000);
  assert.deepEqual(doubts, []);
});

const spoilt: Record<string, [DoubtReason, (question: string, other: string) => unknown]> = {
  'the answer to another question': ['wrong-question', (_, other) => [other, ['x']]],
  'an answer for other keys': ['wrong-question', (question) => [question.replace(/a$/, 'b'), ['x']]],
  'an answer without a question': ['wrong-shape', () => 'x'],
  'the answer that it is in the queue': ['wrong-shape', () => 'QUEUED'],
  'an answer that is too short': ['wrong-shape', (question) => [question]],
  'an answer that is too long': ['wrong-shape', (question) => [question, ['x'], 'more']],
  nothing: ['wrong-shape', () => null],
};
for (const [name, [reason, reply]] of Object.entries(spoilt))
  test(`${name} is not looked at, nor is anything behind it`, async () => {
    const { ask, doubts, destroyed } = connection();
    const [one, two, three] = [ask('a'), ask('a'), ask('a')];
    one.reply(reply(one.question, two.question));
    // It has arrived already, and is even right.
    two.reply([two.question, ['y']]);
    for (const { answer } of [one, two, three]) await assert.rejects(answer, unreachable);
    await assert.rejects(ask('a').answer, unreachable);
    assert.deepEqual(doubts, [reason]);
    assert.equal(destroyed(), 1);
  });

test('an error reply could be the answer to anything', async () => {
  const { ask, doubts, destroyed } = connection();
  const [one, two] = [ask('a'), ask('a')];
  one.fail(new Error('ERR'));
  for (const { answer } of [one, two]) await assert.rejects(answer, unreachable);
  assert.deepEqual([doubts, destroyed()], [['error-reply'], 1]);
});

test('a reply that is late ends the connection; what comes then is too late', async () => {
  const { ask, clock, doubts, destroyed } = connection();
  const one = ask('a');
  clock.advance(100);
  assert.deepEqual(doubts, [], 'a process that stood still has not read yet');
  clock.advance(1);
  one.reply([one.question, ['x']]);
  await assert.rejects(one.answer, unreachable);
  assert.deepEqual([doubts, destroyed()], [['late'], 1]);
});

test('what waits when the connection ends has failed', async () => {
  const { ask, proven, doubts, destroyed } = connection();
  const one = ask('a');
  proven.end(new Error('reset'));
  await assert.rejects(one.answer, unreachable);
  assert.deepEqual([doubts, destroyed()], [[], 1]);
});

test('a connection that does not confirm the scripts is none', async () => {
  const scripts = Object.values(SCRIPTS);
  const wire = (answer: (lua: string) => unknown) => ({
    destroy: () => {},
    send: async ([, , lua = '']: readonly string[]) => answer(lua),
  });
  await loadScripts(
    wire((lua) => scripts.find((script) => script.lua === lua)?.sha),
    scripts,
  );
  await assert.rejects(
    loadScripts(
      wire(() => scripts[0]?.sha),
      scripts,
    ),
    unreachable,
  );
  await assert.rejects(
    loadScripts(
      wire(() => null),
      scripts,
    ),
    unreachable,
  );
});
