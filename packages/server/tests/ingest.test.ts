import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { newCameraId, newGapId } from '@nightlatch/protocol/ids';
import type { Manifest } from '@nightlatch/protocol/manifest';
import { generateDeviceKey } from '@nightlatch/vault/device';
import { signGap, signManifest } from '@nightlatch/vault/manifest';
import { newListeningCloud } from './support/listening.ts';
import { newSide } from './support/side.ts';
import { newAgent } from './support/synthetic-agent.ts';

const cloud = await newListeningCloud();
const { household, agent } = await newSide(cloud);
const stranger = await newSide(cloud);
const { home, browser } = household;

const rowsOf = async (event: string): Promise<number> =>
  (await cloud.owner`select 1 from events where event_id = ${event}`).length;

test('manifests that are not of this agent, its home, its camera and a known epoch are refused alike', async () => {
  const event = await agent.record(household);
  const { manifest } = event.clip;
  const foreign = stranger.event.clip.manifest;
  const refusals: Manifest[] = [
    { ...manifest, home: foreign.home },
    { ...manifest, camera: foreign.camera },
    { ...manifest, camera: newCameraId(randomBytes) },
    { ...manifest, epoch: 2 },
    { ...manifest, event: foreign.event },
    foreign,
  ];
  const bodies = new Set<string>();
  for (const one of refusals) {
    const answer = await agent.putEvent(event, [one]);
    assert.equal(answer.status, 422);
    bodies.add(await answer.text());
  }
  const other = await generateDeviceKey();
  const forged = await agent.call('agent.put-event', {
    params: { event: event.event },
    input: { manifests: [await signManifest(manifest, other.privateKey)] },
  });
  assert.equal(forged.status, 422);
  bodies.add(await forged.text());
  assert.equal(bodies.size, 1, 'one answer for all of them');
  assert.equal(await rowsOf(event.event), 0);
});

test('all manifests of a request or none: one that is refused takes the others with it', async () => {
  const event = await agent.record(household);
  const { metadata, clip } = event;
  const answer = await agent.putEvent(event, [metadata.manifest, { ...clip.manifest, epoch: 9 }]);
  assert.equal(answer.status, 422);
  assert.equal(await rowsOf(event.event), 0);
});

test('an event that was put and answered is there, however often it is put', async () => {
  const event = await agent.record(household);
  const manifests = [event.metadata.manifest, event.thumbnail.manifest, event.clip.growing(2)];
  const first = await (await agent.putEvent(event, manifests)).json();
  assert.deepEqual(await (await agent.putEvent(event, manifests)).json(), first);
  assert.equal(await rowsOf(event.event), 1);
});

test('a manifest may only grow', async () => {
  const event = await agent.record(household);
  const { clip } = event;
  const put = async (manifest: Manifest): Promise<number> => (await agent.putEvent(event, [manifest])).status;
  assert.equal(await put(clip.growing(1)), 200);
  assert.equal(await put(clip.growing(2)), 200);
  assert.equal(await put(clip.growing(1)), 200, 'overtaken: known already');
  const other = structuredClone(clip.growing(3));
  const [first] = other.chunks;
  assert.ok(first !== undefined);
  first[1] = clip.manifest.headerHash;
  assert.equal(await put(other), 422, 'another first chunk');
  assert.equal(
    await put({ ...clip.manifest, chunks: clip.manifest.chunks.slice(0, 1) }),
    422,
    'shorter, and ended',
  );
  assert.equal(await put({ ...clip.manifest, sealedKey: stranger.event.clip.manifest.sealedKey }), 422);
  assert.equal(await put(clip.manifest), 200);
  assert.equal(await put(clip.growing(2)), 200, 'sent late');
  assert.equal(await put({ ...clip.manifest, state: 'interrupted' }), 422, 'it ended already');
  const [row] =
    await cloud.owner`select state from objects where event_id = ${event.event} and kind = 'clip'`;
  assert.equal(row?.state, 'complete');
});

test('an event of a crashed agent is interrupted, and what arrived of it is complete', async () => {
  const event = await agent.record(household);
  const { clip } = event;
  const interrupted = {
    ...clip.manifest,
    state: 'interrupted',
    chunks: clip.manifest.chunks.slice(0, 2),
  } as const;
  const bytes = clip.bytes.slice(
    0,
    interrupted.headerBytes + interrupted.chunks.reduce((sum, [length]) => sum + 4 + length, 0),
  );
  await agent.putEvent(event, [interrupted]);
  await agent.createUpload(clip);
  assert.equal((await agent.patchUpload(clip, { offset: 0, bytes, length: bytes.length })).status, 204);
  const { objects } = await (await agent.putEvent(event, [interrupted])).json();
  assert.equal(objects[0].complete, true);
  const got = await browser.call('events.get', { params: { home, event: event.event } });
  assert.deepEqual(got.json().clip, { state: 'interrupted', receivedBytes: bytes.length });
});

test('a camera that the owner has not added brings no events', async () => {
  const unadded = await newAgent(cloud.url);
  const { code } = await unadded.offerPairing();
  await household.pair(code);
  assert.equal((await unadded.report()).status, 200);
  const event = await agent.record(household);
  const manifest = { ...event.clip.manifest, camera: unadded.camera };
  assert.equal((await unadded.putEvent(event, [manifest])).status, 422);
});

test('another agent of the home cannot go on with an event, nor announce a camera that is not its own', async () => {
  const second = await newAgent(cloud.url);
  const { code } = await second.offerPairing();
  await household.pair(code);
  const event = await agent.record(household);
  await agent.putEvent(event, [event.clip.growing(1)]);
  assert.equal((await second.putEvent(event, [event.clip.growing(2)])).status, 422);
  const state = { state: 'offline', since: 5, reason: 'unreachable' };
  await second.call('agent.report', {
    input: { cameras: [{ camera: agent.camera, source: 'demo', state }] },
  });
  const rows = await cloud.owner`select c.agent_id, c.source, s.state from cameras c
    join camera_states s using (home_id, camera_id) where c.home_id = ${home} and c.camera_id = ${agent.camera}`;
  assert.deepEqual(
    rows.map((row) => [row.agent_id, row.source, row.state]),
    [[agent.device.agent, 'rtsp', 'watching']],
  );
});

test('a gap that the agent signed is shown in its span, and one that it did not sign is refused', async () => {
  const gap = newGapId(randomBytes);
  const at = 1_600_000_000_000;
  const lost = { fromSequence: 5, toSequence: 7, from: at, to: at + 1000, reason: 'spool-full' } as const;
  const said = { gap, home, camera: agent.camera, ...lost };
  const put = async (statement: string, id: string = gap): Promise<number> =>
    (await agent.call('agent.put-gap', { params: { gap: id }, input: { statement } })).status;
  const statement = await signGap(said, agent.device.privateKey);
  assert.equal(await put(statement), 200);
  assert.equal(await put(statement), 200, 'sent again');
  assert.equal(await put(statement, newGapId(randomBytes)), 422, 'under another id');
  assert.equal(await put(await signGap({ ...said, to: at + 5 }, agent.device.privateKey)), 422, 'changed');
  assert.equal(await put(await signGap(said, stranger.agent.device.privateKey)), 422);
  const query = { from: String(at), to: String(at + 1) };
  const page = (await browser.call('events.list', { params: { home }, query })).json();
  assert.deepEqual(page.gaps, [{ gap, camera: agent.camera, statement }]);
  const newest = (await browser.call('events.list', { params: { home }, query: { limit: '1' } })).json();
  assert.deepEqual(newest.gaps, []);
});

test('a device key proves itself once a challenge, with its own id, within a minute', async () => {
  const { challenge } = await (await agent.call('agent.challenge', { input: {} })).json();
  const { signJws } = await import('@nightlatch/vault/signing');
  const { AGENT_ASSERTION_TYP } = await import('@nightlatch/protocol/agents');
  const { device } = agent;
  const attempt = async (payload: object, key: CryptoKey, typ = AGENT_ASSERTION_TYP): Promise<number> => {
    const assertion = await signJws(payload, { typ, privateKey: key });
    const answer = await agent.call('agent.session', { input: { deviceKey: device.publicKey, assertion } });
    return answer.status;
  };
  const right = { agent: device.agent, challenge };
  assert.equal(await attempt(right, device.privateKey), 200);
  assert.equal(await attempt(right, stranger.agent.device.privateKey), 401);
  assert.equal(await attempt({ ...right, agent: stranger.agent.device.agent }, device.privateKey), 401);
  assert.equal(
    await attempt({ ...right, challenge: `${challenge.slice(0, -4)}AAAA` }, device.privateKey),
    401,
  );
  assert.equal(await attempt(right, device.privateKey, 'nightlatch-manifest+jwt'), 401);
});

test('an agent that is no longer pinned brings nothing more, though its session goes on', async () => {
  const former = await newSide(cloud);
  const event = await former.agent.record(former.household);
  await cloud.owner`update agent_pins set validity = tstzrange(lower(validity), now())
    where agent_id = ${former.agent.device.agent}`;
  assert.equal((await former.agent.putEvent(event, [event.clip.manifest])).status, 404);
  assert.equal((await former.agent.createUpload(former.event.clip)).status, 404);
  const { gate } = cloud.cloud;
  const asked = { agent: former.agent.device.agent, home: former.household.home };
  await assert.rejects(gate.agent(asked), { kind: 'not-found' });
  // Whoever decided before, the ingest asks again in its own transaction.
  await assert.rejects(cloud.cloud.ingest.event({ ...asked, event: event.event, manifests: [] }), {
    kind: 'not-found',
  });
  assert.deepEqual(await (await former.agent.report()).json(), { home: null, logHead: null });
});
