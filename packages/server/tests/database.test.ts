import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AccountId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { isUniqueViolation } from '../src/sql/failures.ts';
import { NO_SCOPE } from '../src/sql/scope.ts';
import { statement } from '../src/sql/statement.ts';
import { newDatabase } from './support/database.ts';

const numbers = statement({
  name: 'numbers',
  text: 'select number::int as number from generate_series(1, $1::int) as number',
  order: 'number desc',
  row: z.object({ number: z.number() }),
});
const sleep = statement({
  name: 'sleep',
  text: 'select pg_sleep($1::float8)::text as slept',
  row: () => true,
});

const alice = AccountId.parse(`acct_${'0'.repeat(25)}a`);
const bob = AccountId.parse(`acct_${'0'.repeat(25)}b`);

test('a statement answers rows in its order, and a miss is no rows', async () => {
  const database = await newDatabase();
  assert.deepEqual(await database.ask(NO_SCOPE, numbers, [3]), [{ number: 3 }, { number: 2 }, { number: 1 }]);
  assert.deepEqual(await database.ask(NO_SCOPE, numbers, [0]), []);
});

test('parameters and columns keep their values: arrays, JSON, bytes, large integers, times', async () => {
  const database = await newDatabase();
  const same = statement({
    name: 'same',
    text: `select $1::text[] as texts, $2::bigint[] as integers, $3::jsonb as json, $4::bytea as bytes,
      $5::bigint as large, $6::timestamptz as time, $7::text as absent, $8::boolean as flag`,
    row: (raw) => raw,
  });
  const time = new Date(1_700_000_000_123);
  const bytes = Buffer.from([0, 1, 255]);
  const large = Number.MAX_SAFE_INTEGER;
  const [row] = await database.ask(NO_SCOPE, same, [
    ['a', 'b-c_d'],
    [1, large],
    '{"a":[1,"ü"]}',
    bytes,
    large,
    time,
    null,
    true,
  ]);
  assert.deepEqual(row?.texts, ['a', 'b-c_d']);
  assert.deepEqual(row?.integers, [1, large]);
  assert.deepEqual(row?.json, { a: [1, 'ü'] });
  assert.deepEqual(row?.bytes, bytes);
  assert.deepEqual([row?.large, row?.time, row?.absent, row?.flag], [large, time, null, true]);
});

test('an array parameter cannot break out of its literal', async () => {
  const database = await newDatabase();
  const joined = statement({
    name: 'joined',
    text: `select array_to_json($1::text[])::text as items`,
    row: (raw) => JSON.parse(String(raw.items)),
  });
  const items = ['"},{"', '\\', 'NULL', '', 'a,b', "it's"];
  assert.deepEqual(await database.ask(NO_SCOPE, joined, [items]), [items]);
});

test('the scope is set before the statement looks at it, by every shape of plan', async () => {
  const database = await newDatabase();
  await database.owner.unsafe(`
    create table things (account_id text, thing int, primary key (account_id, thing));
    insert into things select '${alice}', n from generate_series(1, 3000) n;
    insert into things select '${bob}', n from generate_series(1, 3000) n;
    alter table things enable row level security; alter table things force row level security;
    create policy own on things using (account_id = any (scope_accounts()));
    grant select, update, insert on things to nightlatch_app; analyze things`);
  const row = z.object({ account_id: z.string(), count: z.number() });
  const shapes = {
    sequential: 'select account_id, count(*)::int as count from things group by account_id',
    indexed: `select account_id, count(*)::int as count from things where account_id in ('${alice}', '${bob}') group by 1`,
    joined:
      'select t.account_id, count(*)::int as count from things t join things u using (account_id, thing) group by 1',
    inner: 'select account_id, (select count(*)::int from things) as count from things limit 1',
  };
  for (const [name, text] of Object.entries(shapes)) {
    const shape = statement({ name, text, row });
    // More than five times, for PostgreSQL may then take a plan that does not know the parameters.
    for (let turn = 0; turn < 8; turn++) {
      const account = turn % 2 === 0 ? alice : bob;
      assert.deepEqual(
        await database.ask({ account }, shape, []),
        [{ account_id: account, count: 3000 }],
        name,
      );
    }
    assert.deepEqual(
      await database.ask(NO_SCOPE, shape, []),
      [],
      `${name}: the scope ended with its statement`,
    );
    assert.equal(
      (await database.ask({ accounts: [alice, bob] }, shape, [])).length,
      name === 'inner' ? 1 : 2,
    );
  }
  const change = statement({
    name: 'change',
    with: 'changed as (update things set thing = -thing where thing <= $1::int returning account_id)',
    text: 'select account_id, count(*)::int as count from changed group by account_id',
    row,
  });
  assert.deepEqual(await database.ask({ account: alice }, change, [2]), [{ account_id: alice, count: 2 }]);
  const add = statement({
    name: 'add',
    text: 'insert into things (account_id, thing) values ($1, $2::int) returning account_id, 1 as count',
    row,
  });
  await assert.rejects(database.ask({ account: alice }, add, [bob, 9000]), {
    name: 'SqlError',
    code: '42501',
  });
  await assert.rejects(database.ask({ account: alice }, add, [alice, 3000]), (error) =>
    isUniqueViolation(error),
  );
});

test('statements run as a role that owns nothing and cannot pass by row-level security', async () => {
  const database = await newDatabase();
  const who = statement({
    name: 'who',
    text: `select rolname, rolsuper, rolbypassrls, exists (
      select from pg_class where relowner = pg_roles.oid) as owns from pg_roles where rolname = current_user`,
    row: (raw) => [raw.rolname, raw.rolsuper, raw.rolbypassrls, raw.owns],
  });
  assert.deepEqual(await database.ask(NO_SCOPE, who, []), [['nightlatch_app', false, false, false]]);
});

test('a statement that takes too long is stopped, and the connection goes on', async () => {
  const database = await newDatabase({ statementTimeoutMilliseconds: 100, sharedConnections: 1 });
  await assert.rejects(database.ask(NO_SCOPE, sleep, [30]), { kind: 'unavailable' });
  assert.equal((await database.ask(NO_SCOPE, numbers, [2])).length, 2);
  assert.deepEqual(database.doubts, []);
});

test('more questions than the limit are refused at once', async () => {
  const database = await newDatabase({ questionsMax: 2 });
  const underWay = [database.ask(NO_SCOPE, sleep, [0.2]), database.ask(NO_SCOPE, sleep, [0.2])];
  await assert.rejects(database.ask(NO_SCOPE, numbers, [1]), { kind: 'unavailable' });
  await Promise.all(underWay);
  assert.equal((await database.ask(NO_SCOPE, numbers, [1])).length, 1);
});

test('a transaction commits all or nothing, and its scope ends with it', async () => {
  const database = await newDatabase({ sharedConnections: 1 });
  await database.owner.unsafe(
    'create table marks (mark int); grant select, insert on marks to nightlatch_app',
  );
  const mark = statement({
    name: 'mark',
    text: 'insert into marks (mark) values ($1::int) returning mark',
    row: (raw) => raw.mark,
  });
  const failing = database.transact({ account: alice }, async (ask) => {
    await ask(mark, [1]);
    throw new Error('on the way');
  });
  await assert.rejects(failing, { message: 'on the way' });
  await database.transact({ account: alice }, async (ask) => {
    await ask(mark, [2]);
    await ask(mark, [3]);
  });
  assert.deepEqual(
    [...(await database.owner`select mark from marks order by mark`)],
    [{ mark: 2 }, { mark: 3 }],
  );
  const scope = statement({
    name: 'scope',
    text: 'select scope_accounts()::text as accounts',
    row: (raw) => raw,
  });
  assert.equal((await database.ask(NO_SCOPE, scope, []))[0]?.accounts, '{}');
});

test('a transaction whose connection breaks changes nothing, not even by its later statements', async () => {
  const database = await newDatabase({ transactionConnections: 1 });
  await database.owner.unsafe(
    'create table marks (mark int); grant select, insert on marks to nightlatch_app',
  );
  const mark = statement({
    name: 'mark',
    text: 'insert into marks (mark) values ($1::int) returning pg_backend_pid() as process',
    row: (raw) => Number(raw.process),
  });
  const broken = database.transact(NO_SCOPE, async (ask) => {
    const [process] = await ask(mark, [1]);
    await database.owner`select pg_terminate_backend(${process ?? 0})`;
    await ask(mark, [2]).catch(() => undefined);
    await ask(mark, [3]).catch(() => undefined);
  });
  await assert.rejects(broken, { kind: 'unavailable' });
  assert.deepEqual([...(await database.owner`select mark from marks`)], []);
  await database.transact(NO_SCOPE, (ask) => ask(mark, [4]));
  assert.deepEqual([...(await database.owner`select mark from marks`)], [{ mark: 4 }]);
});

test('a notification reaches its listener, once it listens', async () => {
  const database = await newDatabase();
  const heard: string[] = [];
  const arrived = Promise.withResolvers<void>();
  const stop = await database.listen('test_channel', (payload) => {
    heard.push(payload);
    arrived.resolve();
  });
  await database.owner.notify('test_channel', 'hello');
  await arrived.promise;
  assert.deepEqual(heard, ['hello']);
  await stop();
});

test('a database that is away is said to be unavailable, and is used again when it is back', async () => {
  const database = await newDatabase({ sharedConnections: 1 });
  await database.ask(NO_SCOPE, numbers, [1]);
  const sleeping = database.ask(NO_SCOPE, sleep, [30]);
  const refused = assert.rejects(sleeping, { kind: 'unavailable' });
  let ended = 0;
  while (ended === 0) {
    const rows = await database.owner`
      select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep($1%' and pid <> pg_backend_pid()`;
    ended = rows.length;
  }
  await refused;
  assert.equal((await database.ask(NO_SCOPE, numbers, [1])).length, 1);
});
