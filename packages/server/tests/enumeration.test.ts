import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { newBrowser, newCloud, randomText } from './support/cloud.ts';
import { logIn, newPerson, recover, setRecovery, signUp } from './support/person.ts';

const cloud = await newCloud();
const known = newPerson();
const browser = newBrowser(cloud);
await signUp(browser, known);
await logIn(browser, known);
await setRecovery(browser, known);
const unknown = newPerson({ email: 'nobody-here@example.org' });

/** What an answer looks like from outside: everything but the random bytes in it. */
function look(answer: LightMyRequestResponse) {
  const { date: _, ...headers } = answer.headers;
  const body = answer.body.replace(
    /"([A-Za-z0-9_-]{20,})"/g,
    (_all, text: string) => `"${text.length} characters"`,
  );
  return { status: answer.statusCode, headers, body };
}

test('logging in answers alike for an address that is known and one that is not', async () => {
  const wrong = await logIn(newBrowser(cloud), { ...known, passphrase: 'wrong' });
  const nobody = await logIn(newBrowser(cloud), unknown);
  assert.deepEqual(look(nobody.start), look(wrong.start));
  assert.deepEqual(look(nobody.finish), look(wrong.finish));
  assert.equal(nobody.finish.statusCode, 401);
});

test('recovering answers alike for an address that is known and one that is not', async () => {
  const wrong = await recover(newBrowser(cloud), { ...known, recoveryProof: randomText(32) });
  const nobody = await recover(newBrowser(cloud), unknown);
  assert.deepEqual(look(nobody), look(wrong));
});

test('signing up with an address that has an account answers alike and changes nothing', async () => {
  const before = JSON.stringify(await cloud.owner`select * from accounts`);
  const intruder = newPerson({ email: known.email });
  const taken = await signUp(newBrowser(cloud), intruder);
  assert.equal(JSON.stringify(await cloud.owner`select * from accounts`), before);
  const fresh = await signUp(newBrowser(cloud), newPerson({ email: 'quite-new@example.org' }));
  assert.deepEqual(look(taken.start), look(fresh.start));
  assert.deepEqual(look(taken.finish), look(fresh.finish));
  assert.equal((await logIn(newBrowser(cloud), intruder)).finish.statusCode, 401);
  assert.equal((await logIn(newBrowser(cloud), known)).finish.statusCode, 200);
});

test('signing up with another’s public keys answers alike and changes nothing', async () => {
  const before = JSON.stringify(await cloud.owner`select * from accounts`);
  const thief = newPerson({ keys: known.keys });
  const { finish } = await signUp(newBrowser(cloud), thief);
  assert.equal(finish.statusCode, 200);
  assert.equal(JSON.stringify(await cloud.owner`select * from accounts`), before);
});
