import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyAcceptance } from '@nightlatch/vault/pairing';
import type { Page } from 'playwright-core';
import { axeFindings } from './support/axe.ts';
import { newVisitor } from './support/browser.ts';
import { confirmRecoveryCode, signUp } from './support/doings.ts';
import { newEntered } from './support/entered.ts';
import { type StubCloud, startStubCloud } from './support/stub-cloud.ts';
import { newTestAgent, type TestAgent } from './support/test-agent.ts';

const waiting = (cloud: StubCloud, agent: TestAgent) =>
  cloud.homes.offers.set(agent.code.locator, agent.offer);
const announce = (cloud: StubCloud, agent: TestAgent, source: 'rtsp' | 'demo' = 'rtsp') => {
  cloud.homes.cameras.push({
    camera: agent.camera,
    agent: agent.device.agent,
    source,
    added: false,
    state: { state: 'waiting-for-key', since: Date.now(), reason: null },
  });
  cloud.tell({ kind: 'cameras' });
};

async function find(page: Page, code: string): Promise<void> {
  await page.getByLabel('Pairing code').fill(code);
  await page.getByRole('button', { name: 'Find the agent' }).click();
}
async function pair(page: Page, code: string): Promise<void> {
  await find(page, code);
  await page.getByRole('button', { name: 'Pair it' }).click();
  await page.getByRole('heading', { name: 'Paired' }).waitFor();
}

test('an agent is paired by its code, and its camera added, named and opened again in another browser', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newVisitor(cloud.url);
  const { page } = visitor;
  const agent = await newTestAgent();
  waiting(cloud, agent);
  await signUp(page);
  await confirmRecoveryCode(page);
  await page.getByRole('link', { name: 'Pair an agent' }).click();
  await pair(page, agent.code.code.toLowerCase().replaceAll('-', ' '));

  const [sent] = cloud.homes.accepted;
  assert.ok(sent);
  const acceptance = await verifyAcceptance({
    ...sent,
    secret: agent.code.secret,
    myOffer: agent.offer.offer,
    now: Date.now(),
  });
  assert.ok(cloud.homes.logs.has(acceptance.home));

  announce(cloud, agent);
  assert.equal(await page.getByLabel('Name').inputValue(), 'Camera 1');
  assert.deepEqual(await axeFindings(page), []);
  await page.getByLabel('Name').fill('Front door');
  await page.getByRole('button', { name: 'Add camera' }).click();
  await page.getByText('Front door is part of your home now.').waitFor();

  await using second = await newVisitor(cloud.url);
  await second.page.goto('/log-in');
  await second.page.getByLabel('E-mail').fill('anna@example.org');
  await second.page.getByRole('textbox', { name: 'Passphrase' }).fill('slow harbour violet teacup');
  await second.page.getByRole('button', { name: 'Log in' }).click();
  await second.page.getByRole('link', { name: 'Cameras' }).click();
  await second.page.getByRole('heading', { name: 'Front door' }).waitFor();
  assert.deepEqual(await axeFindings(second.page), []);
  assert.deepEqual([visitor.troubles, second.troubles], [[], []]);
});

test('the name of a camera is in nothing that the cloud was sent, and renaming shows at once', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newEntered(cloud);
  const { page } = visitor;
  const agent = await newTestAgent();
  waiting(cloud, agent);
  const sent: string[] = [];
  page.on('request', (request) => sent.push(request.postData() ?? ''));
  await page.goto('/pair');
  await pair(page, agent.code.code);
  announce(cloud, agent, 'demo');
  assert.equal(await page.getByLabel('Name').inputValue(), 'Demo camera');
  await page.getByRole('button', { name: 'Add camera' }).click();
  await page.getByRole('heading', { name: 'All set' }).waitFor();
  await page.getByRole('link', { name: 'Cameras' }).click();
  await page.getByRole('button', { name: 'Rename Demo camera' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Wintergarten');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Wintergarten' }).waitFor();
  assert.ok(!sent.some((body) => atob64(body).includes('Wintergarten')));
});

/** Bodies with the payloads of their signed entries read as text. */
const atob64 = (body: string): string =>
  body +
  [...body.matchAll(/[\w-]{40,}/g)]
    .map(([part]) => Buffer.from(part, 'base64url').toString('latin1'))
    .join('');

test("another agent's offer under the same first group is refused, and nothing is sent back", async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newEntered(cloud);
  const [mine, foreign] = [await newTestAgent(), await newTestAgent()];
  cloud.homes.offers.set(mine.code.locator, foreign.offer);
  await visitor.page.goto('/pair');
  await find(visitor.page, mine.code.code);
  await visitor.page.getByText('does not belong to this code. Nothing was paired').waitFor();
  assert.equal(await visitor.page.getByRole('button', { name: 'Pair it' }).count(), 0);
  assert.deepEqual(cloud.homes.accepted, []);
});

test('a code that has run out, or is not whole, or that no agent shows, says so', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newEntered(cloud);
  const { page } = visitor;
  await page.goto('/pair');
  const late = await newTestAgent(Date.now() - 3_600_000);
  waiting(cloud, late);
  await find(page, late.code.code);
  await page.getByText('This code has run out').waitFor();
  await find(page, 'ABCD-EFGH');
  await page.getByText('This is not a whole pairing code yet').waitFor();
  await find(page, (await newTestAgent()).code.code);
  await page.getByText('No agent is waiting with this code').waitFor();
});

test('the code of a link is kept through sign-up, and stays in no address', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newVisitor(cloud.url);
  const { page } = visitor;
  const agent = await newTestAgent();
  waiting(cloud, agent);
  await page.goto(`/pair#${agent.code.code}`);
  await page.getByText('You came with a pairing code').waitFor();
  assert.equal(new URL(page.url()).hash, '');
  await page.getByRole('link', { name: 'Make an account' }).click();
  await page.getByLabel('E-mail').fill('anna@example.org');
  await page.getByRole('textbox', { name: 'Passphrase' }).fill('slow harbour violet teacup');
  await page.getByRole('button', { name: 'Make account' }).click();
  await page.getByRole('heading', { name: 'Your recovery code' }).waitFor();
  await confirmRecoveryCode(page);
  await page.getByRole('link', { name: 'Pair an agent' }).click();
  assert.equal(await page.getByLabel('Pairing code').inputValue(), agent.code.code);
});

test('a browser that reads codes offers it, and fills the code in', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newEntered(cloud);
  const { page } = visitor;
  const agent = await newTestAgent();
  waiting(cloud, agent);
  // Debian's Chromium has no reader of its own; one that always reads this link stands in for it.
  await page.addInitScript((link) => {
    const Reader = class {
      static getSupportedFormats = async () => ['qr_code'];
      detect = async () => [{ rawValue: link }];
    };
    Object.assign(window, { BarcodeDetector: Reader });
    Object.assign(navigator.mediaDevices, {
      getUserMedia: async () => document.createElement('canvas').captureStream(),
    });
  }, `${cloud.url}/pair#${agent.code.code}`);
  await page.goto('/pair');
  await page.getByRole('button', { name: 'Scan the code' }).click();
  await page.getByRole('heading', { name: 'Found your agent' }).waitFor();
});

test('where the browser reads no codes there is no button for it', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newEntered(cloud);
  await visitor.page.addInitScript(() => Reflect.deleteProperty(window, 'BarcodeDetector'));
  await visitor.page.goto('/pair');
  await visitor.page.getByRole('button', { name: 'Find the agent' }).waitFor();
  assert.equal(await visitor.page.getByRole('button', { name: 'Scan the code' }).count(), 0);
});
