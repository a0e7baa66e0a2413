// The agent against the real cloud, on a real PostgreSQL.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { EventRow, EventsPage } from '@nightlatch/protocol/events';
import { openContentKey } from '@nightlatch/vault/content';
import { verifyManifest } from '@nightlatch/vault/manifest';
import { labelOf, openWhole } from '@nightlatch/vault/object';
import { newHousehold } from '../../server/tests/support/household.ts';
import { newListeningCloud } from '../../server/tests/support/listening.ts';
import { recordingMessages } from './support/fake-camera.ts';
import { startTestAgent, temporaryDirectory } from './support/test-agent.ts';
import { until } from './support/until.ts';

const cloud = await newListeningCloud();

test('an agent is paired with the real cloud, and its recordings come to the household, playable while they grow', async (t) => {
  const directory = await temporaryDirectory(t);
  const agent = await startTestAgent({ url: cloud.url.origin }, directory);
  const household = await newHousehold(cloud);
  const { home, browser } = household;
  const news = await until('a code', () => agent.news.find((one) => one.kind === 'pairing-code'));
  assert.ok(news.kind === 'pairing-code');
  await household.pair(news.code);
  await until('the pairing', () => agent.news.find((one) => one.kind === 'paired'));
  const { camera } = await agent.camera();
  await until('the camera, as found', async () => {
    const answer = await browser.call('cameras.list', { params: { home } });
    return answer.json().cameras.some((one: { camera: string }) => one.camera === camera);
  });
  await household.addCamera(camera);
  const fake = await agent.camera();
  await until('the key', () => fake.armed);

  const rows = async () => {
    const answer = await browser.call('events.list', { params: { home } });
    assert.equal(answer.statusCode, 200, answer.body);
    return EventsPage.parse(answer.json()).events;
  };
  const messages = recordingMessages(camera, 1, { startedAt: 1_000_000, seconds: 5, fragmentBytes: 90_000 });
  const end = messages.pop();
  assert.ok(end?.kind === 'end');
  for (const message of messages) await fake.tell(message);
  const growing = await until('a growing clip', async () =>
    (await rows()).find((row) => row.clip?.state === 'growing' && row.clip.receivedBytes > 400_000),
  );
  assert.deepEqual(
    growing.objects.map((object) => object.kind),
    ['metadata', 'thumbnail'],
  );
  await fake.tell(end);
  for (const message of recordingMessages(camera, 2, { startedAt: 2_000_000, seconds: 2 }))
    await fake.tell(message);
  await until('both complete', async () => {
    const clips = (await rows()).map((row) => row.clip?.state);
    return clips.length === 2 && clips.every((state) => state === 'complete');
  });
  const spool = join(directory, 'spool', 'events');
  await until('the deletion at home', async () => (await readdir(spool)).length === 0);

  const { event } = growing;
  const row = EventRow.parse((await browser.call('events.get', { params: { home, event } })).json());
  const stored = row.objects.find((object) => object.kind === 'clip');
  const pinned = [...household.state().agents.values()].at(-1);
  assert.ok(stored !== undefined && pinned !== undefined);
  const manifest = await verifyManifest(
    stored.manifest,
    { home, camera, event, kind: 'clip' },
    pinned.deviceKey,
  );
  const sent = await browser.call('objects.get', { params: { home, event, kind: 'clip', revision: 0 } });
  const epochKey = await household.epochKey(camera);
  const key = await openContentKey(manifest.sealedKey, { ...labelOf(manifest), epochKey });
  const plain = await openWhole(manifest, new Uint8Array(sent.rawPayload), key);
  assert.equal(plain.length, 700 + 5 * 90_000);
});

test('a recording that a crash cut off, after all of it had been sent, is completed as interrupted', async (t) => {
  const directory = await temporaryDirectory(t);
  const agent = await startTestAgent({ url: cloud.url.origin }, directory);
  const household = await newHousehold(cloud);
  const { home, browser } = household;
  const news = await until('a code', () => agent.news.find((one) => one.kind === 'pairing-code'));
  assert.ok(news.kind === 'pairing-code');
  await household.pair(news.code);
  const fake = await agent.camera();
  await until('the camera, as found', async () => {
    const answer = await browser.call('cameras.list', { params: { home } });
    return answer.json().cameras.length > 0;
  });
  await household.addCamera(fake.camera);
  await until('the key', () => fake.armed);
  const options = { startedAt: 1_000_000, seconds: 3, end: false };
  for (const message of recordingMessages(fake.camera, 1, options)) await fake.tell(message);
  const clip = async () => {
    const answer = await browser.call('events.list', { params: { home } });
    return EventsPage.parse(answer.json()).events[0]?.clip;
  };
  await until('all of it', async () => ((await clip())?.receivedBytes ?? 0) > 6000);
  // Stopped in the middle: there is no final chunk.
  await agent.stop();
  await startTestAgent({ url: cloud.url.origin }, directory);
  await until('the interrupted clip', async () => (await clip())?.state === 'interrupted');
  const spool = join(directory, 'spool', 'events');
  await until('the deletion at home', async () => (await readdir(spool)).length === 0);
});
