import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { NightlatchError } from '@nightlatch/protocol/errors';
import { newBroadcastId, newCameraId, newHomeId } from '@nightlatch/protocol/ids';
import { LiveRequest } from '@nightlatch/protocol/live';
import { generateDeviceKey } from '@nightlatch/vault/device';
import { newEphemeralKey, signLiveGrant } from '@nightlatch/vault/live-keys';
import { createRecordSealer, type LiveLabel } from '@nightlatch/vault/live-records';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import { createGate } from '../src/gate/gate.ts';
import type { Mismatch } from '../src/gate/proof.ts';
import { upgradeToSocket } from '../src/http/upgrade.ts';
import { openHub } from '../src/hub/hub.ts';
import { LiveRecord } from '../src/live/record.ts';
import type { Viewer } from '../src/live/relay.ts';
import { composeMedia } from '../src/media.ts';
import { gateCamera } from '../src/sql/statements/gate-camera.ts';
import { type ListeningCloud, newListeningCloud } from './support/listening.ts';
import { connectSocket, inboxOf, newUpload, openLink, openViewer } from './support/live.ts';
import { newLiveRoad } from './support/live-road.ts';
import { newSide, type Side } from './support/side.ts';

/** The ends of the watches, as the egress gave them to the relay, and what tells that notifications were missed. */
const viewers: Viewer[] = [];
const missed: (() => void)[] = [];
/** What happens between the gate's word and the open socket. */
let beforeUpgrade = async (_: ListeningCloud): Promise<void> => {};
/** What the gate says of an agent's link; undefined for the truth. */
let ofLink: (() => Promise<never>) | undefined;

const cloud: ListeningCloud = await newListeningCloud({
  outside: {
    media: async (foundation) => {
      const hub = await openHub(foundation);
      const media = await composeMedia(foundation, {
        // Nobody asks the gate by the clock here.
        egress: {
          live: {
            ...{ recheckMilliseconds: 3_600_000, spanMilliseconds: 3_600_000 },
            ...{ validMilliseconds: 3_600_000, patienceMilliseconds: 7_200_000 },
            ...{ waitingBytesMax: 64 * 1024, newsWaitingMax: 2 },
          },
        },
        hub: {
          ...hub,
          onMissed: (hear) => {
            missed.push(hear);
            return hub.onMissed(hear);
          },
        },
        relay: (real) => ({
          ...real,
          watch: (asked, viewer) => {
            viewers.push(viewer);
            return real.watch(asked, viewer);
          },
        }),
      });
      const { gate } = media;
      return { ...media, gate: { ...gate, link: (asked) => (ofLink ?? gate.link)(asked) } };
    },
    handlers: {
      'live.watch': async ({ gate, egress }, { caller, params, request, reply }) => {
        const asked = { session: caller.session, account: caller.account, ...params };
        await egress.live(await gate.camera(asked), asked, async () => {
          await beforeUpgrade(cloud);
          return upgradeToSocket(request, reply, 8192);
        });
        return reply;
      },
    },
  },
});
const side = await newSide(cloud);
const mismatches = (): string => cloud.logged.filter((line) => line.includes('"mismatch"')).join('');
const endOf = (watch: { readonly closed: Promise<number> }): Promise<boolean> =>
  watch.closed.then((code) => [4403, 1006].includes(code));

const { home } = side.household;
const { camera, device } = side.agent;
const { agent } = device;
const account = side.household.unlocked.account;
const other = await generateDeviceKey();

async function recordOf(label: LiveLabel, of = agent): Promise<LiveRecord> {
  const sealer = await createRecordSealer(label, new Uint8Array(32));
  return new LiveRecord(await sealer.seal('init', false, new TextEncoder().encode('foreign')), of);
}

// Each alone, and all else right: whatever the relay mixes up, one of them differs.
const FOREIGN = {
  'another home': { home: newHomeId(randomBytes) },
  'another camera': { camera: newCameraId(randomBytes) },
  'another broadcast': { broadcast: newBroadcastId(randomBytes) },
  'the link of another agent': { agent: other.agent },
} as const;
for (const [what, foreign] of Object.entries(FOREIGN))
  test(`a record of ${what} does not leave, and ends the picture`, async () => {
    const road = await newLiveRoad(cloud, side);
    const before = road.viewer.bytes.binary;
    const { agent: of, ...label } = { agent, ...road.upload.label, ...foreign };
    viewers.at(-1)?.record(await recordOf(label, of), false);
    assert.ok(await endOf(road.viewer));
    assert.equal(road.viewer.bytes.binary, before);
    assert.match(mismatches(), /a live record says that it is of something else/);
    assert.equal((await road.link.order('leave')).reason, 'ended');
  });

test('a record before any grant does not leave', async () => {
  const link = await openLink(cloud, side.agent);
  const viewer = await openViewer(cloud, side);
  await link.order('watch');
  viewers.at(-1)?.record(await recordOf({ home, camera, broadcast: newBroadcastId(randomBytes) }), false);
  assert.ok(await endOf(viewer));
  assert.equal(viewer.bytes.binary, 0);
});

const FOREIGN_GRANTS = {
  'another home': { home: newHomeId(randomBytes) },
  'another camera': { camera: newCameraId(randomBytes) },
  'another agent': { agent: other.agent },
  'another member': { viewer: `acct_${'0'.repeat(26)}` as typeof account },
  "another session's request": { ephemeralKey: (await newEphemeralKey()).publicKey },
} as const;
for (const [what, foreign] of Object.entries(FOREIGN_GRANTS))
  test(`a grant for ${what} does not leave, and ends the picture`, async () => {
    const link = await openLink(cloud, side.agent);
    const viewer = await openViewer(cloud, side);
    const { request } = await link.order('watch');
    const { ephemeralKey } = unverifiedPayload(request, LiveRequest);
    const broadcast = newBroadcastId(randomBytes);
    const granted = { home, camera, agent, viewer: account, ephemeralKey, epoch: 1, broadcast, ...foreign };
    viewers.at(-1)?.grant(await signLiveGrant(granted, new Uint8Array(32), device.privateKey));
    assert.ok(await endOf(viewer));
    await assert.rejects(viewer.next(), /nothing more came/);
    assert.equal((await link.order('leave')).reason, 'ended');
  });

test('a camera of the same id in another home does not open this one: its row says whose it is', async () => {
  const crossed = {
    ...gateCamera,
    wrapped: gateCamera.wrapped.replace(
      'c.home_id = m.home_id and c.camera_id = viewer.camera',
      'c.home_id <> m.home_id and c.camera_id = viewer.camera',
    ),
  };
  assert.notEqual(crossed.wrapped, gateCamera.wrapped);
  const stranger = await newSide(cloud);
  await cloud.owner`insert into cameras (home_id, camera_id, agent_id, source, added_at) values
    (${stranger.household.home}, ${camera}, ${stranger.agent.device.agent}, 'rtsp', now())`;
  for (const table of ['cameras', 'agent_pins'])
    await cloud.owner.unsafe(`alter table ${table} disable row level security`);
  const [row] = await cloud.owner`select session_id from sessions where account_id = ${account}`;
  const asked = { session: row?.session_id, account, home, camera };
  const { database } = cloud.cloud;
  const told: Mismatch[] = [];
  const parts = {
    database,
    statements: { camera: crossed },
    onMismatch: (one: Mismatch) => void told.push(one),
    random: (count: number) => new Uint8Array(randomBytes(count)),
  };
  await assert.rejects(createGate(parts).camera(asked), { kind: 'not-found' });
  assert.deepEqual(
    told.map(({ where }) => where),
    ['gate'],
  );
  // Without the comparison the grant names an agent of the other home.
  const wrong = await createGate({ ...parts, sameKeys: () => true }).camera(asked);
  assert.equal(wrong.content.agent, stranger.agent.device.agent);
  for (const table of ['cameras', 'agent_pins'])
    await cloud.owner.unsafe(`alter table ${table} enable row level security`);
});
const watchUrl = (of: ListeningCloud, { household, agent }: Side): URL =>
  new URL(`/api/homes/${household.home}/cameras/${agent.camera}/live`, of.url);

async function expireSessions(): Promise<void> {
  await cloud.owner`update sessions set started_at = now() - interval '2 s', last_seen_at = now() - interval '2 s',
    expires_at = now() - interval '1 s' where account_id = ${account}`;
}
async function reviveSessions(): Promise<void> {
  await cloud.owner`update sessions set expires_at = now() + interval '1 h' where account_id = ${account}`;
}

test('a session that runs out between the word of the gate and the open socket gets no picture', async () => {
  await openLink(cloud, side.agent);
  beforeUpgrade = expireSessions;
  const opened = await connectSocket(watchUrl(cloud, side), {
    cookie: side.household.browser.cookie ?? '',
    origin: cloud.origin,
  });
  beforeUpgrade = async () => {};
  assert.ok(!('status' in opened));
  assert.equal(await inboxOf(opened).closed, 4403);
  await reviveSessions();
});

test('when notifications may have been missed, the gate is asked at once', async () => {
  const road = await newLiveRoad(cloud, side);
  await expireSessions();
  for (const hear of missed) hear();
  assert.ok(await endOf(road.viewer));
  await reviveSessions();
});

test('a viewer who takes neither records nor news is sent away, and nothing piles up for it', async () => {
  for (const last of ['news', 'beginning'] as const) {
    const road = await newLiveRoad(cloud, side);
    road.viewer.socket.pause();
    const large = 'x'.repeat(1_000_000);
    for (let picture = 0; picture < 30; picture++) await road.send(true, large);
    if (last === 'news')
      for (let trouble = 0; trouble < 3; trouble++) road.link.trouble(road.watch, 'camera-offline');
    else {
      const next = await newUpload(side.household, side.agent);
      road.link.answer(road.watch, next, await next.grant(road.order));
      road.link.send(await next.seal('init', false, new Uint8Array(8)));
    }
    assert.deepEqual(await road.link.order('leave'), { kind: 'leave', watch: road.watch, reason: 'left' });
  }
});

test('a link outlives a database that is away for a moment, and neither its session nor its pin', async () => {
  const link = await openLink(cloud, side.agent);
  const asked = Promise.withResolvers<void>();
  ofLink = () => {
    asked.resolve();
    return Promise.reject(new NightlatchError('unavailable', 'the database is away'));
  };
  for (const hear of missed) hear();
  await asked.promise;
  ofLink = undefined;
  const viewer = await openViewer(cloud, side);
  await link.order('watch');

  await cloud.owner`update agent_sessions set started_at = now() - interval '2 days',
    expires_at = now() - interval '1 second' where agent_id = ${agent}`;
  for (const hear of missed) hear();
  assert.equal(await link.closed, 4403);
  assert.deepEqual(await viewer.news(), { kind: 'trouble', reason: 'agent-offline' });
  await side.agent.startSession();
});

test('a picture that opens while the server stops is closed, too', async () => {
  await openLink(cloud, side.agent);
  beforeUpgrade = async ({ cloud: { egress } }) => egress.endLive();
  const opened = await connectSocket(watchUrl(cloud, side), {
    cookie: side.household.browser.cookie ?? '',
    origin: cloud.origin,
  });
  assert.ok(!('status' in opened));
  assert.equal(await inboxOf(opened).closed, 4503);
});
