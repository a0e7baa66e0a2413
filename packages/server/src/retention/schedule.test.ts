import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scheduleSweeps } from './schedule.ts';

const log = { info: () => {}, error: () => {} };

test('sweeps follow each other, one that fails too, and none is begun beside another or after the end', async () => {
  let [under, most, begun] = [0, 0, 0];
  const third = Promise.withResolvers<void>();
  const hold = Promise.withResolvers<void>();
  let stopped = false;
  const sweep = async (signal?: AbortSignal) => {
    begun += 1;
    under += 1;
    most = Math.max(most, under);
    if (begun === 3) {
      third.resolve();
      await hold.promise;
      stopped = signal?.aborted === true;
    }
    under -= 1;
    if (begun === 1) throw new Error('the database is away');
    return { deleted: 0, unlinked: 0 };
  };
  const sweeps = scheduleSweeps({ sweep: { sweep }, log, firstMs: 0, everyMs: 0 });
  // The timers of the schedule keep no process alive.
  const alive = setInterval(() => {}, 1000);
  await third.promise;
  const disposed = sweeps[Symbol.asyncDispose]();
  hold.resolve();
  await disposed;
  clearInterval(alive);
  assert.deepEqual([begun, most, under, stopped], [3, 1, 0, true]);
});
