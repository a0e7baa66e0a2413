import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atHome, untilColour } from './support/at-home.ts';
import { COLOURS } from './support/colour-clip.ts';
import { startEventCloud } from './support/event-cloud.ts';
import { makeHome } from './support/sealed-home.ts';

const VIDEO = '.live video';

test('a camera pressed becomes its live picture, and its pixels change with what it sees', async () => {
  const home = await makeHome();
  await using cloud = await startEventCloud(home);
  const camera = cloud.live.at(0);
  camera.show(2);
  await using visitor = await atHome(cloud, '/cameras');
  await visitor.page.getByRole('link', { name: 'Live picture of Front door' }).click();
  await visitor.page.locator('.live-badge').waitFor();
  await untilColour(visitor, VIDEO, COLOURS[2]);
  camera.show(4);
  await untilColour(visitor, VIDEO, COLOURS[4]);
  assert.deepEqual(visitor.troubles, []);
  assert.deepEqual(cloud.reports, []);
});
