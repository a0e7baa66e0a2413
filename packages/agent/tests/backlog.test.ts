import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { recordingMessages } from './support/fake-camera.ts';
import { isComplete, type StubCloud, startStubCloud } from './support/stub-cloud.ts';
import { pairTestAgent, startTestAgent, temporaryDirectory } from './support/test-agent.ts';
import { until } from './support/until.ts';

/** A cloud that has come back, and an agent with so many events that it has not heard of. */
async function afterOutage(t: TestContext, events: number, before: (cloud: StubCloud) => void = () => {}) {
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  const recording = await startTestAgent(cloud, directory);
  await pairTestAgent(cloud, recording);
  cloud.trouble = () => 'hang-up';
  const { camera, tell } = await recording.camera();
  for (let one = 1; one <= events; one++)
    for (const message of recordingMessages(camera, one, { startedAt: one * 60_000, seconds: 3 }))
      await tell(message);
  await recording.stop();
  cloud.trouble = null;
  before(cloud);
  cloud.requests.length = 0;
  const agent = await startTestAgent(cloud, directory);
  const kept = async (): Promise<number> => (await readdir(join(directory, 'spool', 'events'))).length;
  const count = (request: RegExp): number => cloud.requests.filter((one) => request.test(one)).length;
  return { cloud, agent, directory, kept, count };
}
const allComplete = ({ objects }: StubCloud): boolean => [...objects.values()].every(isComplete);

test('of a backlog each small object is one request, and one more confirms all events together', async (t) => {
  const { cloud, kept, count } = await afterOutage(t, 6);
  await until('the deletion', async () => (await kept()) === 0);
  assert.equal(cloud.objects.size, 18);
  assert.equal(count(/^POST \/api\/agent\/uploads$/), 18);
  assert.equal(count(/^(HEAD|PATCH) /), 0);
  assert.equal(count(/^POST \/api\/agent\/events$/), 2);
  assert.equal(count(/^PUT \/api\/agent\/events/), 0);
  assert.equal(cloud.uploadsAtOnce, 2, 'two events beside each other, and no more');
});

test('a cloud that takes no bytes with the creation of an upload gets them afterwards', async (t) => {
  const { cloud, kept, count } = await afterOutage(t, 2, (stub) => {
    stub.takesAtOnce = 'none';
  });
  await until('the deletion', async () => (await kept()) === 0);
  assert.ok(allComplete(cloud));
  assert.equal(count(/^PATCH /), 6);
});

test('a creation that broke off in the middle of its bytes goes on where it stopped', async (t) => {
  const { cloud, kept, count } = await afterOutage(t, 2, (stub) => {
    stub.takesAtOnce = 'half-and-hang-up';
  });
  await until('the deletion', async () => (await kept()) === 0);
  assert.ok(allComplete(cloud));
  assert.equal(count(/^POST \/api\/agent\/uploads$/), 6, 'no byte is sent twice');
});

test('no event of a backlog is deleted at home before the cloud has said that all of it is complete', async (t) => {
  const { cloud, agent, directory, kept, count } = await afterOutage(t, 3, (stub) => {
    stub.silent = true;
  });
  await until('all bytes', () => cloud.objects.size === 9 && allComplete(cloud));
  const before = count(/agent\/events/);
  await until('more answers', () => count(/agent\/events/) > before + 4);
  assert.equal(await kept(), 3);
  cloud.silent = false;
  await agent.stop();
  await startTestAgent(cloud, directory);
  await until('the deletion', async () => (await kept()) === 0);
});

test('an event that is refused among others is sent by itself, and kept; the others are delivered', async (t) => {
  let refused = '';
  const { cloud, kept, count } = await afterOutage(t, 3, (stub) => {
    stub.refuses = (event) => {
      refused ||= event;
      return event === refused;
    };
  });
  await until('the others', () => cloud.completed.length === 2);
  await until('its own words', () => count(/^PUT /) >= 2);
  await until('the deletion', async () => (await kept()) === 1);
});
