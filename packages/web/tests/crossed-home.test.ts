import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axeFindings } from './support/axe.ts';
import { newVisitor } from './support/browser.ts';
import { logIn, PASSPHRASE, signUp } from './support/doings.ts';
import { newEntered } from './support/entered.ts';
import { type StubCloud, startStubCloud } from './support/stub-cloud.ts';
import { newTestAgent } from './support/test-agent.ts';

/** Two homes in one cloud; gives the entries of each log by whose it is. */
async function twoHomes(cloud: StubCloud) {
  await using neighbour = await newEntered(cloud, 'nina@example.org');
  await neighbour.page.goto('/cameras');
  await neighbour.page.getByText('No cameras yet').waitFor();
  const [theirs] = [...cloud.homes.logs.values()];
  assert.ok(theirs);
  return theirs;
}

test("another home's log is shown to nobody, is said to be wrong, and is reported", async () => {
  await using cloud = await startStubCloud();
  const theirs = await twoHomes(cloud);
  await using visitor = await newEntered(cloud);
  const { page } = visitor;
  cloud.cross.set('home-log.read', () => ({ entries: theirs.entries, more: false }));
  await page.goto('/cameras');
  await page.getByRole('heading', { name: 'Nightlatch stopped here' }).waitFor();
  assert.equal(await page.getByText('No cameras yet').count(), 0);
  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(
    cloud.homes.reports.map(({ report }) => report),
    [{ what: 'home-log', asked: {}, reason: 'wrong-signature' }],
  );
});

test('a log that lost its last entries is refused by a browser that has seen them, until it is whole again', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newEntered(cloud);
  const { page } = visitor;
  const agent = await newTestAgent();
  cloud.homes.offers.set(agent.code.locator, agent.offer);
  await page.goto('/pair');
  await page.getByLabel('Pairing code').fill(agent.code.code);
  await page.getByRole('button', { name: 'Find the agent' }).click();
  await page.getByRole('button', { name: 'Pair it' }).click();
  await page.getByRole('heading', { name: 'Paired' }).waitFor();

  cloud.cross.set('home-log.read', (answer) => {
    const { entries, more } = Object(answer);
    return { entries: entries.slice(0, 1), more };
  });
  await page.goto('/cameras');
  await page.getByRole('heading', { name: 'Nightlatch stopped here' }).waitFor();
  assert.equal(cloud.homes.reports[0]?.report.reason, 'truncated');
  cloud.cross.delete('home-log.read');
  await page.getByRole('button', { name: 'Check again' }).click();
  await page.getByText('Your agent has no camera yet').waitFor();
});

test("a log-in answered with another's account shows nothing of it and is left at once", async () => {
  await using cloud = await startStubCloud();
  await twoHomes(cloud);
  await using visitor = await newVisitor(cloud.url);
  await signUp(visitor.page);
  await using second = await newVisitor(cloud.url);
  cloud.cross.set('login.finish', (answer) => {
    const nina = cloud.accounts.byEmail.get('nina@example.org');
    return { ...Object(answer), ...nina };
  });
  await logIn(second.page);
  await second.page.getByText('keys that are not yours').waitFor();
  assert.equal(await second.page.getByText('nina@example.org').count(), 0);
  cloud.cross.clear();
  await second.page.reload();
  await second.page.getByRole('button', { name: 'Log in' }).waitFor();
});

test("an account answered with another's is not opened with the keys of this browser", async () => {
  await using cloud = await startStubCloud();
  await twoHomes(cloud);
  await using visitor = await newEntered(cloud);
  const { page } = visitor;
  cloud.cross.set('account.get', (answer) => ({
    ...Object(answer),
    ...cloud.accounts.byEmail.get('nina@example.org'),
  }));
  await page.goto('/settings');
  await page.getByText('now belongs to another account').waitFor();
  assert.equal(await page.getByText('nina@example.org').count(), 0);
});

test("another home's camera in the list is not shown, and is reported once", async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newEntered(cloud);
  const { page } = visitor;
  const foreign = await newTestAgent();
  cloud.homes.cameras.push({
    camera: foreign.camera,
    agent: foreign.device.agent,
    source: 'rtsp',
    added: false,
    state: { state: 'offline', since: Date.now(), reason: 'password-refused' },
  });
  await page.goto('/cameras');
  await page.getByText('a camera that is not of your home').waitFor();
  assert.equal(await page.getByText('password refused').count(), 0);
  assert.equal(await page.getByRole('button', { name: 'Add camera' }).count(), 0);
  const answered = page.waitForResponse((response) => response.url().endsWith('/cameras'));
  cloud.tell({ kind: 'cameras' });
  await answered;
  assert.deepEqual(
    cloud.homes.reports.map(({ report }) => report.what),
    ['camera'],
  );
});

test('a browser that has lost its keys asks to log in again, and nothing is lost', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newVisitor(cloud.url);
  const { page } = visitor;
  await signUp(page);
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open('nightlatch');
        opening.onsuccess = () => {
          const write = opening.result.transaction('keys', 'readwrite');
          write.objectStore('keys').clear();
          write.oncomplete = resolve;
        };
      }),
  );
  await page.goto('/settings');
  await page.getByText('no longer holds your keys').waitFor();
  await page.getByLabel('E-mail').fill('anna@example.org');
  await page.getByRole('textbox', { name: 'Passphrase' }).fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
});

test('an account answered without its home makes no second one in a browser that knows the first', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newEntered(cloud);
  const { page } = visitor;
  await page.goto('/cameras');
  await page.getByText('No cameras yet').waitFor();
  cloud.cross.set('account.get', (answer) => ({ ...Object(answer), homes: [] }));
  await page.goto('/cameras');
  await page.getByText('No cameras yet').waitFor();
  assert.equal(cloud.homes.logs.size, 1);
});

test("an account answered with an empty home that its owner's key signed elsewhere does not replace the known one", async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newVisitor(cloud.url);
  const { page } = visitor;
  await signUp(page);
  await page.goto('/cameras');
  await page.getByText('No cameras yet').waitFor();
  const [known] = [...cloud.homes.logs.keys()];
  // The cloud tells an empty browser that the account has no home yet: it makes one, and signs it.
  await using second = await newVisitor(cloud.url);
  for (const route of ['login.finish', 'account.get'] as const)
    cloud.cross.set(route, (answer) => ({ ...Object(answer), homes: [] }));
  const made = second.page.waitForResponse((response) => response.url().endsWith('/api/homes'));
  await logIn(second.page);
  await made;
  const empty = [...cloud.homes.logs.keys()].find((home) => home !== known);
  assert.ok(empty);
  cloud.cross.clear();
  cloud.cross.set('account.get', (answer) => ({
    ...Object(answer),
    homes: [{ home: empty, role: 'owner' }],
  }));
  const asked = page.waitForRequest((request) => request.url().includes('/log?'));
  await page.goto('/cameras');
  assert.ok((await asked).url().includes(`/homes/${known}/`));
  await page.getByText('No cameras yet').waitFor();
});
