import type { Hash, PublicKey } from '@nightlatch/protocol/encoding';
import { type EpochSeal, HOME_LOG_TYP, HomeLogEntry, type HomeLogHead } from '@nightlatch/protocol/homelog';
import type { AccountId, AgentId, CameraId, HomeId } from '@nightlatch/protocol/ids';
import { accountIdOfKey } from './account.ts';
import { deviceIdentity } from './device.ts';
import { hashText } from './encoding.ts';
import { refuse } from './errors.ts';
import { parsed, signJws, verifyJws } from './signing.ts';

export interface EpochState {
  readonly publicKey: PublicKey;
  readonly seals: readonly EpochSeal[];
}

export interface CameraOfHome {
  readonly agent: AgentId;
  readonly epochs: ReadonlyMap<number, EpochState>;
  readonly currentEpoch: number | null;
  readonly sealedName: string | null;
  /** The epoch that the name is sealed to. */
  readonly nameEpoch: number | null;
}

/** A home of which the owner's key is known, and no entry yet. */
export interface EmptyHome {
  readonly home: HomeId;
  readonly ownerSigningKey: PublicKey;
  /** The hash that the first entry must have, where it is known already (from a pairing or a pin). */
  readonly genesisHash: Hash | null;
  /** A place that was seen before and must be passed with the same entry. */
  readonly pinned: HomeLogHead | null;
  readonly head: null;
}

/** What the entries say up to `head`. Never changed in place. */
export interface HomeState {
  readonly home: HomeId;
  readonly owner: AccountId;
  readonly ownerSigningKey: PublicKey;
  readonly ownerSealingKey: PublicKey;
  readonly genesisHash: Hash;
  readonly pinned: HomeLogHead | null;
  readonly head: HomeLogHead;
  readonly agents: ReadonlyMap<AgentId, { readonly deviceKey: PublicKey }>;
  readonly cameras: ReadonlyMap<CameraId, CameraOfHome>;
}

/** What a browser or an agent keeps of a home's log; JSON as it stands. */
export interface HomePin {
  readonly home: HomeId;
  readonly ownerSigningKey: PublicKey;
  readonly genesisHash: Hash;
  readonly head: HomeLogHead;
}

/** An entry as a JWS by the owner's signing key. */
export const signEntry = async (entry: HomeLogEntry, ownerPrivateKey: CryptoKey): Promise<string> =>
  signJws(parsed(HomeLogEntry, entry, 'A home log entry'), {
    typ: HOME_LOG_TYP,
    privateKey: ownerPrivateKey,
  });

/** The hash by which the next entry, a pin or a pairing names this one. */
export const entryHash = (jws: string): Promise<Hash> => hashText(jws);

export const emptyHome = (
  home: HomeId,
  known: { ownerSigningKey: PublicKey; genesisHash?: Hash },
): EmptyHome => ({
  home,
  ownerSigningKey: known.ownerSigningKey,
  genesisHash: known.genesisHash ?? null,
  pinned: null,
  head: null,
});

/** To read the log again from its first entry, and to refuse one that is not the continuation of the pinned one. */
export const homeFromPin = (pin: HomePin): EmptyHome => ({
  home: pin.home,
  ownerSigningKey: pin.ownerSigningKey,
  genesisHash: pin.genesisHash,
  pinned: pin.head,
  head: null,
});

export const pinOf = (state: HomeState): HomePin => ({
  home: state.home,
  ownerSigningKey: state.ownerSigningKey,
  genesisHash: state.genesisHash,
  head: state.head,
});

/** Refuses a log, read to its end, that is shorter than what was seen of it before. */
export function requireReached(state: HomeState, pin: HomePin): void {
  if (state.head.sequence < pin.head.sequence) {
    refuse('truncated', 'The home log ends before an entry that was there earlier.');
  }
}

/** The whole log against a pin: not a fork of it, and not shorter. */
export async function verifyHomeLog(pin: HomePin, entries: readonly string[]): Promise<HomeState> {
  const state = await applyEntries(homeFromPin(pin), entries);
  requireReached(state, pin);
  return state;
}

/**
 * The state after the next entries, in order; the given state stays as it is, also when an entry is refused. Refused
 * are entries of another home, by another key, out of place, and ones that do not follow from the state.
 */
export async function applyEntries(
  before: HomeState | EmptyHome,
  entries: readonly string[],
): Promise<HomeState> {
  let state: HomeState | EmptyHome = before;
  for (const jws of entries) state = await applyEntry(state, jws);
  if (state.head === null) refuse('truncated', 'The home log has no entries.');
  return state;
}

async function applyEntry(state: HomeState | EmptyHome, jws: string): Promise<HomeState> {
  const entry = await verifyJws(jws, {
    typ: HOME_LOG_TYP,
    publicKey: state.ownerSigningKey,
    schema: HomeLogEntry,
  });
  if (entry.home !== state.home) refuse('wrong-subject', 'An entry is of the log of another home.');
  const head = { sequence: entry.sequence, hash: await entryHash(jws) };
  if (head.sequence !== (state.head === null ? 0 : state.head.sequence + 1)) {
    refuse('broken-chain', 'An entry of the home log is out of place.');
  }
  if (entry.previous !== (state.head === null ? null : state.head.hash)) {
    refuse('broken-chain', 'An entry does not follow from the entry before it.');
  }
  if (state.pinned?.sequence === head.sequence && state.pinned.hash !== head.hash) {
    refuse('broken-chain', 'This home log is another one than was seen before.');
  }
  return state.head === null ? begin(state, entry, head) : { ...(await follow(state, entry)), head };
}

async function begin(empty: EmptyHome, entry: HomeLogEntry, head: HomeLogHead): Promise<HomeState> {
  const { action } = entry;
  if (action.kind !== 'create-home') return refuse('broken-chain', 'A home log begins with the home.');
  if (empty.genesisHash !== null && empty.genesisHash !== head.hash) {
    refuse('broken-chain', 'This home log begins with another entry than was seen before.');
  }
  if (action.signingKey !== empty.ownerSigningKey)
    refuse('wrong-subject', 'The home was made by another key.');
  if (action.owner !== (await accountIdOfKey(action.signingKey))) {
    refuse('wrong-subject', 'The owner of the home is not the account of the key.');
  }
  return {
    home: empty.home,
    owner: action.owner,
    ownerSigningKey: action.signingKey,
    ownerSealingKey: action.sealingKey,
    genesisHash: head.hash,
    pinned: empty.pinned,
    head,
    agents: new Map(),
    cameras: new Map(),
  };
}

async function follow(state: HomeState, { action }: HomeLogEntry): Promise<HomeState> {
  switch (action.kind) {
    case 'create-home':
      return refuse('broken-chain', 'A home is made once.');
    case 'pin-agent': {
      if (action.agent !== (await deviceIdentity(action.deviceKey))) {
        refuse('wrong-subject', 'The agent is not the one of the device key.');
      }
      // Pinning again is allowed, so that a pairing whose answer was lost can be repeated; the key cannot differ.
      return { ...state, agents: new Map(state.agents).set(action.agent, { deviceKey: action.deviceKey }) };
    }
    case 'add-camera': {
      if (!state.agents.has(action.agent))
        refuse('wrong-subject', 'The agent of a camera is not of this home.');
      if (state.cameras.has(action.camera)) refuse('wrong-subject', 'The camera was added before.');
      const camera = {
        agent: action.agent,
        epochs: new Map(),
        currentEpoch: null,
        sealedName: null,
        nameEpoch: null,
      };
      return withCamera(state, action.camera, camera);
    }
    case 'new-epoch': {
      const camera = cameraOf(state, action.camera);
      if (action.epoch !== (camera.currentEpoch ?? 0) + 1)
        refuse('wrong-epoch', 'Epochs follow one another.');
      if (new Set(action.seals.map((seal) => seal.member)).size !== action.seals.length) {
        refuse('malformed', 'An epoch has one seal for a member.');
      }
      if ([...camera.epochs.values()].some((epoch) => epoch.publicKey === action.publicKey)) {
        refuse('wrong-epoch', 'A new epoch has a new key.');
      }
      const epoch = { publicKey: action.publicKey, seals: action.seals };
      const epochs = new Map(camera.epochs).set(action.epoch, epoch);
      return withCamera(state, action.camera, { ...camera, epochs, currentEpoch: action.epoch });
    }
    case 'name-camera': {
      const camera = cameraOf(state, action.camera);
      if (action.epoch !== camera.currentEpoch)
        refuse('wrong-epoch', 'A name is sealed to the current epoch.');
      const named = { ...camera, sealedName: action.sealedName, nameEpoch: action.epoch };
      return withCamera(state, action.camera, named);
    }
  }
}

const cameraOf = (state: HomeState, camera: CameraId): CameraOfHome =>
  state.cameras.get(camera) ?? refuse('wrong-subject', 'The camera is not of this home.');

const withCamera = (state: HomeState, id: CameraId, camera: CameraOfHome): HomeState => ({
  ...state,
  cameras: new Map(state.cameras).set(id, camera),
});
