import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createCache } from '@nightlatch/cache/cache';
import { accountIdOf, newHomeId } from '@nightlatch/protocol/ids';
import type { Database } from '../sql/database.ts';
import { composeCached } from './cached.ts';

const home = newHomeId(randomBytes);
const key = { account: accountIdOf(randomBytes(32)), head: 'h', sequence: '1' };
const keys = { current: { id: '1', secret: new Uint8Array(32) } };

/** A database that answers these rows to whatever is asked. */
const answering =
  (rows: () => readonly object[] | Promise<never>): Database['ask'] =>
  async (_scope, { read }) =>
    (await rows()).map((row) => read({ ...row }));
const cachedOver = (ask: Database['ask'], limits = {}) =>
  composeCached({ cache: createCache({ namespace: 'test', keys, limits }), database: { ask } });

const log = [0, 1].map((sequence) => ({ home, sequence, entry: `entry ${sequence}` }));

test('a log that is shorter than its head is no answer, and is not kept', async () => {
  let rows: object[] = [];
  const { homeLog } = cachedOver(answering(() => rows));
  await assert.rejects(homeLog.get(home, key), { kind: 'not-found' });
  rows = log;
  assert.deepEqual(await homeLog.get(home, key), ['entry 0', 'entry 1']);
  rows = [];
  assert.equal((await homeLog.get(home, key))?.length, 2);
});

test('rows of another home are no answer', async () => {
  const other = newHomeId(randomBytes);
  const counted = { bytes: 1, bytesOfLastWeek: 1, cameras: [] };
  await assert.rejects(
    cachedOver(answering(() => log.map((row) => ({ ...row, home: other })))).homeLog.get(home, key),
    /another question/,
  );
  await assert.rejects(
    cachedOver(answering(() => [{ ...counted, home: other }])).kept.get(home, {}),
    /another question/,
  );
});

test('too much to load at once is unavailable for a while, and no error of ours', async () => {
  const never = new Promise<never>(() => {});
  const { kept } = cachedOver(
    answering(() => never),
    { loadsInFlightMax: 1 },
  );
  void kept.get(home, {}).catch(() => {});
  await assert.rejects(kept.get(newHomeId(randomBytes), {}), { kind: 'unavailable' });
});
