import { type CameraId, newCameraId } from '@nightlatch/protocol/ids';
import type { LinkNews } from '@nightlatch/protocol/live';
import { generateDeviceKey } from '@nightlatch/vault/device';
import { applyEntries, emptyHome, type HomeState } from '@nightlatch/vault/homelog';
import { createLive, type Live, type LiveParts } from '../../src/live/live.ts';
import type { HomeFollower } from '../../src/pairing/home-follower.ts';
import { filled } from './fake-camera.ts';
import { createHousehold, type Household, random } from './household.ts';
import type { ViewerOf } from './live-viewer.ts';

/** A paired agent's view of its home: the log as far as it has read it. */
export interface LiveHome extends ViewerOf {
  readonly follower: Pick<HomeFollower, 'home' | 'problem' | 'epochOf' | 'readNow'>;
  readonly devicePrivateKey: CryptoKey;
  /** How often the log was read. */
  reads: number;
  problem: string | null;
  /** What reading the log fails with. */
  trouble: Error | null;
  /** The log says something else than its entries do. */
  change(changed: Partial<HomeState>): void;
  addCamera(): Promise<CameraId>;
}

export async function newLiveHome(): Promise<LiveHome> {
  const household: Household = await createHousehold();
  const { agent, publicKey: deviceKey, privateKey: devicePrivateKey } = await generateDeviceKey();
  await household.append({ kind: 'pin-agent', agent, deviceKey });
  const camera = newCameraId(random);
  await household.newEpoch(camera, agent);
  const empty = emptyHome(household.home, { ownerSigningKey: household.owner.keys.signingKey });
  let state = await applyEntries(empty, household.entries);
  const readNow = async () => {
    home.reads += 1;
    if (home.trouble !== null) throw home.trouble;
    state = await applyEntries(state, household.entries.slice(state.head.sequence + 1));
  };
  const home: LiveHome = {
    household,
    agent,
    deviceKey,
    devicePrivateKey,
    camera,
    reads: 0,
    problem: null,
    trouble: null,
    follower: {
      home: () => state,
      problem: () => home.problem,
      epochOf: (of) => {
        const known = state.cameras.get(of);
        const epoch = known?.agent === agent ? (known.currentEpoch ?? null) : null;
        const publicKey = epoch === null ? undefined : known?.epochs.get(epoch)?.publicKey;
        return epoch === null || publicKey === undefined ? null : { home: state.home, epoch, publicKey };
      },
      readNow,
    },
    change: (changed) => {
      state = { ...state, ...changed };
    },
    addCamera: async () => {
      const added = newCameraId(random);
      await household.newEpoch(added, agent);
      await readNow();
      return added;
    },
  };
  return home;
}

/** Live view of such a home, with the camera and the link in the test's hands. */
export interface Staged {
  readonly live: Live;
  readonly news: LinkNews[];
  readonly records: Uint8Array[];
  /** The number under which the camera is asked for pictures, by camera. */
  readonly takes: Map<string, number | null>;
  readonly logged: string[];
  /** The newest take that the camera has begun. */
  started: number | null;
  take(camera?: CameraId): number | null;
  /** The camera begins a take, with a key frame and so many other pictures. */
  start(pictures?: number, camera?: CameraId): void;
  pictures(count: number, camera?: CameraId): void;
  keyFrame(camera?: CameraId): void;
  dark(camera?: CameraId): void;
}

export function stageLive(home: LiveHome, parts: Partial<LiveParts> = {}): Staged {
  const takes = new Map<string, number | null>();
  const staged: Staged = {
    live: createLive({
      agent: home.agent,
      devicePrivateKey: home.devicePrivateKey,
      random,
      follower: home.follower,
      now: Date.now,
      setLive: (camera, take) => takes.set(camera, take),
      tell: (news) => staged.news.push(news),
      send: (record) => staged.records.push(record),
      arrived: async () => {},
      waiting: () => ({ bytes: 0, lagMilliseconds: 0 }),
      eventsUnderWay: () => false,
      log: (message) => staged.logged.push(message),
      ...parts,
    }),
    news: [],
    records: [],
    takes,
    logged: [],
    started: null,
    take: (camera = home.camera) => takes.get(camera) ?? null,
    start: (pictures = 2, camera = home.camera) => {
      staged.started = staged.take(camera);
      staged.live.fromCamera(camera, {
        kind: 'start',
        take: staged.take(camera) ?? 0,
        tracks: {
          mediaType: 'video/mp4; codecs="avc1.64001f"',
          ...{ widthPixels: 640, heightPixels: 360, hasAudio: false },
        },
        init: filled(700, 255),
      });
      staged.keyFrame(camera);
      staged.pictures(pictures, camera);
    },
    keyFrame: (camera = home.camera) => picture(camera, true),
    pictures: (count, camera = home.camera) => {
      for (let one = 0; one < count; one++) picture(camera, false);
    },
    dark: (camera = home.camera) =>
      staged.live.fromCamera(camera, { kind: 'end', take: staged.take(camera) ?? 0 }),
  };
  const picture = (camera: CameraId, keyFrame: boolean) =>
    staged.live.fromCamera(camera, {
      kind: 'fragment',
      take: staged.take(camera) ?? 0,
      bytes: filled(keyFrame ? 3000 : 300, keyFrame ? 1 : 2),
      keyFrame,
    });
  return staged;
}
