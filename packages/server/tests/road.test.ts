import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventRow, EventsPage } from '@nightlatch/protocol/events';
import { openContentKey } from '@nightlatch/vault/content';
import { verifyManifest } from '@nightlatch/vault/manifest';
import { openWhole } from '@nightlatch/vault/object';
import { newHousehold } from './support/household.ts';
import { newListeningCloud } from './support/listening.ts';
import { pairedAgent } from './support/synthetic-agent.ts';

const cloud = await newListeningCloud();

test('an event goes the whole road: sealed at home, stored by the cloud, opened by its household', async () => {
  const household = await newHousehold(cloud);
  const { home, browser } = household;
  const agent = await pairedAgent(cloud.url, household);
  const { camera } = agent;
  const recorded = await agent.record(household);
  await agent.deliver(recorded);

  const listed = await browser.call('events.list', { params: { home } });
  assert.equal(listed.statusCode, 200, listed.body);
  const page = EventsPage.parse(listed.json());
  assert.deepEqual(
    page.events.map((row) => [row.event, row.camera, row.home, row.clip]),
    [[recorded.event, camera, home, { state: 'complete', receivedBytes: recorded.clip.bytes.length }]],
  );
  assert.deepEqual(
    page.events[0]?.objects.map((object) => object.kind),
    ['metadata', 'thumbnail'],
  );

  const { event } = recorded;
  const got = await browser.call('events.get', { params: { home, event } });
  const clip = EventRow.parse(got.json()).objects.find((object) => object.kind === 'clip');
  assert.ok(clip !== undefined);
  const manifest = await verifyManifest(
    clip.manifest,
    { home, camera, event, kind: 'clip' },
    agent.device.publicKey,
  );
  const sent = await browser.call('objects.get', { params: { home, event, kind: 'clip', revision: 0 } });
  assert.equal(sent.statusCode, 200, sent.body);
  assert.equal(sent.headers['cache-control'], 'private, no-store');
  assert.equal(sent.headers.vary, 'cookie');
  assert.equal(sent.headers['content-type'], 'application/octet-stream');
  const epochKey = await household.epochKey(camera);
  const contentKey = await openContentKey(manifest.sealedKey, { ...recorded.clip.label, epochKey });
  const plain = await openWhole(manifest, new Uint8Array(sent.rawPayload), contentKey);
  assert.equal(plain.length, 60_000 + 65_536 + 30_000);

  const deliveries = await cloud.owner`
    select what, kind, first_byte, last_byte, event_ids from deliveries where home_id = ${home}
    order by delivered_at`;
  assert.deepEqual(
    deliveries.map((row) => row.what),
    ['events', 'event', 'object'],
  );
  assert.deepEqual(deliveries[2]?.event_ids, [event]);
  assert.equal(Number(deliveries[2]?.last_byte), recorded.clip.bytes.length - 1);
});
