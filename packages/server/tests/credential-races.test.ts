import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newBrowser, newCloud } from './support/cloud.ts';
import { changePassphrase, logIn, newPerson, setRecovery, signUp } from './support/person.ts';

const cloud = await newCloud();

/**
 * Runs `change` in a session that another change of the same account's credentials ends while `change` waits for it:
 * what a passphrase that is being changed does to a thief's session.
 */
async function whileAnotherEndsTheSession<Answer>(
  account: string,
  session: string,
  change: () => Promise<Answer>,
): Promise<Answer> {
  const { changing } = await cloud.owner.begin(async (sql) => {
    await sql`select 1 from accounts where account_id = ${account} for update`;
    const changing = change();
    const waits = async () => {
      const [row] = await cloud.owner`select count(*)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      return row?.count > 0;
    };
    while (!(await waits())) await new Promise(setImmediate);
    await sql`update accounts set passphrase_set_at = now() where account_id = ${account}`;
    await sql`update sessions set ended_at = now() where session_id = ${session}`;
    return { changing };
  });
  return changing;
}

async function signedIn() {
  const person = newPerson();
  const browser = newBrowser(cloud);
  await signUp(browser, person);
  await logIn(browser, person);
  const { account, session } = (await browser.call('account.get')).json();
  return { person, browser, account, session: session.session };
}

test('a passphrase is not set by a session that was ended while it waited for its turn', async () => {
  const { person, browser, account, session } = await signedIn();
  const { finish } = await whileAnotherEndsTheSession(account, session, () =>
    changePassphrase(browser, 'the thief’s'),
  );
  assert.equal(finish.statusCode, 403, finish.body);
  assert.equal(
    (await logIn(newBrowser(cloud), person)).finish.statusCode,
    200,
    'the passphrase is as it was',
  );
});

test('a recovery code is not set by a session that was ended while it waited for its turn', async () => {
  const { person, browser, account, session } = await signedIn();
  const set = await whileAnotherEndsTheSession(account, session, () => setRecovery(browser, person));
  assert.equal(set.statusCode, 403, set.body);
  const [row] = await cloud.owner`select recovery_proof_hash from accounts where account_id = ${account}`;
  assert.equal(row?.recovery_proof_hash, null);
});
