import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AccountId } from '@nightlatch/protocol/ids';
import { NO_SCOPE } from '../src/sql/scope.ts';
import { statement } from '../src/sql/statement.ts';
import { newDatabase } from './support/database.ts';

const alice = AccountId.parse(`acct_${'0'.repeat(25)}a`);
const bob = AccountId.parse(`acct_${'0'.repeat(25)}b`);
const text = (character: string, length: number) => character.repeat(length);

async function twoAccounts() {
  const database = await newDatabase();
  for (const [account, letter] of [
    [alice, 'a'],
    [bob, 'b'],
  ] as const)
    await database.owner`
      with account as (
        insert into accounts (account_id, email_sealed, email_index, opaque_record, signing_key, sealing_key,
          wrapped_master_key)
        values (${account}, ${Buffer.alloc(40)}, ${text(letter, 43)}, ${text(letter, 100)}, ${text(letter, 43)},
          ${text(letter, 43)}, ${text(letter, 80)})
        returning account_id
      ), login as (
        insert into logins (login_id, account_id, email_index, server_state, expires_at)
        select ${`login_${text('0', 25)}${letter}`}, account_id, ${text(letter, 43)}, ${text(letter, 100)},
          now() + interval '1 min' from account
      )
      insert into sessions (session_id, account_id, token_hash, kind, device, expires_at)
      select ${`sess_${text('0', 25)}${letter}`}, account_id, ${text(letter, 43)}, 'full', 'A browser',
        now() + interval '1 day' from account`;
  return database;
}

/** Statements whose author forgot the `where`. */
const everything = (table: string) =>
  statement({ name: `all-${table}`, text: `select account_id from ${table}`, row: (raw) => raw.account_id });
const endAll = statement({
  name: 'end-all',
  text: 'update sessions set ended_at = now() returning account_id',
  row: (raw) => raw.account_id,
});

test('a forgotten where finds one’s own rows alone: lock 5', async () => {
  const database = await twoAccounts();
  for (const table of ['accounts', 'sessions', 'logins'])
    assert.deepEqual(await database.ask(NO_SCOPE, everything(table), []), [], `${table} to nobody`);
  assert.deepEqual(await database.ask({ account: alice }, everything('accounts'), []), [alice]);
  assert.deepEqual(await database.ask({ account: bob }, everything('sessions'), []), [bob]);
  assert.deepEqual(await database.ask({ account: alice }, endAll, []), [alice]);
  assert.equal((await database.owner`select 1 from sessions where ended_at is null`).length, 1);
  assert.deepEqual(await database.ask({ tokenHash: text('b', 43) }, everything('sessions'), []), [bob]);
  assert.deepEqual(await database.ask({ emailIndex: text('a', 43) }, everything('accounts'), []), [alice]);
});

test('without row-level security the same statements find everybody: it is what stops them', async () => {
  const database = await twoAccounts();
  await database.owner.unsafe('alter table sessions disable row level security');
  assert.equal((await database.ask({ account: alice }, everything('sessions'), [])).length, 2);
});

test('nobody can be given a row of their own account by another', async () => {
  const database = await twoAccounts();
  const forge = statement({
    name: 'forge',
    text: `insert into sessions (session_id, account_id, token_hash, kind, device, expires_at)
      values ('sess_' || repeat('0', 25) || 'c', $1, repeat('c', 43), 'full', 'A browser', now() + interval '1 day')
      returning account_id`,
    row: (raw) => raw.account_id,
  });
  await assert.rejects(database.ask({ account: alice }, forge, [bob]), { name: 'SqlError', code: '42501' });
});
