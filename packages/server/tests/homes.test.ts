import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { newCameraId } from '@nightlatch/protocol/ids';
import { parsePairingCode } from '@nightlatch/vault/pairing';
import { randomText } from './support/cloud.ts';
import { newHousehold, newMember } from './support/household.ts';
import { newListeningCloud } from './support/listening.ts';
import { newSide } from './support/side.ts';
import { newAgent } from './support/synthetic-agent.ts';

const cloud = await newListeningCloud();
const { household, agent } = await newSide(cloud);
const { home, browser } = household;
const appended = (entries: readonly string[]) =>
  browser.call('home-log.append', { params: { home }, input: { entries } });
const name = { kind: 'name-camera', camera: agent.camera, epoch: 1 } as const;

test('a home is made once, by the account whose key signed its first entry', async () => {
  const family = await newHousehold(cloud);
  const [row] = await cloud.owner`select entry from home_log where home_id = ${family.home}`;
  const input = { entry: String(row?.entry) };
  assert.deepEqual((await family.browser.call('homes.create', { input })).json(), { home: family.home });
  const other = await newMember(cloud);
  assert.equal((await other.browser.call('homes.create', { input })).statusCode, 422);
  const rows = await cloud.owner`select account_id from memberships where home_id = ${family.home}`;
  assert.deepEqual(
    rows.map((one) => one.account_id),
    [family.unlocked.account],
  );
});

test('entries are appended all or none, and only where the log ends', async () => {
  await household.refresh();
  const good = await household.sign({ ...name, sealedName: randomText(60) });
  const [stored] = await cloud.owner`select count(*)::int as count from home_log where home_id = ${home}`;
  const count = stored?.count;
  const unknown = {
    kind: 'add-camera',
    camera: newCameraId(randomBytes),
    agent: agent.device.agent,
  } as const;
  assert.equal((await appended([await household.sign(unknown)])).statusCode, 422, 'not announced');
  assert.equal((await appended([good, good])).statusCode, 422);
  const [after] = await cloud.owner`select count(*)::int as count from home_log where home_id = ${home}`;
  assert.equal(after?.count, count);

  // Two browsers of the owner at once: one is first, the other has to read again.
  const other = await household.sign({ ...name, sealedName: randomText(61) });
  const answers = await Promise.all([appended([good]), appended([other])]);
  assert.deepEqual(answers.map((answer) => answer.statusCode).toSorted(), [200, 409]);
  await household.refresh();
  assert.equal(household.state().head.sequence, count);
});

test('an agent is pinned by a pairing and by nothing else', async () => {
  await household.refresh();
  const lonely = await newAgent(cloud.url);
  const { agent: id, publicKey: deviceKey } = lonely.device;
  const pin = await household.sign({ kind: 'pin-agent', agent: id, deviceKey });
  assert.equal((await appended([pin])).statusCode, 422);
  const { agent: foreign, publicKey } = agent.device;
  const family = await newHousehold(cloud);
  const stolen = await family.sign({ kind: 'pin-agent', agent: foreign, deviceKey: publicKey });
  const answer = await family.browser.call('home-log.append', {
    params: { home: family.home },
    input: { entries: [stolen] },
  });
  assert.equal(answer.statusCode, 422);
});

test('an agent that refused whoever accepted its offer, or lost its home, offers itself anew and belongs to nobody till then', async () => {
  // The server cannot tell an acceptance without the code's secret from a right one; the agent can, and refuses it.
  const [thief, family] = [await newHousehold(cloud), await newHousehold(cloud)];
  const fresh = await newAgent(cloud.url);
  await fresh.startSession();
  const homesOfAgent = async () =>
    (
      await cloud.owner`select home_id from agent_pins
        where agent_id = ${fresh.device.agent} and upper_inf(validity)`
    ).map((one) => one.home_id);
  await thief.pair((await fresh.offerPairing()).code);
  assert.deepEqual(await homesOfAgent(), [thief.home]);
  const { code } = await fresh.offerPairing();
  assert.deepEqual(await homesOfAgent(), []);
  await family.pair(code);
  assert.deepEqual(await homesOfAgent(), [family.home]);
});

test('an offer is claimed by its locator, accepted once, and is then gone', async () => {
  const family = await newHousehold(cloud);
  const fresh = await newAgent(cloud.url);
  const { code, accepted } = await fresh.offerPairing();
  const claim = (from: typeof family) =>
    from.browser.call('pairings.claim', {
      params: { home: from.home },
      input: { locator: parsePairingCode(code).locator },
    });
  assert.equal((await claim(family)).statusCode, 200);
  await family.pair(code);
  await accepted();
  assert.equal((await claim(family)).statusCode, 404);
  await assert.rejects(household.pair(code));
});

test('an acceptance for another offer pins nothing', async () => {
  const family = await newHousehold(cloud);
  const [first, second] = [await newAgent(cloud.url), await newAgent(cloud.url)];
  const { code } = await first.offerPairing();
  await second.offerPairing();
  const [other] = await cloud.owner`select pairing_id from pairings where agent_id = ${second.device.agent}`;
  const { locator } = parsePairingCode(code);
  const params = { home: family.home };
  const claimed = (await family.browser.call('pairings.claim', { params, input: { locator } })).json();
  const { agent: id, publicKey: deviceKey } = second.device;
  const entry = await family.sign({ kind: 'pin-agent', agent: id, deviceKey });
  const { acceptOffer } = await import('@nightlatch/vault/pairing');
  const { unlocked } = family;
  const sealed = await acceptOffer({
    ...{ secret: parsePairingCode(code).secret, offer: claimed.offer, home: family.home },
    ...{ owner: unlocked.account, signing: unlocked.signing, genesisHash: family.state().genesisHash },
  });
  const input = { pairing: String(other?.pairing_id), ...sealed, entry };
  assert.equal((await family.browser.call('pairings.accept', { params, input })).statusCode, 422);
  const pins = await cloud.owner`select 1 from agent_pins where home_id = ${family.home}`;
  assert.equal(pins.length, 0);
});

test('a locator is in use by one open offer; one that has run out makes room', async () => {
  const [first, second] = [await newAgent(cloud.url), await newAgent(cloud.url)];
  const { code } = await first.offerPairing();
  const { locator } = parsePairingCode(code);
  const { makeOffer } = await import('@nightlatch/vault/pairing');
  const { newPairingId } = await import('@nightlatch/protocol/ids');
  const secret = new Uint8Array(randomBytes(10));
  const pairing = newPairingId(randomBytes);
  const sealed = await makeOffer({ secret, device: second.device, pairing, expiresAt: Date.now() + 600_000 });
  const open = async (): Promise<number> =>
    (await second.call('agent.open-pairing', { input: { locator, ...sealed } })).status;
  assert.equal(await open(), 409);
  await cloud.owner`update pairings set opened_at = now() - interval '1 h', expires_at = now() - interval '1 s'
    where agent_id = ${first.device.agent}`;
  assert.equal(await open(), 200);
  assert.equal(await open(), 200, 'sent again');
  const state = await second.call('agent.get-pairing', { params: { pairing } });
  assert.deepEqual(await state.json(), { state: 'waiting' });
  await cloud.owner`update pairings set opened_at = now() - interval '1 h', expires_at = now() - interval '1 s'
    where agent_id = ${second.device.agent}`;
  const late = await second.call('agent.get-pairing', { params: { pairing } });
  assert.deepEqual(await late.json(), { state: 'expired' });
});

test('claims are counted, so that locators cannot be tried through', async () => {
  const family = await newHousehold(cloud);
  const claim = () =>
    family.browser.call('pairings.claim', { params: { home: family.home }, input: { locator: 'ZZZZ' } });
  const statuses = new Set<number>();
  for (let count = 0; count < 61; count++) statuses.add((await claim()).statusCode);
  assert.deepEqual([...statuses], [404, 429]);
});

test('a camera whose agent is silent is offline since it was last heard of', async () => {
  const list = async () => (await browser.call('cameras.list', { params: { home } })).json().cameras[0];
  assert.equal((await agent.report()).status, 200);
  const watching = await list();
  assert.equal(watching.state.state, 'watching');
  assert.equal(watching.added, true);
  const seen = 1_750_000_000_000;
  await cloud.owner`update agents set last_seen_at = to_timestamp(${seen / 1000}) where agent_id = ${agent.device.agent}`;
  assert.deepEqual((await list()).state, { state: 'offline', since: seen, reason: 'agent-offline' });
  await agent.report();
  assert.equal((await list()).state.state, 'watching');
});

test('events come newest first in pages without a hole or a repetition, by camera and by time', async () => {
  const family = await newSide(cloud);
  const starts = [10, 20, 20, 20, 30, 40].map((second) => 1_700_000_000_000 + second * 1000);
  const recorded = [];
  for (const startedAt of starts) {
    const event = await family.agent.record(family.household, { startedAt });
    await family.agent.putEvent(event, [event.metadata.manifest]);
    recorded.push(event.event);
  }
  const list = async (query: Record<string, string>) => {
    const params = { home: family.household.home };
    const answer = await family.household.browser.call('events.list', { params, query });
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json();
  };
  const seen: string[] = [];
  let before: string | undefined;
  do {
    const page = await list({ limit: '2', ...(before === undefined ? {} : { before }) });
    seen.push(...page.events.map((row: { event: string }) => row.event));
    before = page.next ?? undefined;
  } while (before !== undefined);
  assert.equal(seen.length, 7);
  assert.deepEqual(new Set(seen), new Set([...recorded, family.event.event]));
  const span = { from: String(starts[1]), to: String(starts[4]), camera: family.agent.camera };
  assert.equal((await list(span)).events.length, 3);
  assert.equal((await list({ camera: newCameraId(randomBytes) })).events.length, 0);
});

test('a mismatch that a viewer reports is kept and called out', async () => {
  const asked = { camera: agent.camera, kind: 'clip' };
  const input = { what: 'object', asked, reason: 'wrong-subject' };
  const answer = await browser.call('reports.create', { params: { home }, input });
  assert.equal(answer.statusCode, 200, answer.body);
  const { report } = answer.json();
  const [row] =
    await cloud.owner`select what, asked_camera, reason from mismatch_reports where report_id = ${report}`;
  assert.deepEqual({ ...row }, { what: 'object', asked_camera: agent.camera, reason: 'wrong-subject' });
  const line = cloud.logged.find((one) => one.includes(report));
  assert.match(line ?? '', /"level":50/);
});
