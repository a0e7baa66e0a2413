import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { atHome, look, until, untilColour } from './support/at-home.ts';
import type { Visitor } from './support/browser.ts';
import { CLIP_SECONDS, COLOURS, clipFile, clipPieces } from './support/colour-clip.ts';
import { startEventCloud } from './support/event-cloud.ts';
import { type KeptEvent, makeHome } from './support/sealed-home.ts';

const START = Date.UTC(2026, 10, 22, 13, 2, 7);
const VIDEO = '.stage video';

async function cloudWithClip(count = 1, pieces = clipPieces(), firstAt = START) {
  const home = await makeHome(['Front door']);
  const cloud = await startEventCloud(home);
  const events: KeptEvent[] = [];
  for (let index = 0; index < count; index++)
    events.push(
      cloud.kept.keep(
        await home.event({ camera: 0, startedAt: firstAt + index * 60_000, colour: index, pieces }),
      ),
    );
  return { home, cloud, events, address: `/events/${events.at(-1)?.facts.event}` };
}

const seconds = (visitor: Visitor) =>
  look<number>(visitor, `document.querySelector('${VIDEO}')?.currentTime ?? 0`);
/** Pauses, so that a picture stands still while its pixels are read. */
const seek = (visitor: Visitor, to: number) =>
  visitor.page.evaluate(`(() => {
    const video = document.querySelector('${VIDEO}');
    video.pause();
    video.currentTime = ${to};
  })()`);

test('a sealed clip plays: its pixels are those that the camera saw, second by second', async () => {
  const { cloud, address } = await cloudWithClip();
  await using _ = cloud;
  await using visitor = await atHome(cloud, address);
  await until(
    () => seconds(visitor),
    (at) => at > 0.2,
  );
  for (const second of [0, 5, 11, 3]) {
    await seek(visitor, second + 0.5);
    await untilColour(visitor, VIDEO, COLOURS[second]);
  }
  assert.ok(
    Math.abs((await look<number>(visitor, `document.querySelector('${VIDEO}').duration`)) - CLIP_SECONDS) <
      0.3,
  );
  assert.deepEqual(visitor.troubles, []);
  assert.deepEqual(cloud.reports, []);
});

test('the whole length is known at once, and a seek beyond what has arrived asks for that part', async () => {
  const { cloud, address } = await cloudWithClip();
  await using _ = cloud;
  cloud.pace.pieceBytes = 512;
  cloud.pace.bytesPerSecond = 4_000;
  await using visitor = await atHome(cloud, address);
  await until(
    () => seconds(visitor),
    (at) => at > 0.1,
  );
  const bufferedEnd = `(() => {
    const { buffered } = document.querySelector('${VIDEO}');
    return buffered.length === 0 ? 0 : buffered.end(buffered.length - 1);
  })()`;
  assert.ok((await look<number>(visitor, bufferedEnd)) < 6, 'most of the clip has not arrived');
  assert.equal(
    await look<number>(visitor, `Math.round(document.querySelector('${VIDEO}').duration)`),
    CLIP_SECONDS,
  );
  await seek(visitor, 9.5);
  await untilColour(visitor, VIDEO, COLOURS[9]);
  assert.equal(cloud.ranges.length > 0, true, 'the part was asked for by its range');
  // And back to a place between, which was jumped over.
  cloud.pace.bytesPerSecond = Number.POSITIVE_INFINITY;
  await seek(visitor, 7.5);
  await untilColour(visitor, VIDEO, COLOURS[7]);
});

test('a clip that is still recorded plays, waits, goes on, and ends', async () => {
  // Two seconds between places to seek to, as a camera has them: what has arrived is no whole number of them.
  const pieces = clipPieces().map((piece) => ({
    ...piece,
    keyAtMilliseconds: (piece.keyAtMilliseconds ?? 1000) % 2000 === 0 ? piece.keyAtMilliseconds : null,
  }));
  // What began long ago is no longer said to be recorded: this one begins now.
  const { home, cloud, events, address } = await cloudWithClip(1, pieces, Date.now());
  await using _ = cloud;
  const [whole] = events;
  assert.ok(whole);
  const keep = async (chunks: number) => {
    cloud.kept.keep(await home.growing(whole, chunks));
    cloud.tell({ kind: 'event', event: whole.facts.event, camera: whole.facts.camera });
  };
  await keep(5);
  await using visitor = await atHome(cloud, address);
  await visitor.page.getByText('Still recording').waitFor();
  await until(
    () => seconds(visitor),
    (at) => at > 1.5,
  );
  for (const chunks of [8, 9, 12, 13]) {
    await keep(chunks);
    await until(
      () => look<number>(visitor, `document.querySelector('${VIDEO}').buffered.end(0)`),
      (end) => end > Math.floor((chunks - 1) / 2) - 0.2,
    );
  }
  await until(
    () => seconds(visitor),
    (at) => at > 3,
  );
  cloud.kept.keep(whole);
  cloud.tell({ kind: 'event', event: whole.facts.event, camera: whole.facts.camera });
  await until(
    () => visitor.page.getByText('Still recording').count(),
    (count) => count === 0,
  );
  await seek(visitor, 11.5);
  await untilColour(visitor, VIDEO, COLOURS[11]);
  assert.deepEqual(cloud.reports, []);
});

test('a connection lost in the middle is said, and playing goes on when it is back', async () => {
  const { cloud, address } = await cloudWithClip();
  await using _ = cloud;
  cloud.pace.pieceBytes = 512;
  cloud.pace.bytesPerSecond = 4_000;
  await using visitor = await atHome(cloud, address);
  await until(
    () => seconds(visitor),
    (at) => at > 0.1,
  );
  cloud.goAway(true);
  await seek(visitor, 10.5);
  await visitor.page.getByText('The connection is lost. Trying again…').waitFor();
  cloud.goAway(false);
  cloud.pace.bytesPerSecond = Number.POSITIVE_INFINITY;
  await untilColour(visitor, VIDEO, COLOURS[10]);
});

test('bytes that no decoder takes are said so, and the stage stays usable', async () => {
  const home = await makeHome(['Front door']);
  await using cloud = await startEventCloud(home);
  const pieces = clipPieces().map(({ bytes, keyAtMilliseconds }, index) => ({
    bytes: index === 0 ? bytes : bytes.map(() => 0xa7),
    keyAtMilliseconds,
  }));
  const { facts } = cloud.kept.keep(await home.event({ camera: 0, startedAt: START, colour: 0, pieces }));
  await using visitor = await atHome(cloud, `/events/${facts.event}`);
  await visitor.page
    .locator('.stage-problem')
    .getByText(/could not|cannot/)
    .waitFor();
  assert.equal(await visitor.page.locator('.stage-problem .banner.danger').count(), 0);
  await visitor.page.getByRole('button', { name: 'Close' }).click();
  await until(
    () => visitor.page.locator('.stage').count(),
    (count) => count === 0,
  );
});

test('the opened clip is downloaded as the MP4 that was recorded, named by camera and local time', async () => {
  const { cloud, address } = await cloudWithClip();
  await using _ = cloud;
  await using visitor = await atHome(cloud, address);
  const button = visitor.page.getByRole('button', { name: 'Download' });
  await until(
    () => button.getAttribute('aria-disabled'),
    (disabled) => disabled === 'false',
  );
  const [download] = await Promise.all([visitor.page.waitForEvent('download'), button.click()]);
  assert.equal(download.suggestedFilename(), 'Front door 2026-11-22 14.02.07.mp4');
  const bytes = await readFile(await download.path());
  const recorded = Buffer.concat(clipPieces().map((piece) => piece.bytes));
  const hash = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
  assert.equal(hash(bytes), hash(recorded));
  assert.ok(recorded.length > clipFile().length * 0.9);
});

test('arrow keys go to the next and the previous event, Escape gives the focus back to its card', async () => {
  const { cloud, events } = await cloudWithClip(3);
  await using _ = cloud;
  await using visitor = await atHome(cloud, '/events', { viewport: { width: 1440, height: 900 } });
  const { page } = visitor;
  const [oldest, middle, newest] = events.map(({ facts }) => facts.event);
  await page.locator(`[id="card-${newest}"] img`).waitFor();
  await page.locator(`[id="card-${newest}"]`).focus();
  await page.keyboard.press('Enter');
  await until(
    () => Promise.resolve(page.url()),
    (url) => url.endsWith(String(newest)),
  );
  await untilColour(visitor, VIDEO, COLOURS[0]);
  await page.keyboard.press('ArrowRight');
  await until(
    () => Promise.resolve(page.url()),
    (url) => url.endsWith(String(middle)),
  );
  await page.keyboard.press('ArrowRight');
  await until(
    () => Promise.resolve(page.url()),
    (url) => url.endsWith(String(oldest)),
  );
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  await until(
    () => Promise.resolve(page.url()),
    (url) => url.endsWith(String(middle)),
  );
  await untilColour(visitor, VIDEO, COLOURS[0]);
  await page.keyboard.press('Escape');
  await until(
    () => look<string>(visitor, 'document.activeElement?.id ?? ""'),
    (id) => id === `card-${middle}`,
  );
  assert.ok(page.url().endsWith('/events'));
  assert.deepEqual(visitor.troubles, []);
});

test('a swipe goes to the older event', async () => {
  const { cloud, events } = await cloudWithClip(2);
  await using _ = cloud;
  const [older, newer] = events.map(({ facts }) => facts.event);
  await using visitor = await atHome(cloud, `/events/${newer}`, { hasTouch: true });
  await until(
    () => seconds(visitor),
    (at) => at > 0.1,
  );
  await visitor.page.getByRole('button', { name: 'Older event' }).waitFor();
  const client = await visitor.context.newCDPSession(visitor.page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x: number) =>
    client.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [{ x, y: 400 }],
    });
  await touch('touchStart', 320);
  for (const x of [280, 220, 150, 90]) await touch('touchMove', x);
  await touch('touchEnd', 90);
  await until(
    () => Promise.resolve(visitor.page.url()),
    (url) => url.endsWith(String(older)),
  );
});
