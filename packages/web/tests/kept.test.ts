import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atHome, until } from './support/at-home.ts';
import { axeFindings } from './support/axe.ts';
import { startEventCloud } from './support/event-cloud.ts';
import { makeHome } from './support/sealed-home.ts';

const DAY = 86_400_000;
const GIGABYTE = 1_000_000_000;

/** A home whose owner keeps a fortnight of one camera, with some events of which one was deleted. */
async function keptHome() {
  const home = await makeHome();
  const cloud = await startEventCloud(home);
  const now = Date.now();
  for (const [back, skip] of [0, 2, 0].entries())
    cloud.kept.keep(
      await home.event({ camera: 0, startedAt: now - DAY + back * 60_000, colour: back, skip }),
    );
  const [front, garden] = home.cameras;
  assert.ok(front && garden);
  cloud.kept.deleted.push({ camera: front.camera, fromSequence: 2, toSequence: 3, reason: 'days' });
  cloud.setRetention({
    ...{ bytesMax: 50 * GIGABYTE, cloudBytesMax: null, bytes: 12.4 * GIGABYTE },
    ...{ favourites: 3, favouriteBytes: 0.4 * GIGABYTE, bytesOfLastWeek: 7 * GIGABYTE },
    cameras: [
      {
        ...{ camera: front.camera, days: 14, events: 812, bytes: 12.4 * GIGABYTE },
        ...{ oldestAt: now - 14 * DAY, newestAt: now },
      },
      { camera: garden.camera, days: null, events: 0, bytes: 0, oldestAt: null, newestAt: null },
    ],
  });
  return { home, cloud, front, garden };
}

test('the star keeps an event from the list and from the open clip, and both say so', async () => {
  const { cloud } = await keptHome();
  await using _ = cloud;
  await using visitor = await atHome(cloud, '/events', { viewport: { width: 1440, height: 900 } });
  const { page } = visitor;
  await page.locator('.event-card img').first().waitFor();
  await page.getByText('2 events deleted by your setting: older than you keep them').waitFor();
  const stars = page.locator('.event-star');
  await stars.first().click();
  const [newest] = cloud.kept.page({}, 1).events;
  assert.ok(newest);
  await until(
    async () => [cloud.kept.row(newest.event)?.favourite, await stars.first().getAttribute('aria-pressed')],
    ([told, shown]) => told === true && shown === 'true',
  );
  await page.locator('.event-card').first().click();
  const inStage = page.locator('.stage').getByRole('button', { name: 'Keep for good' });
  assert.equal(await inStage.getAttribute('aria-pressed'), 'true');
  await inStage.click();
  await until(
    async () => [cloud.kept.row(newest.event)?.favourite, await stars.first().getAttribute('aria-pressed')],
    ([told, shown]) => told === false && shown === 'false',
  );
  assert.deepEqual(visitor.troubles, []);
  assert.deepEqual(cloud.reports, []);
});

test('the owner sees what is kept, how much and until when, and sets it; axe finds nothing', async () => {
  const { cloud, front, garden } = await keptHome();
  await using _ = cloud;
  for (const width of [390, 1440]) {
    await using visitor = await atHome(cloud, '/settings', { viewport: { width, height: 900 } });
    const { page } = visitor;
    await page.getByText('12 GB stored of 50 GB').waitFor();
    await page.getByText('3 favourites take 400 MB of it.').waitFor();
    await page.getByText(/812 events, 12 GB/).waitFor();
    const until = new Date(Date.now() + 14 * DAY).toLocaleDateString('en-GB', { dateStyle: 'medium' });
    await page.getByText(`What is recorded today stays until ${until}.`).waitFor();
    assert.deepEqual(await axeFindings(page), [], `settings ${width}`);
    const days = page.getByLabel('Garden: days');
    await days.fill('none');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Whole days from 1 to 3650').waitFor();
    await days.fill(String(width === 390 ? 7 : 9));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    const set = cloud.retention();
    assert.equal(set.bytesMax, 50 * GIGABYTE);
    assert.deepEqual(
      set.cameras.map(({ camera, days }) => [camera, days]),
      [
        [front.camera, 14],
        [garden.camera, width === 390 ? 7 : 9],
      ],
    );
    assert.deepEqual(visitor.troubles, []);
  }
  cloud.setRetention({ ...cloud.retention(), favouriteBytes: 51 * GIGABYTE });
  await using visitor = await atHome(cloud, '/settings');
  await visitor.page.getByText('Your favourites alone take more than you keep.').waitFor();
});
