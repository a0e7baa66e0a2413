import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Account } from '@nightlatch/protocol/accounts';
import { accountIdOf } from '@nightlatch/protocol/ids';
import { newBrowser, newCloud, randomText } from './support/cloud.ts';
import { changePassphrase, logIn, newPerson, recover, setRecovery, signUp } from './support/person.ts';

const cloud = await newCloud();

async function newcomer() {
  const person = newPerson();
  const browser = newBrowser(cloud);
  const { exportKey } = await signUp(browser, person);
  await logIn(browser, person);
  return { person, browser, exportKey };
}

test('signing up and logging in opens the account, and the passphrase gives the same key everywhere', async () => {
  const { person, exportKey } = await newcomer();
  const second = newBrowser(cloud);
  const { finish, exportKey: again } = await logIn(second, {
    ...person,
    email: ` ${person.email.toUpperCase()} `,
  });
  assert.equal(finish.statusCode, 200, finish.body);
  assert.equal(again, exportKey);
  const account = Account.parse(finish.json());
  assert.equal(account.email, person.email);
  assert.equal(
    account.account,
    accountIdOf(createHash('sha256').update(Buffer.from(person.keys.signingKey, 'base64url')).digest()),
  );
  assert.equal(account.wrappedMasterKey, person.wrappedMasterKey);
  assert.equal(account.wrappedMasterKeyByRecovery, null);
  assert.deepEqual(account.homes, []);
  assert.deepEqual((await second.call('account.get')).json(), finish.json());
});

test('the cookie is for this host and for no script, and the database keeps only its hash', async () => {
  const { person } = await newcomer();
  const { finish } = await logIn(newBrowser(cloud), person);
  const cookie = String(finish.headers['set-cookie']);
  assert.match(cookie, /^nightlatch=[A-Za-z0-9_-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict$/);
  const token = /=([A-Za-z0-9_-]{43});/.exec(cookie)?.[1] ?? '';
  const dump = JSON.stringify(await cloud.owner`select * from sessions`);
  assert.ok(!dump.includes(token));
  assert.ok(dump.includes(createHash('sha256').update(token).digest('base64url')));
  const secure = await newCloud({ publicUrl: new URL('https://cameras.example.org') });
  const browser = newBrowser(secure);
  await signUp(browser, person);
  const header = String((await logIn(browser, person)).finish.headers['set-cookie']);
  assert.match(header, /^__Host-nightlatch=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
});

test('a stolen database has no e-mail address in clear', async () => {
  const { person } = await newcomer();
  const rows = await cloud.owner`select email_sealed, accounts::text as text from accounts`;
  const name = person.email.split('@')[0] ?? '';
  for (const row of rows) {
    assert.ok(!Buffer.from(row.email_sealed).toString('latin1').includes(name));
    assert.ok(!String(row.text).includes(name));
  }
});

test('a sealed e-mail address opens for its own account only', async () => {
  const { emails } = cloud.cloud.accounts;
  const [mine, other] = [1, 2].map((byte) => accountIdOf(new Uint8Array(32).fill(byte)));
  assert.ok(mine !== undefined && other !== undefined);
  const sealed = emails.seal('a@example.org', mine);
  assert.equal(emails.open(sealed, mine), 'a@example.org');
  assert.throws(() => emails.open(sealed, other));
});

test('a log-in can be finished once', async () => {
  const { person, browser } = await newcomer();
  const opaque = await import('@serenity-kit/opaque');
  const { clientLoginState, startLoginRequest } = opaque.client.startLogin({ password: person.passphrase });
  const start = await browser.call('login.start', { input: { email: person.email, startLoginRequest } });
  const { login, loginResponse } = start.json();
  const done = opaque.client.finishLogin({
    clientLoginState,
    loginResponse,
    password: person.passphrase,
    keyStretching: { 'argon2id-custom': { iterations: 1, memory: 8, parallelism: 1 } },
  });
  const input = { login, finishLoginRequest: done?.finishLoginRequest };
  assert.equal((await browser.call('login.finish', { input })).statusCode, 200);
  assert.equal((await newBrowser(cloud).call('login.finish', { input })).statusCode, 401);
});

test('a log-in that took too long is refused', async () => {
  const { person, browser } = await newcomer();
  const opaque = await import('@serenity-kit/opaque');
  const { startLoginRequest } = opaque.client.startLogin({ password: person.passphrase });
  const start = await browser.call('login.start', { input: { email: person.email, startLoginRequest } });
  const { login } = start.json();
  await cloud.owner`update logins set expires_at = now() - interval '1 second' where login_id = ${login}`;
  const input = { login, finishLoginRequest: randomText(64) };
  assert.equal((await browser.call('login.finish', { input })).json().error.kind, 'wrong-credentials');
  await cloud.cloud.accounts.sweep();
  assert.equal((await cloud.owner`select 1 from logins where login_id = ${login}`).length, 0);
});

test('log-out ends the session for whoever kept its token', async () => {
  const { browser } = await newcomer();
  const kept = browser.cookie;
  assert.equal((await browser.call('logout')).statusCode, 200);
  assert.equal(browser.cookie, undefined);
  browser.cookie = kept;
  const after = await browser.call('account.get');
  assert.equal(after.statusCode, 401);
  assert.equal(after.json().error.kind, 'not-signed-in');
});

test('sessions are listed with coarse devices and can be ended, one’s own alone', async () => {
  const { person, browser } = await newcomer();
  const second = newBrowser(cloud);
  await logIn(second, person);
  const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const third = newBrowser(cloud);
  const call = third.call;
  third.call = (name, options) => call(name, { ...options, headers: { 'user-agent': agent } });
  await logIn(third, person);
  const { sessions } = (await third.call('sessions.list')).json();
  assert.equal(sessions.length, 3);
  assert.deepEqual(
    sessions
      .filter((session: { current: boolean }) => session.current)
      .map((s: { device: string }) => s.device),
    ['Firefox on Linux'],
  );
  const stranger = (await newcomer()).browser;
  const other = sessions.find((session: { current: boolean }) => !session.current).session;
  assert.equal((await stranger.call('sessions.end', { params: { session: other } })).statusCode, 404);
  for (const { session, current } of sessions)
    if (!current) assert.equal((await third.call('sessions.end', { params: { session } })).statusCode, 200);
  assert.equal((await second.call('account.get')).statusCode, 401);
  assert.equal((await browser.call('account.get')).statusCode, 401);
  assert.equal((await third.call('account.get')).statusCode, 200);
});

test('a session ends after 30 days without a request, and after 90 days in any case', async () => {
  const { browser, person } = await newcomer();
  const [{ email_index: mine } = {}] =
    await cloud.owner`select email_index from accounts order by created_at desc limit 1`;
  const age = (days: number) => cloud.owner`update sessions s
    set started_at = s.started_at - make_interval(days => ${days}),
      last_seen_at = s.last_seen_at - make_interval(days => ${days}),
      expires_at = s.expires_at - make_interval(days => ${days})
    from accounts a where a.account_id = s.account_id and a.email_index = ${mine}`;
  for (let month = 0; month < 3; month++) {
    await age(29);
    assert.equal(
      (await browser.call('account.get')).statusCode,
      200,
      `after ${29 * (month + 1)} days in use`,
    );
  }
  await age(4);
  assert.equal((await browser.call('account.get')).statusCode, 401, '91 days after it began');
  await logIn(browser, person);
  await age(31);
  assert.equal((await browser.call('account.get')).statusCode, 401, '31 days without a request');
});

test('last seen is written at most once a minute', async () => {
  const { browser } = await newcomer();
  const seen = async () =>
    (await cloud.owner`select last_seen_at from sessions order by started_at desc limit 1`)[0]?.last_seen_at;
  const first = await seen();
  await browser.call('account.get');
  assert.deepEqual(await seen(), first);
  await cloud.owner`update sessions set started_at = started_at - interval '61 s', last_seen_at = last_seen_at - interval '61 s'`;
  await browser.call('account.get');
  assert.ok((await seen()) > first);
});

test('a recovery code signs in, for a new passphrase and nothing else, and then for everything', async () => {
  const { person, browser } = await newcomer();
  assert.equal((await setRecovery(browser, person)).statusCode, 200);
  const lost = newBrowser(cloud);
  const account = Account.parse((await recover(lost, person)).json());
  assert.equal(account.session.kind, 'recovery');
  assert.notEqual(account.wrappedMasterKeyByRecovery, null);
  for (const name of ['sessions.list', 'homes.create', 'account.set-recovery'] as const) {
    const answer = await lost.call(name, { input: {} });
    assert.equal(answer.json().error.kind, 'sign-in-again', name);
  }
  const { finish } = await changePassphrase(lost, 'a new one');
  assert.equal(finish.statusCode, 200, finish.body);
  assert.equal((await lost.call('account.get')).json().session.kind, 'full');
  assert.equal((await browser.call('account.get')).statusCode, 401, 'every other session ended');
  assert.equal((await logIn(newBrowser(cloud), person)).finish.statusCode, 401, 'the old passphrase');
  const anew = await logIn(newBrowser(cloud), { ...person, passphrase: 'a new one' });
  assert.equal(anew.finish.statusCode, 200);
});

test('a wrong recovery code opens nothing, nor does one where none was set', async () => {
  const { person, browser } = await newcomer();
  assert.equal((await recover(newBrowser(cloud), person)).statusCode, 401);
  await setRecovery(browser, person);
  const wrong = await recover(newBrowser(cloud), { ...person, recoveryProof: randomText(32) });
  assert.equal(wrong.statusCode, 401);
});

test('a new passphrase or a new recovery code takes a sign-in of the last five minutes', async () => {
  const { person, browser } = await newcomer();
  const old = async () => {
    await cloud.owner`update sessions set started_at = started_at - interval '6 min'`;
  };
  await old();
  assert.equal((await setRecovery(browser, person)).statusCode, 200, 'the first code may be set at any time');
  assert.equal((await setRecovery(browser, person)).json().error.kind, 'sign-in-again');
  const { finish } = await changePassphrase(browser, 'another');
  assert.equal(finish.json().error.kind, 'sign-in-again');
  await logIn(browser, person);
  assert.equal((await setRecovery(browser, person)).statusCode, 200);
  assert.equal((await changePassphrase(browser, 'another')).finish.statusCode, 200);
  assert.equal((await browser.call('account.get')).statusCode, 200, 'this session goes on');
});

test('a passphrase or a recovery code of one account is never written into another, whoever the session belongs to', async () => {
  const [anna, nina] = [await newcomer(), await newcomer()];
  const { account } = (await anna.browser.call('account.get')).json();
  const asked = [
    ['passphrase.start', { registrationRequest: randomText(32) }],
    ['passphrase.finish', { registrationRecord: randomText(192), wrappedMasterKey: randomText(60) }],
    [
      'account.set-recovery',
      { recoveryProofHash: randomText(32), wrappedMasterKeyByRecovery: randomText(60) },
    ],
  ] as const;
  // The page is still Anna's; its cookie is Nina's by now.
  for (const [name, input] of asked) {
    const answer = await nina.browser.call(name, { input: { account, ...input } });
    assert.equal(answer.statusCode, 409, `${name} ${answer.body}`);
  }
  const { finish } = await logIn(newBrowser(cloud), nina.person);
  assert.equal(finish.json().wrappedMasterKey, nina.person.wrappedMasterKey);
  assert.equal(finish.json().wrappedMasterKeyByRecovery, null);
});
