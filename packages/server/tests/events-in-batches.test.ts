import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { EVENTS_PUT_MAX, EventsStored } from '@nightlatch/protocol/agents';
import { newCameraId, newEventId } from '@nightlatch/protocol/ids';
import { MANIFEST_TYP, type Manifest } from '@nightlatch/protocol/manifest';
import type { Input } from '@nightlatch/protocol/routes';
import { generateDeviceKey } from '@nightlatch/vault/device';
import { signBatch } from '@nightlatch/vault/manifest';
import { signJws } from '@nightlatch/vault/signing';
import type { Statement } from '../src/sql/statement.ts';
import { putNewEvents } from '../src/sql/statements/put-events.ts';
import { newListeningCloud } from './support/listening.ts';
import type { SealedEvent } from './support/sealed-event.ts';
import { newSide, type Side } from './support/side.ts';

const cloud = await newListeningCloud();
const [side, stranger] = [await newSide(cloud), await newSide(cloud)];
const { household, agent } = side;
const { home } = household;

const put = (input: Input<'agent.put-events'>, of: Side = side) =>
  of.agent.call('agent.put-events', { input });
const answered = async (answer: Response) => {
  assert.equal(answer.status, 200, await answer.clone().text());
  return EventsStored.parse(await answer.json()).events;
};
const all = (event: SealedEvent): { event: SealedEvent; manifests: Manifest[] } => ({
  event,
  manifests: [event.metadata.manifest, event.thumbnail.manifest, event.clip.manifest],
});
const recordMany = async (count: number, of: Side = side): Promise<SealedEvent[]> => {
  const events: SealedEvent[] = [];
  for (let one = 0; one < count; one++) events.push(await of.agent.record(of.household));
  return events;
};
const rowsOf = async (event: string): Promise<number> =>
  (await cloud.owner`select 1 from objects where event_id = ${event}`).length;
const refusalOf = (answer: object): boolean => 'refused' in answer;

test('events of a batch are there when it is answered, and sending it again says the same', async () => {
  const events = await recordMany(5);
  const batch = await agent.signedBatch(household, events.map(all));
  const first = await answered(await put(batch));
  assert.deepEqual(
    first.map(({ event }) => event),
    events.map(({ event }) => event),
  );
  for (const { event } of events) assert.equal(await rowsOf(event), 3);
  const sorted = (answers: typeof first) =>
    answers.map((one) => ('objects' in one ? one.objects.map(({ kind }) => kind).toSorted() : one));
  assert.deepEqual(sorted(await answered(await put(batch))), sorted(first));
  const [row] = await cloud.owner`select e.camera_id, e.agent_id, e.sequence, e.ended_at, o.manifest
    from events e join objects o using (home_id, event_id)
    where e.event_id = ${events[4]?.event ?? ''} and o.kind = 'clip'`;
  const { sequence, endedAt } = events[4]?.clip.manifest ?? {};
  assert.deepEqual(
    [row?.camera_id, row?.agent_id, Number(row?.sequence), Number(row?.ended_at), row?.manifest],
    [agent.camera, agent.device.agent, sequence, endedAt, batch.events[4]?.manifests[2]],
  );
});

test('the home is told of a batch once for each camera, of the last of its events', async () => {
  const events = await recordMany(3);
  const told: string[] = [];
  const heard = Promise.withResolvers<void>();
  const stop = cloud.cloud.hub.onHome(home, (message) => {
    if (message.kind === 'event') told.push(message.event);
    heard.resolve();
  });
  await put(await agent.signedBatch(household, events.map(all)));
  await heard.promise;
  // Notices come in the order of their transactions: when the next is heard, all of this batch were.
  const next = await agent.record(household);
  const heardNext = Promise.withResolvers<void>();
  const stopNext = cloud.cloud.hub.onHome(home, () => heardNext.resolve());
  await put(await agent.signedBatch(household, [all(next)]));
  await heardNext.promise;
  assert.deepEqual(told, [events[2]?.event, next.event]);
  stop();
  stopNext();
});

test('a batch tells of what has arrived, and completes what is whole', async () => {
  const event = await agent.record(household);
  const batch = await agent.signedBatch(household, [all(event)]);
  await put(batch);
  for (const object of [event.metadata, event.thumbnail, event.clip]) await agent.send(object);
  await cloud.owner`update objects set completed_at = null where event_id = ${event.event} and kind = 'metadata'`;
  const [stored] = await answered(await put(batch));
  assert.ok(stored !== undefined && 'objects' in stored);
  assert.equal(stored.objects.length, 3);
  for (const object of stored.objects) assert.ok(object.complete, object.kind);
});

test('one bad event is refused, and no other', async () => {
  const events = await recordMany(6);
  const [good, otherCamera, otherEpoch, otherHome, disagrees, last] = events;
  assert.ok(good && otherCamera && otherEpoch && otherHome && disagrees && last);
  const changed = (event: SealedEvent, change: Partial<Manifest>) => ({
    event,
    manifests: [{ ...event.clip.manifest, ...change }],
  });
  const answers = await answered(
    await put(
      await agent.signedBatch(household, [
        all(good),
        changed(otherCamera, { camera: newCameraId(randomBytes) }),
        changed(otherEpoch, { epoch: 2 }),
        changed(otherHome, { home: stranger.household.home, camera: stranger.agent.camera }),
        {
          event: disagrees,
          manifests: [disagrees.metadata.manifest, { ...disagrees.clip.manifest, sequence: 77 }],
        },
        all(last),
      ]),
    ),
  );
  assert.deepEqual(answers.map(refusalOf), [false, true, true, true, true, false]);
  assert.deepEqual(await Promise.all(events.map(({ event }) => rowsOf(event))), [3, 0, 0, 0, 0, 3]);
});

test('what a table refuses fails alone', async () => {
  const [good, bad] = await recordMany(2);
  assert.ok(good && bad);
  const batch = await agent.signedBatch(household, [
    all(good),
    { event: bad, manifests: [bad.clip.manifest] },
  ]);
  await cloud.owner.unsafe(
    `alter table events add constraint not_this_one check (event_id <> '${bad.event}')`,
  );
  try {
    const answers = await put(batch);
    assert.equal(answers.status, 500, 'it is no refusal');
    assert.equal(await rowsOf(good.event), 3);
    assert.equal(await rowsOf(bad.event), 0);
  } finally {
    await cloud.owner.unsafe('alter table events drop constraint not_this_one');
  }
});

test('a batch that the device did not sign for this home, or not so, is refused whole', async () => {
  const [one, other] = await recordMany(2);
  assert.ok(one && other);
  const { device } = agent;
  const batch = await agent.signedBatch(household, [all(one), all(other)]);
  const signed = (who: { agent?: string; home?: string }, key: CryptoKey) =>
    signBatch(
      batch.events.flatMap(({ manifests }) => manifests),
      { agent: device.agent, home, ...who } as never,
      key,
    );
  const statements = [
    await signed({}, (await generateDeviceKey()).privateKey),
    await signed({}, stranger.agent.device.privateKey),
    await signed({ home: stranger.household.home }, device.privateKey),
    await signed({ agent: stranger.agent.device.agent }, device.privateKey),
    (await agent.signedBatch(household, [all(other), all(one)])).statement,
    (await agent.signedBatch(household, [all(one)])).statement,
  ];
  const bodies = new Set<string>();
  for (const statement of statements) {
    const answer = await put({ ...batch, statement });
    assert.equal(answer.status, 422);
    bodies.add(await answer.text());
  }
  const asStranger = await put(batch, stranger);
  assert.equal(asStranger.status, 422);
  bodies.add(await asStranger.text());
  assert.equal(bodies.size, 1, 'one answer for all of them');
  for (const { event } of [one, other]) assert.equal(await rowsOf(event), 0);
});

test('agents that send in the same moment each get their own, and a camera of another is no way in', async () => {
  const [mine, theirs] = [await recordMany(3), await recordMany(3, stranger)];
  const [first] = mine;
  assert.ok(first);
  const taken = { ...first.clip.manifest, camera: stranger.agent.camera };
  const [own, others, wrong] = await Promise.all([
    put(await agent.signedBatch(household, mine.slice(1).map(all))),
    put(await stranger.agent.signedBatch(stranger.household, theirs.map(all)), stranger),
    put(await agent.signedBatch(household, [{ event: first, manifests: [taken] }])),
  ]);
  assert.deepEqual((await answered(own)).map(refusalOf), [false, false]);
  assert.deepEqual((await answered(others)).map(refusalOf), [false, false, false]);
  assert.deepEqual((await answered(wrong)).map(refusalOf), [true]);
  const homes =
    await cloud.owner`select distinct home_id from events where event_id in ${cloud.owner(theirs.map(({ event }) => event))}`;
  assert.deepEqual(
    [...homes].map((row) => row.home_id),
    [stranger.household.home],
  );
});

test('an event that comes twice in a batch is stored once, and as it came first', async () => {
  const event = await agent.record(household);
  const answers = await answered(
    await put(
      await agent.signedBatch(household, [
        { event, manifests: [event.metadata.manifest] },
        { event, manifests: [{ ...event.clip.manifest, sequence: 99 }] },
      ]),
    ),
  );
  assert.deepEqual(answers.map(refusalOf), [false, true]);
  assert.equal(await rowsOf(event.event), 1);
});

test('what is there already is renewed by a batch as by a single request, and cannot be contradicted', async () => {
  const event = await agent.record(household);
  await agent.putEvent(event, [event.clip.growing(1)]);
  const [renewed] = await answered(await put(await agent.signedBatch(household, [all(event)])));
  assert.ok(renewed !== undefined && !refusalOf(renewed));
  assert.equal(await rowsOf(event.event), 3);
  const other = { ...event.clip.manifest, sealedKey: stranger.event.clip.manifest.sealedKey };
  const [answer] = await answered(
    await put(await agent.signedBatch(household, [{ event, manifests: [other] }])),
  );
  assert.ok(answer !== undefined && refusalOf(answer));
});

test('what the home’s setting has deleted stays deleted, and is done with', async () => {
  const event = await agent.record(household);
  await agent.putEvent(event, [event.clip.manifest]);
  const { sequence, startedAt } = event.clip.manifest;
  await cloud.owner`insert into deletions (home_id, event_id, camera_id, agent_id, sequence, started_at, reason, objects, bytes)
    values (${home}, ${event.event}, ${agent.camera}, ${agent.device.agent}, ${sequence}, ${startedAt}, 'days', '{}', 0)`;
  await cloud.owner`delete from objects where event_id = ${event.event}`;
  await cloud.owner`delete from events where event_id = ${event.event}`;
  const [answer] = await answered(await put(await agent.signedBatch(household, [all(event)])));
  assert.ok(answer !== undefined && 'objects' in answer);
  assert.ok(answer.objects.every((object) => object.complete));
  assert.equal(await rowsOf(event.event), 0);
});

test('a batch is bounded', async () => {
  const event = await agent.record(household);
  const [one] = (await agent.signedBatch(household, [all(event)])).events;
  assert.ok(one);
  const events = Array.from({ length: EVENTS_PUT_MAX + 1 }, () => ({
    ...one,
    event: newEventId(randomBytes),
  }));
  const statement = await signBatch([], { agent: agent.device.agent, home }, agent.device.privateKey);
  assert.equal((await put({ statement, events })).status, 400);
  assert.equal(
    (
      await put({
        statement,
        events: [{ ...one, manifests: Array.from({ length: 11 }, () => one.manifests[0] ?? '') }],
      })
    ).status,
    400,
  );
  assert.equal((await put({ statement, events: [] })).status, 400);
});

test('a manifest of metadata in a batch is as small as in a request of its own', async () => {
  const event = await agent.record(household);
  const padded = await signJws(
    { ...event.metadata.manifest, padding: 'x'.repeat(32 * 1024) },
    { typ: MANIFEST_TYP, privateKey: agent.device.privateKey },
  );
  const who = { agent: agent.device.agent, home };
  const statement = await signBatch([padded], who, agent.device.privateKey);
  const [answer] = await answered(
    await put({ statement, events: [{ event: event.event, manifests: [padded] }] }),
  );
  assert.ok(answer !== undefined && refusalOf(answer));
  assert.equal(await rowsOf(event.event), 0);
});

/** Runs the statement of a batch as the server's role for these agents. */
async function putAs(
  statement: Statement<unknown>,
  agents: Side[],
  of: Side,
  event: SealedEvent,
  deviceKey = of.agent.device.publicKey,
): Promise<number> {
  const says = event.clip.manifest;
  return (
    await cloud.cloud.database.ask({ agents: agents.map((one) => one.agent.device.agent) }, statement, [
      [of.agent.device.agent],
      [of.household.home],
      [deviceKey],
      [says.camera],
      [says.epoch],
      [1],
      [event.event],
      [says.sequence],
      [says.previous],
      [says.startedAt],
      [says.endedAt],
      [1],
      ['clip'],
      [0],
      ['complete'],
      ['a.b.c'],
      [100],
      'nobody_hears',
    ])
  ).length;
}

test('row-level security lets through what is of the agents of the batch, and nothing else', async () => {
  const [event, another] = await recordMany(2, stranger);
  assert.ok(event && another);
  assert.equal(await putAs(putNewEvents, [side], stranger, event), 0, 'sees no pin');
  // A statement that forgets to look for the pin, the camera and the epoch.
  const wrapped = putNewEvents.wrapped
    .replace(/cross join lateral \(\s*select p\.[\s\S]*?epoch = said\.epoch offset 0\) e/, '')
    .replace(
      'select said.place, c.home_id, c.camera_id, c.agent_id, e.epoch',
      'select said.place, said.home as home_id, said.camera as camera_id, said.agent as agent_id, said.epoch',
    );
  assert.ok(!wrapped.includes('agent_pins'));
  const careless = { ...putNewEvents, name: 'careless', wrapped };
  await assert.rejects(putAs(careless, [side], stranger, event), { code: '42501' });
  assert.equal(await putAs(careless, [side, stranger], stranger, event), 1);
  assert.equal(await putAs(putNewEvents, [side, stranger], stranger, another), 1);
});

test('the statement of a batch asks itself for the pin, with the key that the batch was verified with, as of now', async () => {
  const former = await newSide(cloud);
  const [event] = await recordMany(1, former);
  assert.ok(event);
  const ask = (deviceKey?: string) => putAs(putNewEvents, [former], former, event, deviceKey);
  assert.equal(await ask(agent.device.publicKey), 0, 'another key');
  await cloud.owner`update cameras set added_at = null where camera_id = ${former.agent.camera}`;
  assert.equal(await ask(), 0, 'a camera that is not added');
  await cloud.owner`update cameras set added_at = now() where camera_id = ${former.agent.camera}`;
  await cloud.owner`update agent_pins set validity = tstzrange(lower(validity), now())
    where agent_id = ${former.agent.device.agent}`;
  assert.equal(await ask(), 0, 'no longer pinned');
  const answer = await put(await former.agent.signedBatch(former.household, [all(event)]), former);
  assert.equal(answer.status, 404);
});
