import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DatabaseOptions } from '../src/sql/database.ts';
import { NO_SCOPE } from '../src/sql/scope.ts';
import { statement } from '../src/sql/statement.ts';
import { cluster, newDatabase, newDatabaseUrl } from './support/database.ts';
import { type Fault, type FaultyProxy, startFaultyProxy } from './support/faulty-proxy.ts';

/** Answers the number it was asked for; a miss for every seventh. */
const mine = statement({
  name: 'mine',
  text: 'select $1::int as number where $1::int % 7 <> 0',
  row: (raw) => Number(raw.number),
});

const FAULTS: Fault[] = [
  'repeat-row',
  'drop-row',
  'repeat-reply',
  'repeat-reply-late',
  'drop-reply',
  'silence',
];

let proxy: FaultyProxy;
before(async () => {
  proxy = await startFaultyProxy((await cluster()).port);
});
after(() => proxy.close());

async function openThroughProxy(options: Partial<DatabaseOptions> = {}) {
  const url = new URL(await newDatabaseUrl());
  url.port = String(proxy.port);
  return newDatabase({
    url: url.href,
    sharedConnections: 1,
    transactionConnections: 1,
    replyTimeoutMilliseconds: 1_500,
    ...options,
  });
}

interface Tally {
  right: number;
  wrong: number;
  refused: number;
}

/** 200 questions, 50 in flight, with one fault among them. */
async function askUnder(fault: Fault, options: Partial<DatabaseOptions> = {}) {
  const database = await openThroughProxy(options);
  await database.ask(NO_SCOPE, mine, [1]);
  const tally: Tally = { right: 0, wrong: 0, refused: 0 };
  for (let round = 0; round < 4; round++) {
    if (round === 1) proxy.breakNext(fault);
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const number = 1 + round * 50 + index;
        const answer = await database.ask(NO_SCOPE, mine, [number]).catch(() => 'refused' as const);
        const expected = number % 7 === 0 ? [] : [number];
        if (answer === 'refused') tally.refused += 1;
        else if (JSON.stringify(answer) === JSON.stringify(expected)) tally.right += 1;
        else tally.wrong += 1;
      }),
    );
  }
  assert.ok(proxy.broken, 'the fault has happened');
  return { tally, database };
}

describe('lock 2: every reply proves which question it answers', () => {
  for (const fault of FAULTS)
    test(`${fault}: no question gets another's answer, and the next ones are answered`, async () => {
      const { tally, database } = await askUnder(fault);
      assert.equal(tally.wrong, 0);
      assert.ok(tally.refused >= 1, 'the operation that met the fault fails closed');
      assert.ok(tally.right >= 100, `new connections answer: ${JSON.stringify(tally)}`);
      assert.ok(database.doubts.length >= 1, 'the operator is told');
    });

  for (const fault of ['repeat-reply', 'repeat-reply-late', 'drop-reply'] as const)
    test(`${fault} without the check crosses answers: the check is what stops it`, async () => {
      const { tally } = await askUnder(fault, { isAnswerTo: () => true });
      assert.ok(tally.wrong > 0, JSON.stringify(tally));
    });

  test('a doubtful reply inside a transaction rolls all of it back', async () => {
    const database = await openThroughProxy();
    await database.owner`create table marks (mark int); grant select, insert on marks to nightlatch_app`.simple();
    const mark = statement({
      name: 'mark',
      text: 'insert into marks (mark) values ($1::int) returning mark',
      row: (raw) => Number(raw.mark),
    });
    const marking = database.transact(NO_SCOPE, async (ask) => {
      await ask(mark, [1]);
      proxy.breakNext('repeat-reply-late');
      await ask(mark, [2]);
      await ask(mark, [3]);
    });
    await assert.rejects(marking, { kind: 'unavailable' });
    assert.deepEqual([...(await database.owner`select mark from marks`)], []);
  });

  test('a commit whose reply is another command’s is not taken for done', async () => {
    const database = await openThroughProxy();
    const marking = database.transact(NO_SCOPE, async (ask) => {
      proxy.breakNext('repeat-reply-late');
      await ask(mine, [1]);
    });
    await assert.rejects(marking, { kind: 'unavailable' });
    assert.equal(database.doubts.length, 1);
  });

  test('a pooler that loses the role is found out at the first answer, not served past row-level security', async () => {
    const forgetful = await startFaultyProxy((await cluster()).port, { forgetRole: true });
    const url = new URL(await newDatabaseUrl());
    url.port = String(forgetful.port);
    const database = await newDatabase({ url: url.href });
    await assert.rejects(database.ask(NO_SCOPE, mine, [1]), { kind: 'unavailable' });
    assert.equal(database.doubts[0]?.reason, 'wrong-nonce');
    await database[Symbol.asyncDispose]();
    await forgetful.close();
  });
});
