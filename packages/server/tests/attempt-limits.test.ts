import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as opaque from '@serenity-kit/opaque';
import type { AttemptLimits } from '../src/accounts/attempts.ts';
import { newBrowser, newCloud } from './support/cloud.ts';
import { logIn, newPerson, recover, setRecovery, signUp } from './support/person.ts';

const LIMITS: AttemptLimits = { windowSeconds: 900, perEmail: 5, perAddress: 12 };
const limited = () => newCloud({ outside: { attemptLimits: LIMITS } });
await opaque.ready;

const startLogin = (email: string) => ({
  email,
  startLoginRequest: opaque.client.startLogin({ password: 'guess' }).startLoginRequest,
});
const startSignup = (email: string) => ({
  email,
  registrationRequest: opaque.client.startRegistration({ password: 'guess' }).registrationRequest,
});

for (const email of ['known@example.org', 'unknown@example.org'])
  test(`${email}: guesses are limited, from wherever they come, and the answer says when to try again`, async () => {
    const cloud = await limited();
    if (email.startsWith('known')) {
      await signUp(newBrowser(cloud), newPerson({ email }));
      await cloud.owner`delete from attempt_limits`;
    }
    const browser = newBrowser(cloud);
    const guess = (index: number) =>
      browser.call('login.start', { input: startLogin(email), remoteAddress: `192.0.2.${index}` });
    for (let index = 0; index < LIMITS.perEmail; index++) assert.equal((await guess(index)).statusCode, 200);
    const refused = await guess(100);
    assert.equal(refused.statusCode, 429);
    assert.equal(refused.json().error.message.includes('15 min'), true);
    assert.ok(Number(refused.headers['retry-after']) > 800);
    await cloud.owner`update attempt_limits set window_ends_at = now()`;
    assert.equal((await guess(101)).statusCode, 200, 'the window has ended');
  });

test('a registration is an attempt as well, for its answer lets one try a passphrase', async () => {
  const cloud = await limited();
  const browser = newBrowser(cloud);
  const email = 'known@example.org';
  for (let index = 0; index < LIMITS.perEmail; index++)
    assert.equal((await browser.call('signup.start', { input: startSignup(email) })).statusCode, 200);
  assert.equal((await browser.call('signup.start', { input: startSignup(email) })).statusCode, 429);
  assert.equal((await browser.call('login.start', { input: startLogin(email) })).statusCode, 429);
  const proof = 'A'.repeat(43);
  assert.equal((await recover(browser, { email, recoveryProof: proof })).statusCode, 429);
});

test('an address is limited over all e-mail addresses it tries, an IPv6 network as one', async () => {
  const cloud = await limited();
  const browser = newBrowser(cloud);
  const guess = (index: number, remoteAddress: string) =>
    browser.call('login.start', { input: startLogin(`person-${index}@example.org`), remoteAddress });
  for (let index = 0; index < LIMITS.perAddress; index++)
    assert.equal((await guess(index, `2001:db8:0:1::${index + 1}`)).statusCode, 200);
  assert.equal((await guess(50, '2001:db8:0:1:ffff::1')).statusCode, 429);
  assert.equal((await guess(51, '2001:db8:0:2::1')).statusCode, 200);
  const stored = JSON.stringify(await cloud.owner`select * from attempt_limits`);
  assert.ok(!stored.includes('2001') && !stored.includes('example'));
});

test('a log-in that succeeds forgets the mistakes before it', async () => {
  const cloud = await limited();
  const person = newPerson();
  const browser = newBrowser(cloud);
  await signUp(browser, person);
  await logIn(browser, person);
  for (let round = 0; round < 2; round++) {
    for (let index = 0; index < LIMITS.perEmail - 1; index++)
      await browser.call('login.start', {
        input: startLogin(person.email),
        remoteAddress: `192.0.2.${round}`,
      });
    assert.equal((await logIn(browser, person)).finish.statusCode, 200);
  }
  await setRecovery(browser, person);
});

test('limits that ran out are swept', async () => {
  const cloud = await limited();
  await newBrowser(cloud).call('login.start', { input: startLogin('a@example.org') });
  await cloud.owner`update attempt_limits set window_ends_at = now() - interval '1 s'`;
  await cloud.cloud.accounts.sweep();
  assert.equal((await cloud.owner`select 1 from attempt_limits`).length, 0);
});
