import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { recordingMessages } from './support/fake-camera.ts';
import { startStubCloud } from './support/stub-cloud.ts';
import { pairTestAgent, startTestAgent, type TestAgent, temporaryDirectory } from './support/test-agent.ts';
import { until } from './support/until.ts';

async function record(agent: TestAgent, from: number, to: number): Promise<void> {
  const camera = await agent.camera();
  for (let recording = from; recording <= to; recording++) {
    const options = { startedAt: recording * 60_000, seconds: 3 };
    for (const message of recordingMessages(camera.camera, recording, options)) await camera.tell(message);
  }
}

async function paired(t: TestContext) {
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  const agent = await startTestAgent(cloud, directory);
  await pairTestAgent(cloud, agent);
  return { directory, cloud, agent };
}

/** The cloud hangs up on whoever calls, and so many events are kept at home. */
async function inAnOutage(t: TestContext, events: number) {
  const house = await paired(t);
  house.cloud.trouble = () => 'hang-up';
  await record(house.agent, 1, events);
  return house;
}

test('while the cloud is away everything is kept, over a restart too, and delivered in order when it is back', async (t) => {
  const { cloud, agent, directory } = await inAnOutage(t, 4);
  await agent.stop();
  cloud.trouble = () => ({ status: 503, headers: { 'retry-after': '1' } });
  const again = await startTestAgent(cloud, directory);
  await until('the key from the disk', async () => (await again.camera()).armed);
  await record(again, 5, 8);
  assert.equal(cloud.completed.length, 0);
  cloud.trouble = null;
  await until('delivery', () => cloud.completed.length === 8);
  const clips = cloud.completed.map((event) => cloud.objects.get(`${event}.clip.0`)?.manifest);
  assert.deepEqual(
    clips.map((manifest) => manifest?.sequence),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
});

test('after an outage the cloud is told of all events in one request, before it is sent the first picture', async (t) => {
  const { cloud, agent, directory } = await inAnOutage(t, 6);
  await agent.stop();
  const known: number[] = [];
  cloud.trouble = (path) => {
    if (path.startsWith('/api/agent/uploads')) known.push(cloud.objects.size);
    return null;
  };
  await startTestAgent(cloud, directory);
  await until('delivery', () => cloud.completed.length === 6);
  assert.equal(cloud.requests.filter((one) => one === 'POST /api/agent/events').length, 2, 'and to confirm');
  assert.equal(known[0], cloud.objects.size, 'all were known when the first upload came');
});

test('an agent that ends after it told of a batch, or never hears the answer, loses nothing and tells again', async (t) => {
  const { cloud, agent, directory } = await inAnOutage(t, 3);
  await agent.stop();
  cloud.trouble = (path) => (path.startsWith('/api/agent/uploads') ? 'hang-up' : null);
  const told = await startTestAgent(cloud, directory);
  await until('the batch', () => cloud.objects.size === 9);
  await told.stop();
  cloud.trouble = null;
  await startTestAgent(cloud, directory);
  await until('delivery', () => cloud.completed.length === 3);
  await until('the deletion', async () => (await readdir(join(directory, 'spool', 'events'))).length === 0);
});

test('a cloud that knows no batches, or refuses one, gets each event by itself', async (t) => {
  const { cloud } = await inAnOutage(t, 3);
  cloud.trouble = (path) => (path === '/api/agent/events' ? { status: 404 } : null);
  await until('delivery', () => cloud.completed.length === 3);
});

test('a manifest that was damaged on the disk is in no batch: it is refused alone', async (t) => {
  const { cloud, agent, directory } = await inAnOutage(t, 3);
  await agent.stop();
  const events = join(directory, 'spool', 'events');
  const [first = ''] = (await readdir(events)).sort();
  const file = join(events, first, 'event.json');
  const kept = JSON.parse(await readFile(file, 'utf8'));
  const { manifest } = kept.objects[0];
  kept.objects[0].manifest = `${manifest.slice(0, -20)}${manifest.at(-20) === 'A' ? 'B' : 'A'}${manifest.slice(-19)}`;
  await writeFile(file, JSON.stringify(kept));
  let batch: string | undefined;
  cloud.trouble = (path) => {
    if (path === '/api/agent/events') batch = path;
    return null;
  };
  await startTestAgent(cloud, directory);
  await until('the others', () => cloud.completed.length === 2);
  assert.ok(batch !== undefined);
  assert.ok(![...cloud.objects.keys()].some((upload) => upload.startsWith(String(kept.event))));
});

test('an upload that broke off goes on where it stopped', async (t) => {
  const { cloud, agent } = await paired(t);
  const camera = await agent.camera();
  let patches = 0;
  cloud.trouble = (path) => (path.includes('.clip.') && patches++ % 3 === 2 ? 'hang-up' : null);
  const options = { startedAt: 1000, seconds: 4, fragmentBytes: 900_000 };
  for (const message of recordingMessages(camera.camera, 1, options)) await camera.tell(message);
  const [event] = await until('delivery', () => cloud.completed.length === 1 && cloud.completed);
  assert.ok((cloud.objects.get(`${event}.clip.0`)?.bytes.length ?? 0) > 3_600_000);
});

test('a session that ended is proved anew, and nothing is lost', async (t) => {
  const { cloud, agent } = await paired(t);
  cloud.endSessions();
  await record(agent, 1, 2);
  await until('delivery', () => cloud.completed.length === 2);
});

test('an event that the cloud refuses for good is kept and does not hold up the others', async (t) => {
  const { cloud, agent, directory } = await inAnOutage(t, 3);
  let refused: string | null = null;
  cloud.refuses = (event) => {
    refused ??= event;
    return event === refused;
  };
  cloud.trouble = null;
  await until('the others', () => cloud.completed.length === 2);
  await agent.stop();
  cloud.refuses = null;
  await startTestAgent(cloud, directory);
  await until('the refused one, after the next start', () => cloud.completed.length === 3);
});

test('an event over which the cloud stumbles is put off and does not hold up the others', async (t) => {
  const { cloud } = await inAnOutage(t, 3);
  let stumbled: string | null = null;
  cloud.trouble = (path) => {
    if (path === '/api/agent/events') return { status: 500 };
    if (!path.startsWith('/api/agent/events/')) return null;
    stumbled ??= path;
    return path === stumbled ? { status: 500 } : null;
  };
  await until('the others', () => cloud.completed.length === 2);
});

test('nothing is deleted at home before the cloud has said of every part that it is complete', async (t) => {
  const { cloud, agent, directory } = await paired(t);
  cloud.silent = true;
  await record(agent, 1, 1);
  const kept = () => readdir(join(directory, 'spool', 'events'));
  const puts = () => cloud.requests.filter((one) => one.startsWith('PUT /api/agent/events/')).length;
  await until(
    'all bytes',
    () =>
      [...cloud.objects.values()].length === 3 &&
      [...cloud.objects.values()].every((one) => one.bytes.length === one.length),
  );
  const before = puts();
  await until('more answers', () => puts() > before + 2);
  assert.equal((await kept()).length, 1);
  cloud.silent = false;
  await agent.stop();
  await startTestAgent(cloud, directory);
  await until('the deletion', async () => (await kept()).length === 0);
});

test('a full disk shows as the state of the camera, and the cloud is told what was lost', async (t) => {
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  let free = 1e12;
  const agent = await startTestAgent(cloud, directory, {}, { freeBytes: async () => free });
  const { camera } = await pairTestAgent(cloud, agent);
  free = 0;
  await record(agent, 1, 2);
  await until('the report', () =>
    cloud.reports.at(-1)?.some(({ state }) => state.state === 'offline' && state.reason === 'disk-full'),
  );
  const gap = await until('the statement', () =>
    [...cloud.gaps.values()].find((one) => one.toSequence === 2),
  );
  assert.deepEqual([gap.camera, gap.reason], [camera, 'disk-full']);
  free = 1e12;
  await record(agent, 3, 3);
  await until('delivery', () => cloud.completed.length === 1);
  const clip = cloud.objects.get(`${cloud.completed[0]}.clip.0`);
  assert.equal(clip?.manifest.sequence, 3);
  await until('the state', () => cloud.reports.at(-1)?.every(({ state }) => state.reason === null));
});
