import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { atHome, look, until, untilColour } from './support/at-home.ts';
import { axeFindings } from './support/axe.ts';
import { COLOURS } from './support/colour-clip.ts';
import { type EventCloud, startEventCloud } from './support/event-cloud.ts';
import { makeHome, type SealedHome } from './support/sealed-home.ts';

const HOUR = 3_600_000;
const now = Date.now();
let home: SealedHome;
before(async () => {
  home = await makeHome();
});

/** A cloud with `count` events an hour apart, the newest five minutes old, cameras in turn. */
async function cloudWith(count: number): Promise<EventCloud> {
  home = await makeHome();
  const cloud = await startEventCloud(home);
  for (let back = count - 1; back >= 0; back--)
    cloud.kept.keep(
      await home.event({ camera: back % 2, startedAt: now - 300_000 - back * HOUR, colour: back % 12 }),
    );
  return cloud;
}

const image = (event: string | undefined) => `[id="card-${event}"] img`;
const eventsOf = (cloud: EventCloud) => cloud.kept.page({}, 60).events.map(({ event }) => event);

test('thumbnails are on screen with the pixels that the camera sealed, newest first', async () => {
  await using cloud = await cloudWith(5);
  await using visitor = await atHome(cloud, '/events');
  for (const [back, event] of eventsOf(cloud).slice(0, 2).entries())
    await untilColour(visitor, image(event), COLOURS[back]);
  const names = await visitor.page.locator('.event-camera').allTextContents();
  assert.deepEqual(names.slice(0, 2), ['Front door', 'Garden']);
  assert.deepEqual(visitor.troubles, []);
  assert.deepEqual(cloud.reports, []);
});

test('where very many look at once the page says that it is in line, and goes on by itself', async () => {
  await using cloud = await cloudWith(2);
  cloud.refusals.left = 2;
  await using visitor = await atHome(cloud, '/events');
  const notice = visitor.page.getByText('You are in line');
  await notice.waitFor();
  assert.deepEqual(await axeFindings(visitor.page), []);
  await visitor.page.locator('.event-card img').first().waitFor();
  await notice.waitFor({ state: 'detached' });
  assert.equal(cloud.refusals.given, 2);
});

test('axe finds nothing in list and stage, on a phone and a desk, in dark and light', async () => {
  await using cloud = await cloudWith(4);
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [390, 1440]) {
      await using visitor = await atHome(cloud, '/events', { colorScheme, viewport: { width, height: 900 } });
      await visitor.page.locator('.event-card img').first().waitFor();
      await visitor.page.emulateMedia({ reducedMotion: 'reduce' });
      assert.deepEqual(await axeFindings(visitor.page), [], `list ${colorScheme} ${width}`);
      await visitor.page.locator('.event-card').first().click();
      await visitor.page.getByRole('button', { name: 'Pause' }).waitFor();
      assert.deepEqual(await axeFindings(visitor.page), [], `stage ${colorScheme} ${width}`);
    }
});

test('scrolling reaches the oldest event, and nothing above moves while pages arrive', async () => {
  await using cloud = await cloudWith(70);
  await using visitor = await atHome(cloud, '/events', { viewport: { width: 1440, height: 900 } });
  await visitor.page.locator('.event-card img').first().waitFor();
  const oldest = cloud.kept.page({}, 100).events.at(-1)?.event;
  await until(
    async () => {
      await visitor.page.mouse.wheel(0, 700);
      return visitor.page.locator(`[id="card-${oldest}"]`).count();
    },
    (found) => found === 1,
  );
  await visitor.page.getByText('This is where your recordings begin').waitFor();
  const shift = await look<number>(
    visitor,
    `new Promise((resolve) => new PerformanceObserver((list) => resolve(list.getEntries().reduce((sum, { value }) => sum + value, 0))).observe({ type: 'layout-shift', buffered: true })
      ?? setTimeout(() => resolve(0), 200))`,
  );
  assert.ok(shift < 0.05, `the page shifted by ${shift}`);
  assert.ok((await visitor.page.locator('.event-card').count()) < 40, 'only what is near the screen is kept');
});

test('a new event appears by itself; further down a pill says so and nothing moves', async () => {
  await using cloud = await cloudWith(20);
  await using visitor = await atHome(cloud, '/events');
  await visitor.page.locator('.event-card img').first().waitFor();
  const fresh = cloud.kept.keep(await home.event({ camera: 0, startedAt: Date.now(), colour: 6 }));
  cloud.tell({ kind: 'event', event: fresh.facts.event, camera: fresh.facts.camera });
  await untilColour(visitor, image(fresh.facts.event), COLOURS[6]);

  await visitor.page.evaluate('scrollTo(0, 1500)');
  await until(
    () => look<number>(visitor, 'scrollY'),
    (y) => y > 1000,
  );
  const middle = 'document.elementFromPoint(195, 400)?.closest("a")?.getBoundingClientRect().top';
  // The list draws what has come into sight a moment after the scroll.
  const top = await until(
    () => look<number | undefined>(visitor, middle),
    (place) => place !== undefined,
  );
  for (const colour of [4, 5]) {
    const another = cloud.kept.keep(await home.event({ camera: 1, startedAt: Date.now(), colour }));
    cloud.tell({ kind: 'event', event: another.facts.event, camera: another.facts.camera });
  }
  await visitor.page.getByRole('button', { name: '2 new events' }).waitFor();
  assert.equal(await look<number>(visitor, middle), top);
  await visitor.page.getByRole('button', { name: '2 new events' }).click();
  await untilColour(visitor, image(eventsOf(cloud)[0]), COLOURS[5]);
});

test('what happened while the connection was lost is there after it', async () => {
  await using cloud = await cloudWith(3);
  await using visitor = await atHome(cloud, '/events');
  await visitor.page.locator('.event-card img').first().waitFor();
  cloud.goAway(true);
  await visitor.page.getByText('Not connected').waitFor();
  const missed = cloud.kept.keep(await home.event({ camera: 0, startedAt: Date.now(), colour: 9 }));
  cloud.goAway(false);
  await untilColour(visitor, image(missed.facts.event), COLOURS[9]);
  await until(
    () => visitor.page.getByText('Not connected').count(),
    (count) => count === 0,
  );
});

test('camera and day filter the list, and stand in the address', async () => {
  await using cloud = await cloudWith(60);
  await using visitor = await atHome(cloud, '/events');
  const { page } = visitor;
  await page.locator('.event-card').first().waitFor();
  await page.getByLabel('Camera', { exact: true }).selectOption({ label: 'Garden' });
  await until(
    () => page.locator('.event-camera').allTextContents(),
    (names) => names.length > 0 && names.every((name) => name === 'Garden'),
  );
  assert.match(page.url(), /camera=cam_/);
  const yesterday = await look<string>(
    visitor,
    'new Date(Date.now() - 86_400_000).toLocaleDateString("sv-SE")',
  );
  await page.getByLabel('Day', { exact: true }).fill(yesterday);
  await until(
    () => page.locator('.event-day').allTextContents(),
    (days) => days.join() === 'Yesterday',
  );
  await page.reload();
  await until(
    () => page.locator('.event-day').allTextContents(),
    (days) => days.join() === 'Yesterday',
  );
  await page.getByLabel('Day', { exact: true }).fill('2020-01-01');
  await page.getByText('Nothing happened here').waitFor();
  await page.getByRole('button', { name: 'Show all events' }).click();
  await page.getByRole('heading', { name: 'Today' }).waitFor();
  assert.deepEqual(cloud.reports, []);
});

test('a missing event and lost ones are told where they are missing', async () => {
  home = await makeHome(['Front door']);
  await using cloud = await startEventCloud(home);
  const { keep, gaps } = cloud.kept;
  keep(await home.event({ camera: 0, startedAt: now - 4 * HOUR, colour: 0 }));
  keep(await home.event({ camera: 0, startedAt: now - 3 * HOUR, colour: 1, skip: 1 }));
  keep(await home.event({ camera: 0, startedAt: now - 2 * HOUR, colour: 2, skip: 2 }));
  const span = { from: now - 3 * HOUR, to: now - 2 * HOUR };
  gaps.push(await home.gap({ camera: 0, fromSequence: 4, toSequence: 5, reason: 'disk-full', ...span }));
  await using visitor = await atHome(cloud, '/events');
  const notices = visitor.page.locator('.event-notice > span');
  await until(
    () => notices.count(),
    (count) => count === 2,
  );
  const words = (await notices.allTextContents()).map((text) => text.replace(/ \(.*/, ''));
  assert.deepEqual(words, ['2 events lost: the disk at home was full', '1 event is missing here']);
});

test('a camera that is offline says since when and why', async () => {
  await using cloud = await cloudWith(1);
  const since = Date.UTC(2026, 0, 2, 13, 2);
  cloud.setCameras(
    home
      .cameraRows()
      .map((row) => ({ ...row, state: { state: 'offline', since, reason: 'password-refused' } })),
  );
  await using visitor = await atHome(cloud, '/events');
  const first = visitor.page.getByRole('list', { name: 'Cameras' }).getByRole('listitem').first();
  await until(
    () => first.textContent(),
    (text) => /Front door · offline since .*14:02: password refused/.test(text ?? ''),
  );
  cloud.setCameras(home.cameraRows());
  cloud.tell({ kind: 'cameras' });
  await until(
    () => first.textContent(),
    (text) => /watching/.test(text ?? ''),
  );
});

test('an empty home says what to do: pair first, then walk past the camera', async () => {
  home = await makeHome([]);
  await using bare = await startEventCloud(home);
  await using visitor = await atHome(bare, '/events');
  await visitor.page.getByRole('heading', { name: 'No camera yet' }).waitFor();
  assert.equal(
    await visitor.page.getByRole('link', { name: 'Pair your agent' }).getAttribute('href'),
    '/pair',
  );
  home = await makeHome(['Front door']);
  await using waiting = await startEventCloud(home);
  await using other = await atHome(waiting, '/events');
  await other.page.getByRole('heading', { name: 'Walk past it' }).waitFor();
  assert.deepEqual(await axeFindings(other.page), []);
});
