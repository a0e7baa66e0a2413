import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RESTARTS_MAX, waitBeforeRestart } from './backoff.ts';
import type { Ended, Running } from './process.ts';
import { type Supervision, supervise } from './supervise.ts';

const DIED: Ended = { code: 1, signal: null, lastWords: 'the lens is covered' };

/** Processes that end when the test says so, and waits that are over at once. */
function stage(starts: (() => Promise<Running>)[], now = () => 0) {
  const told: string[] = [];
  const waits: number[] = [];
  const givenUp = Promise.withResolvers<string>();
  const supervision: Supervision = {
    start: () => starts.shift()?.() ?? Promise.reject(new Error('cannot start')),
    onDown: (why) => told.push(`down: ${why}`),
    onUp: () => {},
    onGivenUp: givenUp.resolve,
    wait: async (milliseconds) => {
      waits.push(milliseconds);
    },
    clock: now,
  };
  return { supervision, told, waits, givenUp: givenUp.promise };
}

function running() {
  const ended = Promise.withResolvers<Ended>();
  const told: string[] = [];
  const process: Running = {
    ended: ended.promise,
    stop: async () => {
      told.push('stop');
      ended.resolve({ code: 0, signal: null, lastWords: '' });
    },
    kill: () => {
      told.push('kill');
      ended.resolve({ code: null, signal: 'SIGKILL', lastWords: '' });
    },
  };
  return { process, told, die: () => ended.resolve(DIED) };
}

const NEVER = new AbortController().signal;

test('a process that dies is started again, and it is said why', async () => {
  const [one, two] = [running(), running()];
  const up = Promise.withResolvers<void>();
  const { supervision, told } = stage([async () => one.process, async () => two.process]);
  const supervised = await supervise({ ...supervision, onUp: up.resolve }, NEVER);
  one.die();
  await up.promise;
  assert.deepEqual(told, ['down: the lens is covered']);
  await supervised.stop();
  assert.deepEqual(two.told, ['stop']);
});

test('it is started again a bounded number of times, with growing waits, and then given up', async () => {
  const one = running();
  const { supervision, waits, givenUp } = stage([async () => one.process]);
  await supervise(supervision, NEVER);
  one.die();
  assert.equal(await givenUp, 'cannot start');
  assert.equal(waits.length, RESTARTS_MAX);
  assert.deepEqual(
    waits,
    [...waits].sort((a, b) => a - b),
  );
  assert.equal(waitBeforeRestart(RESTARTS_MAX + 1), undefined);
});

test('a process that is stopped is not started again', async () => {
  const one = running();
  const { supervision, told, waits } = stage([async () => one.process]);
  await (await supervise(supervision, NEVER)).stop();
  assert.deepEqual([told, waits], [[], []]);
});

test('a first start that fails is told to whoever asked', async () => {
  await assert.rejects(supervise(stage([]).supervision, NEVER), /cannot start/);
});
