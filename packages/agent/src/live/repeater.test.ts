import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRepeater, REPEATER_LIMITS } from './repeater.ts';

/** A record of so many bytes that all carry its number. */
const record = (number: number, bytes = 100) => new Uint8Array(bytes).fill(number);

/** A repeater that has sent its beginning (0) and a key frame (1), and whose turns the test gives. */
function staged(limits: Partial<typeof REPEATER_LIMITS> = {}) {
  const sent: number[] = [];
  const waiting: (() => void)[] = [];
  const repeater = createRepeater(
    (bytes) => void (bytes[0] !== 0 && sent.push(bytes[0] ?? 0)),
    (act) =>
      new Promise((resolve) =>
        waiting.push(() => {
          act();
          resolve();
        }),
      ),
    { ...REPEATER_LIMITS, ...limits },
  );
  /** Gives the turn that is waited for, and answers which fragments were sent in it. */
  const turn = async (): Promise<number[]> => {
    assert.ok(waiting.length <= 1, 'one turn is asked for at a time');
    const before = sent.length;
    waiting.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
    return sent.slice(before);
  };
  repeater.begun(record(0));
  repeater.sent(record(1), true);
  return { repeater, turn };
}

test('who joins gets the beginning at once, and the records since the last key frame, the very bytes', async () => {
  const sent: Uint8Array[] = [];
  const repeater = createRepeater(
    (bytes) => void sent.push(bytes),
    async (act) => act(),
  );
  const records = [0, 1, 2, 3].map((number) => record(number));
  const [init = record(0), old = record(0), ...group] = records;
  repeater.begun(init);
  repeater.sent(old, true);
  for (const [index, one] of group.entries()) repeater.sent(one, index === 0);
  repeater.repeat();
  assert.deepEqual(sent.length, 3);
  for (const [index, one] of [init, ...group].entries()) assert.ok(sent[index] === one);
});

test('before the beginning nothing is repeated: it goes to everybody anyway', async () => {
  const sent: Uint8Array[] = [];
  const repeater = createRepeater(
    (bytes) => void sent.push(bytes),
    async (act) => act(),
  );
  repeater.repeat();
  repeater.begun(record(0));
  repeater.sent(record(1), true);
  assert.deepEqual(sent, []);
});

test('only a window is under way at once, and the record that goes beyond it', async () => {
  const { repeater, turn } = staged({ windowBytes: 250 });
  for (const number of [2, 3]) repeater.sent(record(number), false);
  repeater.sent(record(4, 1000), false);
  for (const number of [5, 6]) repeater.sent(record(number), false);
  repeater.repeat();
  assert.deepEqual(await turn(), [1, 2, 3]);
  assert.deepEqual(await turn(), [4]);
  assert.deepEqual(await turn(), [5, 6]);
  assert.deepEqual(await turn(), []);
});

test('what goes to all meanwhile is repeated as well, until nothing is left', async () => {
  const { repeater, turn } = staged({ windowBytes: 200 });
  for (const number of [2, 3]) repeater.sent(record(number), false);
  repeater.repeat();
  assert.deepEqual(await turn(), [1, 2]);
  repeater.sent(record(4), false);
  assert.deepEqual(await turn(), [3, 4]);
  repeater.sent(record(5), false);
  assert.deepEqual(await turn(), []);
});

test('with a key frame the repeating ends, and whoever joins next gets what has come since', async () => {
  const { repeater, turn } = staged({ windowBytes: 100 });
  repeater.sent(record(2), false);
  repeater.repeat();
  assert.deepEqual(await turn(), [1]);
  repeater.sent(record(3), true);
  repeater.sent(record(4), false);
  assert.deepEqual(await turn(), []);
  repeater.repeat();
  assert.deepEqual(await turn(), [3]);
  assert.deepEqual(await turn(), [4]);
});

test('who joins while it is repeated for another has it begin again, in the same turns', async () => {
  const { repeater, turn } = staged({ windowBytes: 200 });
  for (const number of [2, 3]) repeater.sent(record(number), false);
  repeater.repeat();
  assert.deepEqual(await turn(), [1, 2]);
  repeater.repeat();
  assert.deepEqual(await turn(), [1, 2]);
  assert.deepEqual(await turn(), [3]);
  assert.deepEqual(await turn(), []);
});

test('a group of pictures has a bound in bytes and in records; who joins beyond it waits for a key frame', async () => {
  for (const limits of [{ groupBytesMax: 200 }, { groupRecordsMax: 2 }]) {
    const { repeater, turn } = staged(limits);
    repeater.sent(record(2), false);
    repeater.repeat();
    assert.deepEqual(await turn(), [1, 2]);
    for (const number of [3, 4]) repeater.sent(record(number), false);
    repeater.repeat();
    assert.deepEqual(await turn(), []);
    repeater.sent(record(5), true);
    repeater.repeat();
    assert.deepEqual(await turn(), [5]);
  }
});

test('nothing is repeated of what has ended', async () => {
  const { repeater, turn } = staged();
  repeater.repeat();
  repeater.end();
  repeater.repeat();
  assert.deepEqual(await turn(), []);
});
