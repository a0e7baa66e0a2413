import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentIdOf, newHomeId } from '@nightlatch/protocol/ids';
import type { LiveRequest } from '@nightlatch/protocol/live';
import { createRequestCheck, REQUEST_GUARDS, type RequestGuards } from '../src/live/requests.ts';
import { CloudAway } from '../src/uplink/failures.ts';
import { createHousehold, random } from './support/household.ts';
import { type LiveHome, newLiveHome } from './support/live-home.ts';
import { type LiveViewer, newLiveViewer } from './support/live-viewer.ts';

const MINUTE = 60_000;
const checkOf = ({ follower, agent }: LiveHome, guards: Partial<RequestGuards> = {}, now = Date.now) =>
  createRequestCheck({ follower, agent, now, guards: { ...REQUEST_GUARDS, ...guards } });
const stranger = await createHousehold();
const otherAgent = agentIdOf(random(32));

test('the owner may watch a camera of this agent, and the log need not be read for it', async () => {
  const home = await newLiveHome();
  const viewer = await newLiveViewer(home);
  const { request, refused } = await checkOf(home).admit(viewer.order);
  assert.equal(refused, null);
  assert.equal(request?.viewer, home.household.owner.account);
  assert.equal(home.reads, 0);
});

/** Who must get no key, and the one guard that stops them. */
const attacks: {
  who: string;
  guard: keyof RequestGuards;
  out: Partial<RequestGuards>;
  make: (home: LiveHome) => Promise<LiveViewer['order']>;
}[] = [
  {
    who: 'a stranger who signs in the name of the owner',
    guard: 'verify',
    out: { verify: async (jws) => payloadOf(jws) },
    make: async (home) => (await newLiveViewer(home, {}, stranger.owner.signing.privateKey)).order,
  },
  {
    who: 'a request for another camera than the cloud says',
    guard: 'verify',
    out: { verify: async (jws) => payloadOf(jws) },
    make: async (home) => {
      const other = await home.addCamera();
      return { ...(await newLiveViewer(home)).order, camera: other };
    },
  },
  {
    who: 'a request for another agent of the home',
    guard: 'verify',
    out: { verify: async (jws) => payloadOf(jws) },
    make: async (home) => (await newLiveViewer(home, { agent: otherAgent })).order,
  },
  {
    who: 'a request for a camera that the log gives to another agent',
    guard: 'inLog',
    out: { inLog: () => true },
    make: async (home) => {
      const camera = home.follower.home()?.cameras.get(home.camera);
      assert.ok(camera);
      home.change({ cameras: new Map([[home.camera, { ...camera, agent: otherAgent }]]) });
      return (await newLiveViewer(home)).order;
    },
  },
  {
    who: "a request of the same owner's for another home",
    guard: 'inLog',
    out: { inLog: () => true },
    make: async (home) => {
      const other = newHomeId(random);
      return { ...(await newLiveViewer(home, { home: other })).order, home: other };
    },
  },
  {
    who: 'anybody, while the cloud shows a log that the owner did not sign',
    guard: 'isObeyed',
    out: { isObeyed: () => true },
    make: async (home) => {
      home.problem = 'a fork';
      return (await newLiveViewer(home)).order;
    },
  },
  {
    who: 'a request from long ago',
    guard: 'inTime',
    out: { inTime: () => true },
    make: async (home) => (await newLiveViewer(home, { requestedAt: Date.now() - 11 * MINUTE })).order,
  },
  {
    who: 'a request from the future',
    guard: 'inTime',
    out: { inTime: () => true },
    make: async (home) => (await newLiveViewer(home, { requestedAt: Date.now() + 11 * MINUTE })).order,
  },
];

/** What the request says, without looking at who signed it. */
const payloadOf = (jws: string): LiveRequest =>
  JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString());

for (const { who, guard, out, make } of attacks) {
  test(`${who} gets no key, and without "${guard}" would`, async () => {
    const home = await newLiveHome();
    const order = await make(home);
    assert.deepEqual(await checkOf(home).admit(order), { request: null, refused: 'refused' });
    assert.equal((await checkOf(home, out).admit(order)).refused, null);
  });
}

test('an ephemeral key is taken once, and without "isUsed" would be twice', async () => {
  const home = await newLiveHome();
  const { order } = await newLiveViewer(home);
  for (const [guards, again] of [
    [{}, 'refused'],
    [{ isUsed: () => false }, null],
  ] as const) {
    const check = checkOf(home, guards);
    assert.equal((await check.admit(order)).refused, null);
    assert.equal((await check.admit(order)).refused, again);
  }
});

test('keys are remembered for as long as their request could be answered, and then no more', async () => {
  const home = await newLiveHome();
  let now = Date.now();
  const check = checkOf(home, {}, () => now);
  const { order } = await newLiveViewer(home, { requestedAt: now + 9 * MINUTE });
  assert.equal((await check.admit(order)).refused, null);
  now += 18 * MINUTE;
  assert.equal((await check.admit(order)).refused, 'refused');
  const sizes: number[] = [];
  const counting = checkOf(
    home,
    {
      verify: async (jws) => ({ ...payloadOf(jws), ephemeralKey: String(sizes.length) }),
      isUsed: (used) => sizes.push(used.size) < 0,
    },
    () => now,
  );
  const fresh = (await newLiveViewer(home, { requestedAt: now })).order;
  for (let one = 0; one < 4096; one++) await counting.admit(fresh);
  assert.equal((await counting.admit(fresh)).refused, 'busy', 'full: whoever comes has to wait');
  now += 11 * MINUTE;
  const later = (await newLiveViewer(home, { requestedAt: now })).order;
  assert.equal((await counting.admit(later)).refused, null);
  assert.equal(sizes.at(-1), 0);
});

test('a camera that the agent has not heard of yet is looked up in the log before anybody is refused', async () => {
  const home = await newLiveHome();
  const before = home.follower.home();
  const camera = await home.addCamera();
  assert.ok(before);
  home.change(before);
  home.reads = 0;
  const { order } = await newLiveViewer({ ...home, camera });
  assert.equal((await checkOf(home).admit(order)).refused, null);
  assert.equal(home.reads, 1);
});

test('when the log cannot be read, whoever it does not have yet is put off and not let in', async () => {
  const home = await newLiveHome();
  home.trouble = new CloudAway('away');
  const { order } = await newLiveViewer(home, {}, stranger.owner.signing.privateKey);
  assert.deepEqual(await checkOf(home).admit(order), { request: null, refused: 'busy' });
});
