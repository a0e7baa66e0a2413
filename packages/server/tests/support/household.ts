import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { HomeLogAction } from '@nightlatch/protocol/homelog';
import { type CameraId, type HomeId, newHomeId } from '@nightlatch/protocol/ids';
import { deriveAccountKeys, newMasterKey, type UnlockedAccount } from '@nightlatch/vault/account';
import { type EpochKey, generateEpochKey, openEpochKey, sealEpochKey } from '@nightlatch/vault/epoch';
import {
  applyEntries,
  emptyHome,
  type HomeState,
  pinOf,
  signEntry,
  verifyHomeLog,
} from '@nightlatch/vault/homelog';
import { acceptOffer, parsePairingCode, verifyOffer } from '@nightlatch/vault/pairing';
import { type Browser, newBrowser, type TestCloud } from './cloud.ts';
import { logIn, newPerson, type Person, signUp } from './person.ts';

/** Somebody with a browser and an account whose keys are real. */
export interface Member {
  readonly person: Person;
  readonly browser: Browser;
  /** What `unlocked` was derived from; a browser in which the member has logged in begins with it. */
  readonly master: Uint8Array<ArrayBuffer>;
  readonly unlocked: UnlockedAccount;
}

export async function newMember(cloud: Pick<TestCloud, 'server' | 'origin'>): Promise<Member> {
  const master = newMasterKey(randomBytes);
  const unlocked = await deriveAccountKeys(master);
  const person = newPerson({ keys: unlocked.keys });
  const browser = newBrowser(cloud);
  const signed = await signUp(browser, person);
  assert.equal(signed.finish.statusCode, 200, signed.finish.body);
  const { finish } = await logIn(browser, person);
  assert.equal(finish.statusCode, 200, finish.body);
  return { person, browser, master, unlocked };
}

/** A home with its owner, who keeps its log as the web app does. */
export interface Household extends Member {
  readonly home: HomeId;
  state(): HomeState;
  /** The next entry of the log, signed; not sent. */
  sign(action: HomeLogAction, options?: { after?: number }): Promise<string>;
  append(...actions: HomeLogAction[]): Promise<void>;
  /** Reads the log from the cloud, as a second browser would. */
  refresh(): Promise<void>;
  /** Pairs the agent that shows this code. */
  pair(code: string): Promise<void>;
  /** Adds a camera that an agent has announced, with its first epoch. */
  addCamera(camera: CameraId): Promise<void>;
  epochKey(camera: CameraId): Promise<EpochKey>;
}

export async function newHousehold(cloud: Pick<TestCloud, 'server' | 'origin'>): Promise<Household> {
  const member = await newMember(cloud);
  const { unlocked, browser } = member;
  const { account, signing, sealing } = unlocked;
  const home = newHomeId(randomBytes);
  const signed = (sequence: number, previous: string | null, action: HomeLogAction): Promise<string> =>
    signEntry({ home, sequence, previous, at: Date.now(), action }, signing.privateKey);

  const genesis = await signed(0, null, {
    ...{ kind: 'create-home', owner: account },
    ...{ signingKey: signing.publicKey, sealingKey: sealing.publicKey },
  });
  const created = await browser.call('homes.create', { input: { entry: genesis } });
  assert.equal(created.statusCode, 200, created.body);
  let state = await applyEntries(emptyHome(home, { ownerSigningKey: signing.publicKey }), [genesis]);

  const household: Household = {
    ...member,
    home,
    state: () => state,
    sign: (action) => signed(state.head.sequence + 1, state.head.hash, action),
    append: async (...actions) => {
      const entries: string[] = [];
      let next = state;
      for (const action of actions) {
        const entry = await signed(next.head.sequence + 1, next.head.hash, action);
        entries.push(entry);
        next = await applyEntries(next, [entry]);
      }
      const answer = await browser.call('home-log.append', { params: { home }, input: { entries } });
      assert.equal(answer.statusCode, 200, answer.body);
      assert.deepEqual(answer.json(), next.head);
      state = next;
    },
    refresh: async () => {
      const answer = await browser.call('home-log.read', { params: { home } });
      assert.equal(answer.statusCode, 200, answer.body);
      state = await verifyHomeLog(pinOf(state), answer.json().entries);
    },
    pair: async (code) => {
      const { locator, secret } = parsePairingCode(code);
      const claimed = await browser.call('pairings.claim', { params: { home }, input: { locator } });
      assert.equal(claimed.statusCode, 200, claimed.body);
      const { offer, mac } = claimed.json();
      const { pairing, agent, deviceKey } = await verifyOffer({ offer, mac, secret, now: Date.now() });
      const entry = await household.sign({ kind: 'pin-agent', agent, deviceKey });
      const accepted = await acceptOffer({
        ...{ secret, offer, home, owner: account, signing, genesisHash: state.genesisHash },
      });
      const answer = await browser.call('pairings.accept', {
        params: { home },
        input: { pairing, ...accepted, entry },
      });
      assert.equal(answer.statusCode, 200, answer.body);
      state = await applyEntries(state, [entry]);
      assert.deepEqual(answer.json(), state.head);
    },
    addCamera: async (camera) => {
      const agent = [...state.agents.keys()].at(-1);
      assert.ok(agent !== undefined, 'the home has no agent yet');
      const epoch = await generateEpochKey();
      const seal = await sealEpochKey(epoch.privateKeyBytes, {
        ...{ home, camera, epoch: 1, member: account, sealingKey: sealing.publicKey },
      });
      await household.append(
        { kind: 'add-camera', camera, agent },
        { kind: 'new-epoch', camera, epoch: 1, publicKey: epoch.publicKey, seals: [seal] },
      );
    },
    epochKey: async (camera) => {
      const epoch = state.cameras.get(camera)?.epochs.get(1);
      const seal = epoch?.seals[0];
      assert.ok(epoch !== undefined && seal !== undefined);
      return openEpochKey(seal, {
        ...{ home, camera, epoch: 1, member: account, sealing, epochPublicKey: epoch.publicKey },
      });
    },
  };
  return household;
}
