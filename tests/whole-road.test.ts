import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { startRtspServer } from '../packages/agent/tests/support/rtsp-server.ts';
import { newDirectory, startHouse } from '../packages/nightlatch/tests/house.ts';
import { newVisitor } from '../packages/web/tests/support/browser.ts';
import { confirmRecoveryCode, EMAIL, logIn, signUp } from '../packages/web/tests/support/doings.ts';
import { sceneOf, showsBall, untilSeen } from './support/seen-pixels.ts';

const CAMERA_PASSWORD = 'tell-nobody-7f3a';
// Six seconds of motion in every thirty, at 15 frames a second: whenever the camera is added, an event comes soon.
const MOVES = Array.from({ length: 12 }, (_, turn) => `${150 + turn * 450}-${240 + turn * 450}`).join(',');

async function pairAndAddCamera(page: Page, code: string): Promise<void> {
  await page.getByRole('link', { name: 'Pair an agent' }).click();
  await page.getByLabel('Pairing code').fill(code);
  await page.getByRole('button', { name: 'Find the agent' }).click();
  await page.getByRole('button', { name: 'Pair it' }).click();
  await page.getByLabel('Name').fill('Front door');
  await page.getByRole('button', { name: 'Add camera' }).click();
  await page.getByText('Front door is part of your home now.').waitFor();
  await page.getByRole('link', { name: 'Go to Events' }).click();
}

/** The thumbnail shows the ball; the clip is played, and the ball moves in it. Answers the path of the event. */
async function seeEvent(page: Page): Promise<string> {
  await page.locator('.event-card img').first().waitFor({ timeout: 90_000 });
  await untilSeen(() => sceneOf(page, '.event-card img'), showsBall);
  await page.locator('.event-card').last().click();
  await untilMoves(page, 'video');
  const event = new URL(page.url()).pathname;
  assert.match(event, /^\/events\/evt_/);
  return event;
}

/** The ball is seen, and then somewhere else. */
async function untilMoves(page: Page, selector: string): Promise<void> {
  const first = await untilSeen(() => sceneOf(page, selector), showsBall);
  await untilSeen(
    () => sceneOf(page, selector),
    (later) =>
      showsBall(later) &&
      Math.hypot((later?.x ?? 0) - (first?.x ?? 0), (later?.y ?? 0) - (first?.y ?? 0)) > 0.05,
  );
}

/** Every file below a directory that holds the text. */
async function filesWith(directory: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const content = await readFile(file).catch(() => Buffer.alloc(0));
    if (content.includes(text)) found.push(path.relative(directory, file));
  }
  return found;
}

test('from a real RTSP camera to the screens of its home, in every browser of theirs, and to no stranger', async (t) => {
  await using camera = await startRtspServer({
    auth: 'digest',
    password: CAMERA_PASSWORD,
    audio: 'aac',
    moves: MOVES,
  });
  const house = await startHouse(t, await newDirectory(), {
    environment: { NIGHTLATCH_CAMERA_URL: camera.url.replace('://', `://anna:${CAMERA_PASSWORD}@`) },
  });
  const [, code = ''] = await house.untilSays(/Pairing code\s+([0-9A-Z-]{24})/);
  const url = `http://localhost:${house.port}`;

  await using owner = await newVisitor(url);
  const workers: string[] = [];
  owner.page.on('worker', (worker) => workers.push(worker.url()));
  await signUp(owner.page);
  const recoveryCode = await confirmRecoveryCode(owner.page);
  await pairAndAddCamera(owner.page, code);
  const asked: string[] = [];
  owner.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const sockets: string[] = [];
  owner.page.on('websocket', (socket) => sockets.push(socket.url()));
  const event = await seeEvent(owner.page);

  await t.test('the app as it is shipped stretches passphrases at full cost', async () => {
    const sources = await Promise.all(workers.map(async (one) => (await fetch(one)).text()));
    assert.ok(sources.some((one) => /argon2id-custom.{0,3}:\{iterations:3,memory:131072,/.test(one)));
  });

  await t.test('a second, empty browser opens the same event', async () => {
    await using second = await newVisitor(url);
    await logIn(second.page);
    await second.page.getByRole('link', { name: 'Events' }).click();
    await seeEvent(second.page);
    await second.page.goto(event);
    await untilSeen(() => sceneOf(second.page, 'video'), showsBall);
    assert.deepEqual(second.troubles, []);
  });

  await t.test('the live picture moves in two browsers at once, full of the same camera', async () => {
    await using second = await newVisitor(url);
    await logIn(second.page);
    await second.page.getByRole('link', { name: 'Live', exact: true }).click();
    // The owner still has a clip open over the page.
    await owner.page.goto('/live');
    for (const { page } of [owner, second]) await untilSeen(() => sceneOf(page, '.live video'), showsBall);
    await second.page.locator('.live-tile a').click();
    await untilMoves(second.page, '.live video');
    await untilMoves(owner.page, '.live video');
    assert.deepEqual(second.troubles, []);
    assert.notEqual(sockets.length, 0);
  });

  await t.test('the recovery code opens it with a new passphrase', async () => {
    await using third = await newVisitor(url);
    await third.page.goto('/recover');
    await third.page.getByLabel('E-mail').fill(EMAIL);
    await third.page.getByLabel('Recovery code').fill(recoveryCode);
    await third.page.getByRole('button', { name: 'Go on' }).click();
    await third.page.getByRole('textbox', { name: 'New passphrase' }).fill('gravel orchid submarine lantern');
    await third.page.getByRole('button', { name: 'Set passphrase' }).click();
    await third.page.getByRole('link', { name: 'Events' }).click();
    await seeEvent(third.page);
  });

  await t.test('a stranger with an account is answered as if nothing were there', async () => {
    await using stranger = await newVisitor(url);
    await signUp(stranger.page, 'stranger@example.org', 'nine neighbours knit nightly');
    const homePaths = [...new Set(asked)].filter((one) => one.startsWith('/api/homes/'));
    assert.ok(
      homePaths.some((one) => one.includes('/thumbnail/')) && homePaths.some((one) => one.includes('/clip/')),
    );
    const statuses = await stranger.page.evaluate(
      (paths) => Promise.all(paths.map(async (one) => (await fetch(one)).status)),
      homePaths,
    );
    assert.deepEqual(
      statuses.filter((status) => status !== 404),
      [],
    );
    const opened = await stranger.page.evaluate(
      (addresses) =>
        Promise.all(
          addresses.map(
            (address) =>
              new Promise<boolean>((resolve) => {
                const socket = new WebSocket(address);
                socket.onopen = () => resolve(true);
                socket.onerror = () => resolve(false);
              }),
          ),
        ),
      sockets,
    );
    assert.deepEqual(
      opened,
      sockets.map(() => false),
    );
    await confirmRecoveryCode(stranger.page);
    await stranger.page.goto(event);
    await stranger.page.getByRole('dialog').or(stranger.page.getByRole('main')).first().waitFor();
    assert.equal(await sceneOf(stranger.page, 'video'), null);
    assert.equal(await stranger.page.locator('.event-card').count(), 0);
  });

  await t.test("the camera's password stays in one file that only its user can read", async () => {
    assert.deepEqual(await filesWith(house.data, CAMERA_PASSWORD), ['agent/cameras.json']);
    const { mode } = await stat(path.join(house.data, 'agent/cameras.json'));
    assert.equal(mode & 0o077, 0);
  });

  await t.test('no e-mail address and no camera name is anywhere in the data of the cloud', async () => {
    for (const clear of [EMAIL, 'Front door']) assert.deepEqual(await filesWith(house.data, clear), []);
  });
  assert.deepEqual(owner.troubles, []);
});
