import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Admission, createAdmission, Overload, type Priority, type Turn } from './admission.ts';

function newAdmission(underWayMax = 2, patienceMilliseconds = 1_000) {
  const time = { now: 0 };
  const timers: { readonly milliseconds: number; readonly action: () => void }[] = [];
  const admission = createAdmission({
    monotonic: () => time.now,
    after: (milliseconds, action) => void timers.push({ milliseconds, action }),
    limits: { underWayMax, patienceMilliseconds },
  });
  return { admission, time, timers };
}

/** Enters and writes down its name when it is its turn, or the seconds it was told when it was refused. */
function enter(admission: Admission, priority: Priority, name: string, log: (string | number)[]) {
  const entered = admission.enter(priority);
  entered.then(
    () => log.push(name),
    (error: unknown) => {
      assert.ok(error instanceof Overload);
      log.push(error.retryAfterSeconds ?? Number.NaN);
    },
  );
  return entered;
}
const turnOfLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const full = (admission: Admission, count = 2): Promise<Turn[]> =>
  Promise.all(Array.from({ length: count }, () => admission.enter('media')));

test('as many as may go go at once, the next when one of them is done, and what is done twice counts once', async () => {
  const { admission } = newAdmission();
  const [first] = await full(admission);
  const log: (string | number)[] = [];
  for (const name of ['third', 'fourth']) enter(admission, 'media', name, log);
  await turnOfLoop();
  assert.deepEqual([log, admission.counts.waiting], [[], 2]);
  first?.[Symbol.dispose]();
  first?.[Symbol.dispose]();
  await turnOfLoop();
  assert.deepEqual([log, { ...admission.counts }], [['third'], { underWay: 2, waiting: 1, refused: 0 }]);
});

test('what is more urgent goes first, and health waits for nothing', async () => {
  const { admission } = newAdmission(1, 60_000);
  const [turn] = await full(admission, 1);
  const log: (string | number)[] = [];
  const waiting = (['media', 'metadata', 'live', 'revocation', 'live'] as const).map((priority) =>
    enter(admission, priority, priority, log),
  );
  enter(admission, 'health', 'health', log);
  await turnOfLoop();
  assert.deepEqual(log, ['health']);
  turn?.[Symbol.dispose]();
  for (const one of [3, 2, 4, 1, 0]) (await waiting[one])?.[Symbol.dispose]();
  assert.deepEqual(log, ['health', 'revocation', 'live', 'live', 'metadata', 'media']);
});

test('more than can be served in time are refused at once, the least urgent first', async () => {
  const { admission } = newAdmission();
  await full(admission);
  const log: (string | number)[] = [];
  enter(admission, 'media', 'media', log);
  enter(admission, 'metadata', 'metadata', log);
  await assert.rejects(admission.enter('media'), Overload);
  enter(admission, 'live', 'live', log);
  await turnOfLoop();
  assert.deepEqual([typeof log[0], log.length, admission.counts.waiting], ['number', 1, 2]);
  await assert.rejects(admission.enter('metadata'), Overload);
});

test('as many wait as the rate of the last second serves within their patience', async () => {
  const { admission } = newAdmission(1, 3_000);
  for (let one = 0; one < 10; one++) (await admission.enter('live'))[Symbol.dispose]();
  await full(admission, 1);
  const log: (string | number)[] = [];
  for (let one = 0; one < 35; one++) enter(admission, 'live', `${one}`, log);
  await turnOfLoop();
  assert.deepEqual([admission.counts.waiting, log.length], [30, 5]);
});

test('who has waited for longer than anybody has patience is refused, whoever comes next', async () => {
  const { admission, time } = newAdmission();
  await full(admission);
  const log: (string | number)[] = [];
  enter(admission, 'revocation', 'late', log);
  time.now = 1_000;
  enter(admission, 'media', 'in time', log);
  await turnOfLoop();
  assert.deepEqual(log, []);
  time.now = 1_001;
  enter(admission, 'media', 'in time, too', log);
  await turnOfLoop();
  assert.deepEqual([typeof log[0], log.length], ['number', 1]);
});

test('who waits alone behind somebody slow is refused in time, and one timer is enough for all', async () => {
  const { admission, time, timers } = newAdmission();
  await full(admission);
  const log: (string | number)[] = [];
  enter(admission, 'media', 'first', log);
  time.now = 600;
  enter(admission, 'live', 'second', log);
  await turnOfLoop();
  assert.deepEqual(
    timers.map(({ milliseconds }) => milliseconds),
    [1_001],
  );
  time.now = 1_001;
  timers[0]?.action();
  await turnOfLoop();
  assert.deepEqual([log.length, admission.counts.waiting, timers[1]?.milliseconds], [1, 1, 600]);
  time.now = 1_601;
  timers[1]?.action();
  await turnOfLoop();
  assert.deepEqual([log.length, admission.counts.waiting, timers.length], [2, 0, 2]);
});

test('who is refused is told to come one behind the other, at the rate at which they can be served', async () => {
  const { admission } = newAdmission();
  await full(admission);
  const log: (string | number)[] = [];
  for (let one = 0; one < 10; one++) enter(admission, 'live', `${one}`, log);
  await turnOfLoop();
  // Two wait for a second of work; the other eight come behind them, two in every second.
  assert.deepEqual(log, [2, 2, 3, 3, 4, 4, 5, 5]);
  log.length = 0;
  // Of another priority: not behind those.
  for (let one = 0; one < 3; one++) enter(admission, 'media', `${one}`, log);
  await turnOfLoop();
  assert.deepEqual(log, [2, 2, 3]);
});
