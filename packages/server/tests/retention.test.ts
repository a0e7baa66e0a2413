import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Manifest } from '@nightlatch/protocol/manifest';
import { newListeningCloud } from './support/listening.ts';
import { filesOf, keepDays, rowsOf, sweepOf, toDoOf } from './support/retention.ts';
import type { SealedEvent } from './support/sealed-event.ts';
import { newSide, type Side } from './support/side.ts';

const cloud = await newListeningCloud();
const other = await newSide(cloud);
await keepDays(other, null);
const DAY_MS = 86_400_000;
type All = { event: SealedEvent; manifests: Manifest[] };

const star = ({ household }: Side, event: string, name: 'favourites.set' | 'favourites.unset') =>
  household.browser.call(name, { params: { home: household.home, event } });
const list = async ({ household }: Side) =>
  (await household.browser.call('events.list', { params: { home: household.home } })).json();
const retentionOf = async ({ household }: Side) =>
  (await household.browser.call('retention.get', { params: { home: household.home } })).json();
const namesOf = (...events: string[]) =>
  events.flatMap((event) => ['clip', 'metadata', 'thumbnail'].map((kind) => `${event}.${kind}.0`)).sort();

/** A side with the old event that every side begins with, one more old one, and one of now. */
async function newFullSide() {
  const side = await newSide(cloud);
  const { agent, household } = side;
  const second = await agent.record(household);
  await agent.deliver(second);
  const fresh = await agent.record(household, { startedAt: Date.now() - 60_000 });
  await agent.deliver(fresh);
  return { ...side, second, fresh };
}

test('what is older than its camera keeps is gone: rows, keys and files; everything else stays', async () => {
  const side = await newFullSide();
  const { household, event: old, second, fresh, agent } = side;
  const { home } = household;
  const growing = await agent.record(household);
  assert.equal((await agent.putEvent(growing, [growing.clip.growing(1)])).status, 200);
  const before = await rowsOf(cloud, other.household.home);
  const sweep = await sweepOf(cloud);

  assert.deepEqual(await sweep.sweepHome(home), { deleted: 0, unlinked: 0 }, 'nothing was set');
  await keepDays(side, 1);
  assert.deepEqual(await sweep.sweepHome(home), { deleted: 2, unlinked: 2 });
  assert.deepEqual(await filesOf(cloud, home), namesOf(fresh.event));
  // The growing event is older than the camera keeps, and is not done yet.
  assert.deepEqual(await rowsOf(cloud, home), { events: 2, objects: 4, uploads: 3 });
  assert.equal(await toDoOf(cloud, home), 0);
  const traces = await cloud.owner`select 1 from objects where manifest like ${`%${old.event}%`}`;
  assert.equal(traces.length, 0);
  for (const { event } of [old, second]) {
    const params = { home, event, kind: 'thumbnail', revision: 0 };
    assert.equal((await household.browser.call('objects.get', { params })).statusCode, 404);
    assert.equal((await household.browser.call('events.get', { params: { home, event } })).statusCode, 404);
  }
  assert.deepEqual(await rowsOf(cloud, other.household.home), before);
  assert.deepEqual(
    await filesOf(cloud, other.household.home),
    namesOf(other.event.event),
    'another home is not touched',
  );
});

test('the list says what the setting deleted, and an agent that sends it again is told that it is done with', async () => {
  const side = await newFullSide();
  const { household, event: old, agent, fresh } = side;
  await keepDays(side, 1);
  await (await sweepOf(cloud)).sweepHome(household.home);
  const page = await list(side);
  assert.deepEqual(
    page.events.map((row: { event: string }) => row.event),
    [fresh.event],
  );
  assert.deepEqual(page.deleted, [{ camera: agent.camera, fromSequence: 1, toSequence: 2, reason: 'days' }]);

  const { metadata, thumbnail, clip } = old;
  const again = await agent.putEvent(old, [metadata.manifest, thumbnail.manifest, clip.manifest]);
  assert.equal(again.status, 200);
  for (const object of (await again.json()).objects) assert.equal(object.complete, true);
  assert.equal((await list(side)).events.length, 1, 'it did not come back');
  assert.equal((await agent.createUpload(clip)).status, 404);
});

test('what is sent again in the very moment in which it is deleted stays deleted', async () => {
  const again = {
    'by itself': ({ agent }: Side, { event, manifests }: All) => agent.putEvent(event, manifests),
    'in a batch': async ({ agent, household }: Side, all: All) =>
      agent.call('agent.put-events', { input: await agent.signedBatch(household, [all]) }),
  };
  for (const [how, send] of Object.entries(again)) {
    const side = await newSide(cloud);
    const { home } = side.household;
    const event = side.event;
    const manifests = [event.metadata.manifest, event.thumbnail.manifest, event.clip.manifest];
    await keepDays(side, 1);
    const [deleted, may] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { database } = cloud.cloud;
    const sweep = await sweepOf(cloud, {
      database: {
        ask: database.ask,
        transact: (scope, work) =>
          database.transact(scope, async (ask) => {
            const answer = await work(ask);
            deleted.resolve();
            await may.promise;
            return answer;
          }),
      },
    });
    const swept = sweep.sweepHome(home);
    await deleted.promise;
    const sent = send(side, { event, manifests });
    while ((await cloud.owner`select from pg_locks where not granted`).length === 0);
    may.resolve();
    await swept;
    assert.equal((await sent).status, 503, `${how}: to be tried again`);
    assert.deepEqual(await rowsOf(cloud, home), { events: 0, objects: 0, uploads: 0 }, how);
    const told = await send(side, { event, manifests });
    assert.equal(told.status, 200, 'and then it is done with');
    assert.deepEqual(await rowsOf(cloud, home), { events: 0, objects: 0, uploads: 0 }, how);
  }
});

test('a favourite stays, is said to be one, and goes once it is none', async () => {
  const side = await newFullSide();
  const { household, event: old } = side;
  for (const _ of [1, 2]) assert.equal((await star(side, old.event, 'favourites.set')).statusCode, 200);
  await keepDays(side, 1);
  const sweep = await sweepOf(cloud);
  assert.equal((await sweep.sweepHome(household.home)).deleted, 1);
  const [newest, oldest] = (await list(side)).events;
  assert.deepEqual([newest.favourite, oldest.favourite, oldest.event], [false, true, old.event]);
  const kept = await retentionOf(side);
  assert.equal(kept.favourites, 1);
  const bytes = old.clip.bytes.length + old.thumbnail.bytes.length + old.metadata.bytes.length;
  assert.equal(kept.favouriteBytes, bytes);
  for (const _ of [1, 2]) assert.equal((await star(side, old.event, 'favourites.unset')).statusCode, 200);
  assert.equal((await sweep.sweepHome(household.home)).deleted, 1);
  assert.equal(
    (await star(side, old.event, 'favourites.set')).statusCode,
    404,
    'what is gone is no favourite',
  );
});

test('over the bytes of the home the oldest go first, and favourites count', async () => {
  const side = await newFullSide();
  const { household, event: old, second, fresh } = side;
  const { home } = household;
  const sizes = await cloud.owner`select sum(received_bytes)::int as bytes from objects
    where home_id = ${home} group by event_id order by 1`;
  const total = sizes.reduce((sum, row) => sum + Number(row.bytes), 0);
  await star(side, old.event, 'favourites.set');
  const one = await sweepOf(cloud, { homeBytesMax: total - 1 });
  assert.equal((await one.sweepHome(home)).deleted, 1);
  const page = await list(side);
  assert.deepEqual(
    page.events.map((row: { event: string }) => row.event),
    [fresh.event, old.event],
    'the oldest that is no favourite went',
  );
  assert.deepEqual(page.deleted, [
    { camera: side.agent.camera, fromSequence: 2, toSequence: 2, reason: 'bytes' },
  ]);
  assert.equal((await one.sweepHome(home)).deleted, 0, 'there is room now');
  // Favourites alone are over the bound: all others go, and they stay.
  const tight = await sweepOf(cloud, { homeBytesMax: 1 });
  assert.equal((await tight.sweepHome(home)).deleted, 1);
  assert.deepEqual(await filesOf(cloud, home), namesOf(old.event));
  assert.ok(second.event !== old.event);
});

test('what is set is what is told; nonsense and a foreign camera change nothing', async () => {
  const side = await newFullSide();
  const { household, agent, event, fresh } = side;
  const set = (input: unknown) =>
    household.browser.call('retention.set', { params: { home: household.home }, input });
  const cameras = [{ camera: agent.camera, days: 14 }];
  assert.equal((await set({ bytesMax: 5_000_000_000, cameras })).statusCode, 200);
  const foreign = { camera: other.agent.camera, days: 1 };
  assert.equal((await set({ bytesMax: null, cameras: [foreign] })).statusCode, 404);
  for (const wrong of [
    { bytesMax: 1, cameras: [] },
    { bytesMax: null, cameras: [{ camera: agent.camera, days: 0 }] },
    { bytesMax: null, cameras: [...cameras, ...cameras] },
    { cameras: [] },
  ])
    assert.equal((await set(wrong)).statusCode, 400, JSON.stringify(wrong));
  const kept = await retentionOf(side);
  const { bytes } = kept;
  assert.deepEqual(kept.cameras, [
    {
      ...{ camera: agent.camera, days: 14, events: 3, bytes },
      oldestAt: event.clip.manifest.startedAt,
      newestAt: fresh.clip.manifest.startedAt,
    },
  ]);
  assert.deepEqual([kept.bytesMax, kept.cloudBytesMax, kept.favourites], [5_000_000_000, null, 0]);
  assert.ok(kept.bytesOfLastWeek > 0 && kept.bytesOfLastWeek < bytes);
  assert.ok(fresh.clip.manifest.startedAt > Date.now() - DAY_MS);
  const [{ days } = { days: 0 }] =
    await cloud.owner`select days from camera_retention where home_id = ${other.household.home}`;
  assert.equal(days, null);
  const told = await cloud.owner`select 1 from deliveries
    where home_id = ${household.home} and what = 'retention'`;
  assert.equal(told.length, 1, 'telling it was written down');
});

test('a growing event that was left alone for a day is not for ever', async () => {
  const side = await newSide(cloud);
  const { agent, household } = side;
  const { home } = household;
  const left = await agent.record(household);
  await agent.putEvent(left, [left.clip.growing(1)]);
  await agent.createUpload(left.clip);
  await agent.patchUpload(left.clip, { offset: 0, bytes: left.clip.bytes.slice(0, 1000) });
  await keepDays(side, 1);
  const sweep = await sweepOf(cloud);
  assert.equal((await sweep.sweepHome(home)).deleted, 1);
  assert.deepEqual(await filesOf(cloud, home), [`${left.event}.clip.0.part`]);
  await cloud.owner`update events set received_at = now() - interval '2 days' where home_id = ${home}`;
  assert.equal((await sweep.sweepHome(home)).deleted, 0, 'bytes came today');
  await cloud.owner`update uploads set created_at = now() - interval '2 days' where home_id = ${home}`;
  assert.equal((await sweep.sweepHome(home)).deleted, 1);
  assert.deepEqual(await filesOf(cloud, home), []);
});

test('one home that fails does not keep the others from their turn', async () => {
  const [bad, good] = [await newSide(cloud), await newSide(cloud)];
  for (const side of [bad, good]) await keepDays(side, 1);
  const failed: string[] = [];
  const objects = {
    remove: async (home: string) => {
      if (home === bad.household.home) throw new Error('the disk does not answer');
    },
  };
  const sweep = await sweepOf(cloud, { objects, onFailed: (home) => failed.push(home) });
  await sweep.sweep();
  assert.deepEqual(failed, [bad.household.home]);
  assert.equal(await toDoOf(cloud, bad.household.home), 1);
  assert.equal((await rowsOf(cloud, good.household.home)).events, 0);
});
