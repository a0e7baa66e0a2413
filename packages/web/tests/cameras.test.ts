import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atHome, colourOf, isNear, untilColour } from './support/at-home.ts';
import { axeFindings } from './support/axe.ts';
import { COLOURS } from './support/colour-clip.ts';
import { startEventCloud } from './support/event-cloud.ts';
import { makeHome, rowOf } from './support/sealed-home.ts';

const OURS = 1;
const THEIRS = 0;

test('each camera shows what it saw last, by its pixels, and says how it is', async () => {
  const home = await makeHome();
  await using cloud = await startEventCloud(home);
  cloud.kept.keep(await home.event({ camera: 0, startedAt: Date.now() - 600_000, colour: THEIRS }));
  cloud.kept.keep(await home.event({ camera: 0, startedAt: Date.now() - 300_000, colour: OURS }));
  await using visitor = await atHome(cloud, '/cameras');
  const { page } = visitor;
  await page.getByRole('heading', { name: 'Front door' }).waitFor();
  await untilColour(visitor, '.camera:first-child img', COLOURS[OURS]);
  await page.getByText('Nothing has moved yet').waitFor();
  assert.match((await page.locator('.state').first().textContent()) ?? '', /since/);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of [390, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      assert.deepEqual(await axeFindings(page), [], `${colorScheme} ${width}`);
    }
  }
  assert.deepEqual(visitor.troubles, []);
});

test("another home's event as the latest of a camera is not shown, and is reported", async () => {
  const [ours, theirs] = [await makeHome(), await makeHome()];
  await using cloud = await startEventCloud(ours);
  const foreign = await theirs.event({ camera: 0, startedAt: Date.now() - 300_000, colour: THEIRS });
  cloud.cross.page = (honest) => ({ ...honest, events: [rowOf(foreign, true)] });
  await using visitor = await atHome(cloud, '/cameras');
  await visitor.page.getByText('Not shown: not what your camera signed').first().waitFor();
  assert.ok(!isNear(await colourOf(visitor, '.camera img'), COLOURS[THEIRS] ?? []));
  assert.equal(await visitor.page.locator('.camera img').count(), 0);
  assert.ok(cloud.reports.length > 0);
});
