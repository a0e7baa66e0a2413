import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBatcher } from './batcher.ts';

const double = async (questions: readonly number[]) =>
  questions.map((one) => (one < 0 ? undefined : one * 2));

test('questions of one moment go out together, and each gets its own answer', async () => {
  const sizes: number[] = [];
  const batcher = createBatcher<number, number>({
    batchMax: 10,
    answerAll: (questions) => {
      sizes.push(questions.length);
      return double(questions);
    },
  });
  const asked = Array.from({ length: 25 }, (_, index) => index - 1);
  const answers = await Promise.all(asked.map((one) => batcher.ask(one)));
  assert.deepEqual(
    answers,
    asked.map((one) => (one < 0 ? undefined : one * 2)),
  );
  assert.deepEqual(sizes, [10, 10, 5]);
});

test('a batch that fails, or has too few answers, fails every question in it and no other', async () => {
  const batcher = createBatcher<number, number>({
    batchMax: 2,
    answerAll: async (questions) => {
      if (questions.includes(13)) throw new Error('bad luck');
      return questions.includes(7) ? [1] : double(questions);
    },
  });
  const answers = await Promise.allSettled([1, 2, 13, 3, 7, 4].map((one) => batcher.ask(one)));
  assert.deepEqual(
    answers.map((one) => one.status),
    ['fulfilled', 'fulfilled', 'rejected', 'rejected', 'rejected', 'rejected'],
  );
  assert.equal(await batcher.ask(5), 10);
});

test('the queue and the batches under way are bounded', async () => {
  const gone = Promise.withResolvers<void>();
  let underWay = 0;
  let most = 0;
  const batcher = createBatcher<number, number>({
    batchMax: 1,
    queueMax: 3,
    batchesUnderWayMax: 2,
    answerAll: async (questions) => {
      most = Math.max(most, ++underWay);
      await gone.promise;
      underWay -= 1;
      return double(questions);
    },
  });
  const asked = [batcher.ask(1), batcher.ask(2), batcher.ask(3)];
  await assert.rejects(batcher.ask(4), { kind: 'unavailable' });
  gone.resolve();
  assert.deepEqual(await Promise.all(asked), [2, 4, 6]);
  assert.equal(most, 2);
});

/** How the questions of one moment are divided into batches. */
async function sizesOf(questions: readonly number[], together?: (one: number, next: number) => boolean) {
  const sizes: number[] = [];
  const batcher = createBatcher<number, number>({
    batchMax: 40,
    shareMin: 4,
    ...(together === undefined ? {} : { together }),
    answerAll: (batch) => {
      sizes.push(batch.length);
      return double(batch);
    },
  });
  await Promise.all(questions.map((one) => batcher.ask(one)));
  return sizes;
}
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test('the batches that may begin share the queue, unless a share would be too small', async () => {
  assert.deepEqual(await sizesOf(upTo(20)), [10, 10]);
  assert.deepEqual(await sizesOf(upTo(6)), [4, 2]);
  assert.deepEqual(await sizesOf(upTo(3)), [3]);
});

test('questions that belong together are not divided, but where a batch would become too large', async () => {
  const samePage = (one: number, next: number): boolean => Math.floor(one / 12) === Math.floor(next / 12);
  assert.deepEqual(await sizesOf(upTo(36), samePage), [24, 12]);
  assert.deepEqual(await sizesOf(upTo(50), () => true), [40, 10]);
});
