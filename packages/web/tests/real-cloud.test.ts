import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newVisitor } from './support/browser.ts';
import { confirmRecoveryCode, EMAIL, logIn, PASSPHRASE, signUp } from './support/doings.ts';
import { startRealCloud } from './support/real-cloud.ts';

test('from an empty browser to a named camera on the real cloud, and the same home in a second browser', async () => {
  await using cloud = await startRealCloud();
  await using first = await newVisitor(cloud.url);
  const { page } = first;
  await signUp(page);
  await confirmRecoveryCode(page);

  const agent = await cloud.newAgent();
  const { code, accepted } = await agent.offerPairing();
  await page.getByRole('link', { name: 'Pair an agent' }).click();
  await page.getByLabel('Pairing code').fill(code);
  await page.getByRole('button', { name: 'Find the agent' }).click();
  await page.getByRole('button', { name: 'Pair it' }).click();
  await page.getByRole('heading', { name: 'Paired' }).waitFor();
  await accepted();

  await agent.startSession();
  await agent.report();
  await page.getByLabel('Name').fill('Front door');
  await page.getByRole('button', { name: 'Add camera' }).click();
  await page.getByText('Front door is part of your home now.').waitFor();
  await page.getByRole('link', { name: 'Go to Events' }).click();
  await page.getByRole('heading', { name: 'Events' }).waitFor();

  await using second = await newVisitor(cloud.url);
  await logIn(second.page);
  await second.page.getByRole('link', { name: 'Cameras' }).click();
  await second.page.getByRole('heading', { name: 'Front door' }).waitFor();
  assert.deepEqual([first.troubles, second.troubles], [[], []]);

  const stored = await cloud.owner`select * from accounts`;
  assert.ok(!JSON.stringify(stored).includes(EMAIL), 'the e-mail address is stored in clear');
});

test('a stranger with an account of their own sees a home of their own, and nothing of this one', async () => {
  await using cloud = await startRealCloud();
  await using owner = await newVisitor(cloud.url);
  await signUp(owner.page);
  const paths: string[] = [];
  owner.page.on('request', (request) => paths.push(new URL(request.url()).pathname));
  await owner.page.goto('/cameras');
  await owner.page.getByText('No cameras yet').waitFor();
  const log = paths.find((path) => path.endsWith('/log'));
  assert.ok(log);

  await using stranger = await newVisitor(cloud.url);
  await signUp(stranger.page, 'stranger@example.org', 'nine neighbours knit nightly');
  const [real, made] = await stranger.page.evaluate(async (path) => {
    const answers = [];
    for (const asked of [path, '/api/homes/home_00000000000000000000000000/log']) {
      const answer = await fetch(asked);
      answers.push({ status: answer.status, body: await answer.text() });
    }
    return answers;
  }, log);
  assert.equal(real?.status, 404);
  assert.deepEqual(real, made);
});

test('the recovery code sets a new passphrase on the real cloud, and the old one opens nothing', async () => {
  await using cloud = await startRealCloud();
  await using first = await newVisitor(cloud.url);
  await signUp(first.page);
  const code = await confirmRecoveryCode(first.page);

  await using second = await newVisitor(cloud.url);
  const { page } = second;
  await page.goto('/recover');
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByLabel('Recovery code').fill(code);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('textbox', { name: 'New passphrase' }).fill('gravel orchid submarine lantern');
  await page.getByRole('button', { name: 'Set passphrase' }).click();
  await page.getByRole('heading', { name: 'Welcome home' }).waitFor();

  await first.page.reload();
  await logIn(first.page, EMAIL, PASSPHRASE);
  await first.page.getByText('do not fit together').waitFor();
  await logIn(first.page, EMAIL, 'gravel orchid submarine lantern');
  await first.page.getByRole('heading', { name: 'Welcome home' }).waitFor();
});

test('sessions, passphrase and log-out work on the real cloud', async () => {
  await using cloud = await startRealCloud();
  await using first = await newVisitor(cloud.url);
  await using second = await newVisitor(cloud.url);
  await signUp(first.page);
  await logIn(second.page);
  await second.page.getByRole('heading', { name: 'Welcome home' }).waitFor();
  const { page } = first;
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: /^End/ }).click();
  await page.getByRole('button', { name: /^End/ }).waitFor({ state: 'detached' });
  await second.page.reload();
  await second.page.getByRole('link', { name: 'Make an account' }).waitFor();

  await page.getByRole('button', { name: 'Change passphrase' }).click();
  await page.getByRole('textbox', { name: 'Passphrase until now' }).fill(PASSPHRASE);
  await page.getByRole('textbox', { name: 'New passphrase' }).fill('gravel orchid submarine lantern');
  await page.getByRole('button', { name: 'Change passphrase' }).click();
  await page.getByText('Your passphrase is changed').waitFor();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByText('your keys are gone from this browser').waitFor();
  await logIn(page, EMAIL, 'gravel orchid submarine lantern');
  await page.getByRole('heading', { name: 'Welcome home' }).waitFor();
});
