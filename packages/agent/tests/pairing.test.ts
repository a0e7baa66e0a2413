import assert from 'node:assert/strict';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { newCameraId } from '@nightlatch/protocol/ids';
import { PairingAcceptance } from '@nightlatch/protocol/pairing';
import { generateDeviceKey } from '@nightlatch/vault/device';
import { generateEpochKey, sealEpochKey } from '@nightlatch/vault/epoch';
import { entryHash, signEntry } from '@nightlatch/vault/homelog';
import type { verifyAcceptance } from '@nightlatch/vault/pairing';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import { openHomeFollower } from '../src/pairing/home-follower.ts';
import { type PairingShown, pair } from '../src/pairing/pairing.ts';
import { loadIdentity } from '../src/settings/identity.ts';
import { createClient } from '../src/uplink/client.ts';
import { recordingMessages } from './support/fake-camera.ts';
import { createHousehold, random } from './support/household.ts';
import { type StubCloud, startStubCloud } from './support/stub-cloud.ts';
import {
  agentOf,
  hastyClock,
  pairTestAgent,
  startTestAgent,
  type TestAgent,
  takeCode,
  temporaryDirectory,
} from './support/test-agent.ts';
import { until } from './support/until.ts';

const refusal = (agent: TestAgent) =>
  until('a refusal', () => agent.news.find((one) => one.kind === 'problem'));
const isUnpaired = async (directory: string): Promise<boolean> =>
  readFile(join(directory, 'home.json')).then(
    () => false,
    () => true,
  );

test('an answer that was made for another code is refused, and a new code is shown', async (t) => {
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  const other = await startStubCloud(t);
  const agent = await startTestAgent(cloud, directory);
  const neighbour = await startTestAgent(other, await temporaryDirectory(t));
  const household = await createHousehold();
  await takeCode(other, neighbour, household);
  // The cloud crosses its wires: the answer for the neighbour's agent comes to this one.
  cloud.household = household;
  cloud.acceptance = other.acceptance;
  const codes = () => agent.news.filter((one) => one.kind === 'pairing-code').map((one) => one.code);
  await refusal(agent);
  assert.ok(await isUnpaired(directory));
  cloud.acceptance = null;
  await until('a new code', () => new Set(codes()).size > 1);
});

test('an answer to an earlier code of the same agent is refused', async (t) => {
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  const agent = await startTestAgent(cloud, directory);
  const household = await createHousehold();
  await takeCode(cloud, agent, household);
  const replayed = cloud.acceptance;
  await until('the pairing', () => agent.news.find((one) => one.kind === 'paired'));
  await agent.stop();
  await rm(join(directory, 'home.json'));
  cloud.acceptance = replayed;
  const again = await startTestAgent(cloud, directory);
  await refusal(again);
  assert.ok(await isUnpaired(directory));
});

test('a home log that does not begin as the owner vouched is refused', async (t) => {
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  const stranger = await createHousehold();
  cloud.logEntries = () => stranger.entries;
  const agent = await startTestAgent(cloud, directory);
  await takeCode(cloud, agent, await createHousehold());
  await refusal(agent);
  assert.ok(await isUnpaired(directory));
});

test('a home log that does not have this agent with its own key is refused', async (t) => {
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  const agent = await startTestAgent(cloud, directory);
  const household = await createHousehold();
  cloud.logEntries = () => household.entries.slice(0, 1);
  await takeCode(cloud, agent, household);
  await refusal(agent);
  assert.ok(await isUnpaired(directory));
});

test('without the check of the answer the crossed one would be taken: it is that check that refuses it', async (t) => {
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  const household = await createHousehold();
  const device = await loadIdentity(directory);
  const stop = new AbortController();
  t.after(() => stop.abort());
  const client = createClient({ serverUrl: cloud.url, device, signal: stop.signal });
  const parts = { directory, agent: device.agent, deviceKey: device.publicKey, client, onChange: () => {} };
  const follower = await openHomeFollower(parts);
  const unchecked: typeof verifyAcceptance = async ({ acceptance }) =>
    unverifiedPayload(acceptance, PairingAcceptance);
  let code = '';
  const onShown = (shown: PairingShown): void => {
    if (shown.state === 'waiting') code = shown.code;
  };
  const pairing = pair(
    {
      directory,
      client,
      device,
      follower,
      clock: hastyClock,
      random,
      fraction: () => 0,
      onShown,
      verify: unchecked,
    },
    stop.signal,
  );
  const offered = await until('a code', () => cloud.offer);
  await until('the code', () => code !== '');
  const answer = await household.accept(code, offered);
  cloud.household = household;
  // A wrong MAC is what an answer for another code has.
  cloud.acceptance = { ...answer, mac: 'A'.repeat(43) };
  await pairing;
  assert.equal(follower.home()?.home, household.home);
});

/** A paired agent, and a log that the cloud continues in its own way. */
async function continued(
  t: Parameters<typeof startStubCloud>[0],
  more: (given: {
    household: Awaited<ReturnType<typeof pairTestAgent>>;
    agent: Awaited<ReturnType<typeof agentOf>>;
  }) => Promise<string[]>,
): Promise<{ cloud: StubCloud; agent: TestAgent; household: Awaited<ReturnType<typeof pairTestAgent>> }> {
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  const agent = await startTestAgent(cloud, directory);
  const household = await pairTestAgent(cloud, agent);
  // The cloud's own copy: what the owner has does not change by it.
  const shown = { ...household, entries: [...household.entries] };
  const added = await more({ household: shown, agent: await agentOf(cloud) });
  const entries = [...shown.entries, ...added];
  cloud.logEntries = () => entries;
  const head = { sequence: entries.length - 1, hash: await entryHash(entries.at(-1) ?? '') };
  cloud.household = { ...household, head: async () => head };
  await reportNow(agent);
  return { cloud, agent, household };
}

/** A change of state is reported at once, and the answer tells of the log. */
async function reportNow(agent: TestAgent): Promise<void> {
  const state = { state: 'watching', since: Date.now(), reason: null } as const;
  await (await agent.camera()).tell({ kind: 'state', state });
}

/** An epoch whose key the cloud knows, signed by whoever. */
async function foreignEpoch(
  household: Awaited<ReturnType<typeof pairTestAgent>>,
  epoch: number,
  key: CryptoKey,
): Promise<string> {
  const { publicKey, privateKeyBytes } = await generateEpochKey();
  const { home, camera } = household;
  const label = { home, camera, epoch, member: household.owner.account };
  const seal = await sealEpochKey(privateKeyBytes, { ...label, sealingKey: household.owner.keys.sealingKey });
  return signEntry(
    {
      home,
      sequence: household.entries.length,
      previous: await entryHash(household.entries.at(-1) ?? ''),
      at: 1_700_000_000_000,
      action: { kind: 'new-epoch', camera, epoch, publicKey, seals: [seal] },
    },
    key,
  );
}

for (const [what, more] of [
  [
    'a key that the owner did not sign',
    async (household: Awaited<ReturnType<typeof pairTestAgent>>) => [
      await foreignEpoch(household, 2, (await createHousehold()).owner.signing.privateKey),
    ],
  ],
  [
    'an epoch that does not follow',
    async (household: Awaited<ReturnType<typeof pairTestAgent>>) => [
      await foreignEpoch(household, 3, household.owner.signing.privateKey),
    ],
  ],
] as const) {
  test(`${what} is not obeyed: the agent says so and records on with the key that it has`, async (t) => {
    const { cloud, agent } = await continued(t, ({ household }) => more(household));
    const problem = await refusal(agent);
    assert.ok(problem.kind === 'problem' && /does not obey/.test(problem.text));
    const camera = await agent.camera();
    assert.ok(camera.armed);
    for (const message of recordingMessages(camera.camera, 1, { startedAt: 1000, seconds: 2 })) {
      await camera.tell(message);
    }
    const [event] = await until('delivery', () => cloud.completed.length === 1 && cloud.completed);
    assert.equal(cloud.objects.get(`${event}.clip.0`)?.manifest.epoch, 1);
  });
}

test('a forked log is not obeyed', async (t) => {
  const { agent } = await continued(t, async ({ household }) => {
    // The same place, another entry: what a cloud does that shows each side its own log.
    household.entries.pop();
    return [await foreignEpoch(household, 1, household.owner.signing.privateKey)];
  });
  const problem = await refusal(agent);
  assert.ok(problem.kind === 'problem' && /not what the owner of this home signed/.test(problem.text));
});

test('a camera that the owner gave to another agent gets no key here', async (t) => {
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  const agent = await startTestAgent(cloud, directory);
  const household = await createHousehold();
  await takeCode(cloud, agent, household);
  await until('the pairing', () => agent.news.find((one) => one.kind === 'paired'));
  const camera = await agent.camera();
  const other = await generateDeviceKey();
  await household.append({ kind: 'pin-agent', agent: other.agent, deviceKey: other.publicKey });
  await household.newEpoch(camera.camera, other.agent);
  await reportNow(agent);
  await untilStored(directory, household.entries.at(-1));
  await reportNow(agent);
  assert.equal(camera.armed, false);
});

const untilStored = (directory: string, entry = '-') =>
  until('the log', async () => (await readFile(join(directory, 'home.json'), 'utf8')).includes(entry));

test('the next epoch of the owner is obeyed', async (t) => {
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  const agent = await startTestAgent(cloud, directory);
  const household = await pairTestAgent(cloud, agent);
  const camera = await agent.camera();
  await household.newEpoch(camera.camera, await agentOf(cloud));
  await reportNow(agent);
  await untilStored(directory, household.entries.at(-1));
  // It is obeyed a moment after it has been stored, and before the next report.
  const reports = cloud.reports.length;
  await reportNow(agent);
  await until('another report', () => cloud.reports.length > reports);
  for (const message of recordingMessages(camera.camera, 1, { startedAt: 1000, seconds: 2 })) {
    await camera.tell(message);
  }
  const [event] = await until('delivery', () => cloud.completed.length === 1 && cloud.completed);
  assert.equal(cloud.objects.get(`${event}.clip.0`)?.manifest.epoch, 2);
});

test('without an epoch key nothing is recorded', async (t) => {
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  const agent = await startTestAgent(cloud, directory);
  await takeCode(cloud, agent, await createHousehold());
  await until('the pairing', () => agent.news.find((one) => one.kind === 'paired'));
  const camera = await agent.camera();
  assert.equal(camera.armed, false);
  // Even a camera that recorded all the same would get nothing onto the disk.
  for (const message of recordingMessages(camera.camera, 1, { startedAt: 1000, seconds: 2 })) {
    await camera.tell(message);
  }
  for (const message of recordingMessages(newCameraId(random), 2, { startedAt: 1000, seconds: 2 })) {
    await camera.tell(message);
  }
  assert.deepEqual(await readdir(join(directory, 'spool', 'events')), []);
});

test('an agent that died after its code was taken, and before it read the answer, is paired by the next start', async (t) => {
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  const agent = await startTestAgent(cloud, directory);
  const shown = await until('a code', () => agent.news.find((one) => one.kind === 'pairing-code'));
  const offered = await until('the offer', () => cloud.offer);
  await agent.stop();
  assert.ok(shown.kind === 'pairing-code');
  const household = await createHousehold();
  cloud.acceptance = await household.accept(shown.code, offered);
  cloud.household = household;
  // For the cloud the agent is of a household now, and may offer nothing any more.
  cloud.trouble = (path) =>
    path === '/api/agent/pairings'
      ? { status: 409, body: { error: { kind: 'conflict', message: 'belongs to a home already' } } }
      : null;
  const again = await startTestAgent(cloud, directory);
  await until('the pairing', () => again.news.find((one) => one.kind === 'paired'));
  await assert.rejects(readFile(join(directory, 'pairing.json')));
});
