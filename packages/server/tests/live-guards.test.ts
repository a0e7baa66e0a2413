import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { NightlatchError } from '@nightlatch/protocol/errors';
import { createRecordSealer } from '@nightlatch/vault/live-records';
import { createLimit } from '../src/limit.ts';
import type { Viewer } from '../src/live/relay.ts';
import { composeMedia, type MediaParts } from '../src/media.ts';
import { type ListeningCloud, newListeningCloud } from './support/listening.ts';
import { connectSocket, inboxOf, newUpload, openLink, openViewer } from './support/live.ts';
import { type LiveRoad, newLiveRoad } from './support/live-road.ts';
import { newSide, type Side } from './support/side.ts';

const cloudWith = (parts: MediaParts = {}): Promise<ListeningCloud> =>
  newListeningCloud({ outside: { media: (foundation) => composeMedia(foundation, parts) } });
const mismatches = ({ logged }: ListeningCloud): string =>
  logged.filter((line) => line.includes('"mismatch"')).join('');

/** Pictures go on and on; answers with what the socket was closed. */
async function closedWhileRunning(road: LiveRoad): Promise<number> {
  let closed: number | undefined;
  void road.viewer.closed.then((code) => {
    closed = code;
  });
  for (let picture = 0; closed === undefined; picture++) {
    await road.send(picture % 30 === 0, `picture ${picture}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return closed;
}

const ENDINGS: Readonly<Record<string, (cloud: ListeningCloud, side: Side) => Promise<unknown>>> = {
  'the session is ended': (_, side) => side.household.browser.call('logout'),
  'the membership ends': (cloud, side) => cloud.owner`
    update memberships set validity = tstzrange(lower(validity), now()) where home_id = ${side.household.home}`,
  'the camera is removed': (cloud, side) => cloud.owner`
    update cameras set added_at = null where home_id = ${side.household.home}`,
  'the agent is no longer pinned': (cloud, side) => cloud.owner`
    update agent_pins set validity = tstzrange(lower(validity), now()) where home_id = ${side.household.home}`,
};
// The clock is far away: only being told of the change ends these.
const hours = {
  recheckMilliseconds: 3_600_000,
  validMilliseconds: 3_600_000,
  patienceMilliseconds: 7_200_000,
};
const told = await cloudWith({ egress: { live: hours } });
for (const [what, happens] of Object.entries(ENDINGS))
  test(`a picture ends when ${what}, and the agent is told that somebody has lost it`, async () => {
    const side = await newSide(told);
    const road = await newLiveRoad(told, side);
    await happens(told, side);
    const unpinned = what === 'the agent is no longer pinned';
    // Whichever of the two is told first: that the link has gone, or that the camera has.
    assert.ok([4403, 1006, ...(unpinned ? [4503] : [])].includes(await closedWhileRunning(road)));
    if (unpinned) assert.equal(await road.link.closed, 4403);
    else assert.equal((await road.link.order('leave')).reason, 'ended');
  });

test('a session that runs out, of which nobody tells, ends the picture too', async () => {
  const cloud = await cloudWith({ egress: { live: { recheckMilliseconds: 20 } } });
  const side = await newSide(cloud);
  const road = await newLiveRoad(cloud, side);
  await cloud.owner`update sessions set started_at = now() - interval '2 s', last_seen_at = now() - interval '2 s',
    expires_at = now() - interval '1 s'`;
  assert.ok([4403, 1006].includes(await closedWhileRunning(road)));
});

test('without the ledger the agent is not even asked', async () => {
  const cloud = await cloudWith({
    ledger: {
      record: () => Promise.reject(new NightlatchError('unavailable', 'the ledger is dead')),
      span: async () => {},
    },
  });
  const side = await newSide(cloud);
  const link = await openLink(cloud, side.agent);
  const viewer = await openViewer(cloud, side);
  assert.equal(await viewer.closed, 4403);
  assert.equal(viewer.bytes.binary, 0);
  link.socket.close();
  await link.closed;
  await assert.rejects(link.next(), /nothing more came/);
});

test('a ledger that dies while a picture runs ends it', async () => {
  const cloud = await newListeningCloud({
    outside: {
      media: (foundation) =>
        composeMedia(foundation, {
          egress: { live: { spanMilliseconds: 20 } },
          ledger: {
            record: async () => 'dlv_00000000000000000000000000' as never,
            span: () => Promise.reject(new NightlatchError('unavailable', 'the ledger is dead')),
          },
        }),
    },
  });
  const road = await newLiveRoad(cloud, await newSide(cloud));
  assert.ok([4403, 1006].includes(await closedWhileRunning(road)));
});

/** A relay that mixes up its viewers: every one is handed what the others are. */
function crossedRelay(what: 'record' | 'grant'): MediaParts {
  const viewers: Viewer[] = [];
  return {
    relay: (real) => ({
      ...real,
      watch: (asked, viewer) => {
        viewers.push(viewer);
        const all = {
          ...viewer,
          [what]: (thing: never, isRepeated: never) => {
            for (const one of viewers) one[what](thing, isRepeated);
          },
        };
        return real.watch(asked, all);
      },
    }),
  };
}

/** The stranger watches; then a record of the victim's is relayed. Answers how the stranger's socket ended. */
async function crossing(parts: MediaParts) {
  const cloud = await cloudWith(parts);
  const [stranger, victim] = [await newSide(cloud), await newSide(cloud)];
  const watching = await newLiveRoad(cloud, stranger);
  const victims = await newLiveRoad(cloud, victim);
  await victims.send(true, 'the inside of a home');
  return { cloud, watching, victims };
}

test('records of another home are stopped by the label that they carry, and the operator is told', async () => {
  const cloud = await cloudWith(crossedRelay('record'));
  const [stranger, victim] = [await newSide(cloud), await newSide(cloud)];
  const watching = await newLiveRoad(cloud, stranger);
  const bytes = watching.viewer.bytes.binary;
  const link = await openLink(cloud, victim.agent);
  const viewer = await openViewer(cloud, victim);
  const order = await link.order('watch');
  const upload = await newUpload(victim.household, victim.agent);
  link.answer(order.watch, upload, await upload.grant(order));
  link.send(await upload.seal('init', false, new TextEncoder().encode('the inside of a home')));
  assert.ok([4403, 1006].includes(await watching.viewer.closed));
  assert.equal(watching.viewer.bytes.binary, bytes);
  await viewer.granted();
  assert.match(mismatches(cloud), /a live record says that it is of something else/);
});

test('without the comparison foreign records go out: nothing else stopped them there', async () => {
  const { watching } = await crossing({
    ...crossedRelay('record'),
    egress: { sameLive: () => true },
  });
  // The beginning of the victim's broadcast comes first. The viewer's own locks refuse it.
  await assert.rejects(watching.viewer.record(watching.opener), { reason: 'wrong-subject' });
});

test("a grant for another session's request is stopped before it is told", async () => {
  const cloud = await cloudWith(crossedRelay('grant'));
  const side = await newSide(cloud);
  const first = await newLiveRoad(cloud, side);
  // The same account in the same home: only the ephemeral key differs.
  await openViewer(cloud, side);
  const order = await first.link.order('watch');
  first.link.answer(order.watch, first.upload, await first.upload.grant(order));
  assert.ok([4403, 1006].includes(await first.viewer.closed));
  assert.match(mismatches(cloud), /a live grant says that it is for something else/);
});

test('an agent that sends records of another home, or of another camera, loses its link', async () => {
  const cloud = await cloudWith();
  const [side, other] = [await newSide(cloud), await newSide(cloud)];
  const road = await newLiveRoad(cloud, side);
  const foreign = await newUpload(other.household, other.agent);
  road.link.send(await foreign.seal('init', false, new Uint8Array(8)));
  assert.equal(await road.link.closed, 4400);

  const again = await newLiveRoad(cloud, side);
  const mixed = await newUpload(side.household, side.agent, other.agent.camera);
  again.link.answer(again.watch, mixed, 'a.b.c');
  assert.ok([4403, 1006].includes(await again.viewer.closed));
});

test('an agent that repeats another camera’s records, or more than it may, loses its link', async () => {
  const cloud = await cloudWith();
  const side = await newSide(cloud);
  const road = await newLiveRoad(cloud, side);
  const { broadcast } = road.upload.label;
  const [, cross] = await Promise.all([road.join(), newSide(cloud)]);
  const key = new Uint8Array(32);
  const label = { home: side.household.home, camera: cross.agent.camera, broadcast };
  road.link.send(await (await createRecordSealer(label, key)).seal('init', false, key));
  assert.equal(await road.link.closed, 4400);

  const again = await newLiveRoad(cloud, side);
  for (let picture = 0; picture < 3; picture++) await again.send(picture === 0, 'x'.repeat(3_500_000));
  const { viewer, opener } = await again.join();
  for (const _ of [1, 2]) await viewer.record(opener);
  assert.equal(await again.link.closed, 4400);
  assert.deepEqual(await viewer.news(), { kind: 'trouble', reason: 'agent-offline' });
});

/** Of what one account may have. */
const bounds = {
  ...{ watchesPerAccountMax: 1, requestMilliseconds: 1_000 },
  ...{ waitingBytesMax: 1e9, waitingBytesPerAccountMax: 2_000_000 },
};
const bounded = cloudWith({ egress: { live: bounds } });

test('an account has only so many live pictures, a closed one makes room, and who says nothing is sent away', async () => {
  const cloud = await bounded;
  const side = await newSide(cloud);
  await openLink(cloud, side.agent);
  const first = await openViewer(cloud, side);
  const url = new URL(`/api/homes/${side.household.home}/cameras/${side.agent.camera}/live`, cloud.url);
  const headers = { cookie: side.household.browser.cookie ?? '', origin: cloud.origin };
  const second = await connectSocket(url, headers);
  assert.ok('status' in second);
  assert.equal(second.status, 429);
  first.socket.close();
  let third = await connectSocket(url, headers);
  while ('status' in third) third = await connectSocket(url, headers);
  assert.equal(await inboxOf(third).closed, 4400);
});

test('an account opens only so many live pictures in a while, and those of an agent that is away do not count', async () => {
  const cloud = await newListeningCloud({
    outside: {
      media: (foundation) => {
        const watchLimit = createLimit({
          ...{ database: foundation.database, key: foundation.keys.indexKey },
          ...{ what: 'watches', countMax: 2, windowSeconds: 3600 },
        });
        return composeMedia(foundation, { egress: { watchLimit } });
      },
    },
  });
  const [side, other] = [await newSide(cloud), await newSide(cloud)];
  for (let time = 0; time < 3; time++) assert.equal(await (await openViewer(cloud, side)).closed, 4503);
  for (const { agent } of [side, other]) await openLink(cloud, agent);
  for (let time = 0; time < 2; time++) await openViewer(cloud, side);
  const url = new URL(`/api/homes/${side.household.home}/cameras/${side.agent.camera}/live`, cloud.url);
  const headers = { cookie: side.household.browser.cookie ?? '', origin: cloud.origin };
  const refused = await connectSocket(url, headers);
  assert.ok('status' in refused);
  assert.equal(refused.status, 429);
  assert.match(refused.body, /"kind":"too-many-attempts"/);
  await openViewer(cloud, other);
});

test('what waits for the viewers of an account has a bound, however much may wait for each of them', async () => {
  const cloud = await bounded;
  const { link, viewer, watch, send } = await newLiveRoad(cloud, await newSide(cloud));
  viewer.socket.pause();
  const large = 'x'.repeat(1_000_000);
  // More than the machine's own buffers take.
  for (let picture = 0; picture < 40; picture++) await send(true, large);
  link.trouble(watch, 'camera-offline');
  const handled = once(link.socket, 'pong');
  link.socket.ping();
  await handled;
  viewer.socket.resume();
  let records = 0;
  while (typeof (await viewer.next()) !== 'string') records += 1;
  assert.ok(records > 0 && records < 40, `${records} records`);
});
