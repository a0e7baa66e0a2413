import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { recordingMessages } from './support/fake-camera.ts';
import { openObject, startStubCloud } from './support/stub-cloud.ts';
import { pairTestAgent, startTestAgent, temporaryDirectory } from './support/test-agent.ts';
import { until } from './support/until.ts';

test('a recording is sealed, delivered whole, opens for the owner, and is then deleted at home', async (t) => {
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  const agent = await startTestAgent(cloud, directory);
  const household = await pairTestAgent(cloud, agent);
  const camera = await agent.camera();
  for (const message of recordingMessages(camera.camera, 1, { startedAt: 1_000_000, seconds: 4 })) {
    await camera.tell(message);
  }
  const [event] = await until('delivery', () => cloud.completed.length === 1 && cloud.completed);
  const clip = cloud.objects.get(`${event}.clip.0`);
  assert.ok(clip);
  assert.equal(clip.manifest.state, 'complete');
  assert.equal(clip.manifest.endedAt, 1_004_000);
  const opened = await openObject(clip, household);
  assert.deepEqual(
    opened.map((chunk) => [chunk[0], chunk.length]),
    [
      [255, 700],
      [1, 2000],
      [2, 2000],
      [3, 2000],
      [4, 2000],
      [undefined, 0],
    ],
  );
  assert.deepEqual(
    clip.manifest.chunks.map((chunk) => chunk[2]),
    [null, 0, null, 2000, null, null],
  );
  const thumbnail = cloud.objects.get(`${event}.thumbnail.0`);
  assert.ok(thumbnail);
  assert.deepEqual(Buffer.concat(await openObject(thumbnail, household)), Buffer.alloc(5000, 200));
  const eventsPath = join(directory, 'spool', 'events');
  await until('the deletion', async () => (await readdir(eventsPath)).length === 0);
});
