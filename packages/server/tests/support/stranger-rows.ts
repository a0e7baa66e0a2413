import { randomBytes } from 'node:crypto';
import { newGapId, newHomeId } from '@nightlatch/protocol/ids';
import type { RouteName } from '@nightlatch/protocol/routes';
import { signEntry } from '@nightlatch/vault/homelog';
import { signGap, signManifest } from '@nightlatch/vault/manifest';
import { acceptOffer, parsePairingCode } from '@nightlatch/vault/pairing';
import { randomText } from './cloud.ts';
import { hashOf } from './person.ts';
import type { SentRequest, World } from './strangers.ts';
import { newAgent } from './synthetic-agent.ts';

export interface StrangerRow {
  /** The request as the one sends it who may. */
  readonly request: (world: World) => Promise<SentRequest>;
  /** Whether that one's request is then sent and must succeed; false where another test does so. */
  readonly control?: false;
  /** The route names nothing of a home: whoever calls it gets their own. */
  readonly ownOnly?: true;
  /** Everybody may call it; there is nothing to refuse. */
  readonly open?: true;
}

const tus = { 'tus-resumable': '1.0.0' };
const open: StrangerRow = { request: async () => ({}), open: true };
const account = (request: SentRequest = {}): StrangerRow => ({
  request: async () => request,
  control: false,
});
const ofAccount = (input: () => object): StrangerRow => ({
  request: async ({ victim }) => ({ input: { account: victim.household.unlocked.account, ...input() } }),
  control: false,
});
const ofHome = (rest: SentRequest = {}): StrangerRow => ({
  request: async ({ victim }) => ({ params: { home: victim.household.home }, ...rest }),
});
const eventOf = ({ victim }: World) => ({ home: victim.household.home, event: victim.event.event });

/** What each route is asked with. A route of the contract without a row here fails the types and the test. */
export const strangerRows: Readonly<Record<RouteName, StrangerRow>> = {
  'health.get': open,
  'api.page': open,
  'api.document': open,
  'signup.start': open,
  'signup.finish': open,
  'login.start': open,
  'login.finish': open,
  'recovery.start': open,
  'agent.challenge': open,
  'agent.session': open,

  logout: account(),
  'account.get': { request: async () => ({}), ownOnly: true },
  'account.set-recovery': ofAccount(() => ({
    recoveryProofHash: hashOf(randomText(32)),
    wrappedMasterKeyByRecovery: randomText(60),
  })),
  'passphrase.start': ofAccount(() => ({ registrationRequest: randomText(32) })),
  'passphrase.finish': ofAccount(() => ({
    registrationRecord: randomText(192),
    wrappedMasterKey: randomText(60),
  })),
  'sessions.list': { request: async () => ({}), ownOnly: true },
  'sessions.end': {
    control: false,
    request: async ({ cloud, victim }) => {
      const [row] = await cloud.owner`select session_id from sessions
        where account_id = ${victim.household.unlocked.account} and ended_at is null and kind = 'full'
        order by started_at limit 1`;
      return { params: { session: String(row?.session_id) } };
    },
  },
  'homes.create': {
    request: async ({ victim }) => {
      const { account: owner, signing, sealing } = victim.household.unlocked;
      const keys = { signingKey: signing.publicKey, sealingKey: sealing.publicKey };
      const entry = await signEntry(
        {
          ...{ home: newHomeId(randomBytes), sequence: 0, previous: null, at: Date.now() },
          action: { kind: 'create-home', owner, ...keys },
        },
        signing.privateKey,
      );
      return { input: { entry } };
    },
  },

  'home-log.read': ofHome(),
  'home-log.append': {
    request: async ({ victim: { household, agent } }) => {
      const action = {
        kind: 'name-camera',
        camera: agent.camera,
        epoch: 1,
        sealedName: randomText(60),
      } as const;
      return { params: { home: household.home }, input: { entries: [await household.sign(action)] } };
    },
  },
  'pairings.claim': {
    request: async ({ cloud, victim }) => {
      const { code } = await (await newAgent(cloud.url)).offerPairing();
      const { locator } = parsePairingCode(code);
      return { params: { home: victim.household.home }, input: { locator } };
    },
  },
  'pairings.accept': { request: acceptance },
  'cameras.list': ofHome(),
  'events.list': ofHome(),
  'events.get': { request: async (world) => ({ params: eventOf(world) }) },
  'favourites.set': { request: async (world) => ({ params: eventOf(world) }) },
  'favourites.unset': { request: async (world) => ({ params: eventOf(world) }) },
  'retention.get': ofHome(),
  'retention.set': {
    request: async ({ victim: { household, agent } }) => ({
      params: { home: household.home },
      input: { bytesMax: null, cameras: [{ camera: agent.camera, days: 30 }] },
    }),
  },
  'objects.get': {
    request: async (world) => ({ params: { ...eventOf(world), kind: 'thumbnail', revision: '0' } }),
  },
  'stream.open': ofHome(),
  'live.watch': {
    request: async ({ victim: { household, agent } }) => ({
      params: { home: household.home, camera: agent.camera },
    }),
  },
  'reports.create': ofHome({ input: { what: 'object', asked: {}, reason: 'wrong-subject' } }),

  'agent.open-pairing': { request: async () => ({}), control: false, ownOnly: true },
  'agent.get-pairing': {
    control: false,
    request: async ({ cloud, unpaired }) => {
      await unpaired.agent.offerPairing();
      const [row] = await cloud.owner`select pairing_id from pairings
        where agent_id = ${unpaired.agent.device.agent} order by opened_at desc limit 1`;
      return { params: { pairing: String(row?.pairing_id) } };
    },
  },
  'agent.report': { request: async () => ({ input: { cameras: [] } }), ownOnly: true },
  'agent.link': { request: async () => ({}), ownOnly: true },
  'agent.read-log': { request: async () => ({}), ownOnly: true },
  'agent.put-event': {
    request: async ({ victim: { agent, event } }) => ({
      params: { event: event.event },
      input: { manifests: [await signManifest(event.clip.manifest, agent.device.privateKey)] },
    }),
  },
  'agent.put-events': {
    request: async ({ victim: { agent, household, event } }) => ({
      input: await agent.signedBatch(household, [{ event, manifests: [event.clip.manifest] }]),
    }),
  },
  'agent.put-gap': {
    request: async ({ victim: { agent, household } }) => {
      const gap = newGapId(randomBytes);
      const lost = { fromSequence: 90, toSequence: 91, from: 1, to: 2, reason: 'spool-full' } as const;
      const statement = { gap, home: household.home, camera: agent.camera, ...lost };
      return { params: { gap }, input: { statement: await signGap(statement, agent.device.privateKey) } };
    },
  },
  'agent.create-upload': {
    request: async ({ victim: { event } }) => {
      const metadata = Object.entries({ event: event.event, kind: 'clip', revision: '0' });
      const text = metadata.map(([key, value]) => `${key} ${btoa(value)}`).join(',');
      return { headers: { ...tus, 'upload-defer-length': '1', 'upload-metadata': text } };
    },
  },
  'agent.head-upload': {
    request: async ({ victim: { event } }) => ({ params: { upload: `${event.event}.clip.0` }, headers: tus }),
  },
  'agent.patch-upload': {
    request: async ({ victim: { event } }) => ({
      params: { upload: `${event.event}.clip.0` },
      headers: {
        ...tus,
        'upload-offset': String(event.clip.bytes.length),
        'content-type': 'application/offset+octet-stream',
      },
      body: new Uint8Array(0),
    }),
  },
};

async function acceptance({ cloud, victim: { household } }: World): Promise<SentRequest> {
  const agent = await newAgent(cloud.url);
  const { code } = await agent.offerPairing();
  const { secret } = parsePairingCode(code);
  const [row] =
    await cloud.owner`select pairing_id, offer from pairings where agent_id = ${agent.device.agent}`;
  const { unlocked, home } = household;
  await household.refresh();
  const accepted = await acceptOffer({
    ...{ secret, offer: String(row?.offer), home, owner: unlocked.account },
    ...{ signing: unlocked.signing, genesisHash: household.state().genesisHash },
  });
  const entry = await household.sign({
    ...{ kind: 'pin-agent', agent: agent.device.agent, deviceKey: agent.device.publicKey },
  });
  return { params: { home }, input: { pairing: String(row?.pairing_id), ...accepted, entry } };
}
