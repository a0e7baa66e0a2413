import type { AccountId, CameraId, HomeId } from '@nightlatch/protocol/ids';
import { newBroadcastId } from '@nightlatch/protocol/ids';
import { LiveRequest } from '@nightlatch/protocol/live';
import { signLiveGrant, verifyLiveRequest } from '@nightlatch/vault/live-keys';
import { createRecordSealer, writeInit } from '@nightlatch/vault/live-records';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import { type ColourCamera, createColourCamera } from './live-clip.ts';
import { random, type SealedHome } from './sealed-home.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface SentRecord {
  readonly bytes: Bytes;
  readonly keyFrame: boolean;
  readonly isSound: boolean;
}

/** What stands in a grant, where it is not what it should be. */
export interface GrantWish {
  readonly home?: HomeId;
  readonly camera?: CameraId;
  readonly epoch?: number;
  readonly viewer?: AccountId;
  readonly ephemeralKey?: string;
}

/** One broadcast of one camera, really sealed by the home's agent. */
export async function startBroadcast(home: SealedHome, camera: CameraId, source: ColourCamera) {
  const broadcast = newBroadcastId(random);
  const liveKey = random(32);
  const sealer = await createRecordSealer({ home: home.home, camera, broadcast }, liveKey);
  const beginning: SentRecord = {
    bytes: await sealer.seal('init', false, writeInit(source.tracks, source.init)),
    keyFrame: false,
    isSound: false,
  };
  return {
    broadcast,
    liveKey,
    beginning,
    /** The next moment's records. */
    async next(): Promise<SentRecord[]> {
      const { keyFrame, fragments } = source.next();
      const records: SentRecord[] = [];
      for (const [index, bytes] of fragments.entries())
        records.push({
          bytes: await sealer.seal('fragment', keyFrame && index === 0, bytes),
          keyFrame: keyFrame && index === 0,
          isSound: index > 0,
        });
      return records;
    },
    /** The answer to a request, which the agent has verified unless the test wants another answer. */
    async grant(request: string, wish: GrantWish = {}): Promise<string> {
      const { agent, privateKey } = home.device;
      const asked = unverifiedPayload(request, LiveRequest);
      const { account: viewer, signing } = home.keys;
      if (Object.keys(wish).length === 0 && asked.home === home.home)
        await verifyLiveRequest(request, {
          ...{ home: home.home, camera, agent, viewer },
          viewerKey: signing.publicKey,
        });
      const { ephemeralKey } = asked;
      const label = {
        home: home.home,
        camera,
        agent,
        epoch: 1,
        broadcast,
        viewer: asked.viewer,
        ephemeralKey,
      };
      return signLiveGrant({ ...label, ...wish }, liveKey, privateKey);
    },
  };
}
export type StubBroadcast = Awaited<ReturnType<typeof startBroadcast>>;

const PICTURE_MILLISECONDS = 100;
const SOCKET_OPEN = 1;

/** The viewer's end of a watch, as the relay has it. */
export interface StubWatcher {
  readonly request: string;
  readonly socket: {
    readonly readyState: number;
    send(data: string | Bytes): void;
    close(code: number): void;
  };
}

/** How a test crosses what is relayed; what is not given is honest. */
export interface LiveCrossing {
  grant?: (honest: string, request: string) => string | Promise<string>;
  /** What is sent in place of a record; `index` counts from the beginning of the broadcast. */
  record?: (honest: SentRecord, index: number) => readonly Bytes[];
  /** Keeps a grant back. */
  before?: () => Promise<void>;
}

/** A camera of the home with its agent and a relay that has no lock: ten pictures a second while somebody watches. */
export function createLiveCamera(home: SealedHome, camera: CameraId, withSound = false) {
  const source = createColourCamera(withSound);
  const watchers = new Set<StubWatcher>();
  const cross: LiveCrossing = {};
  let running: { broadcast: StubBroadcast; kept: SentRecord[]; index: number } | null = null;
  let isStill = false;

  const say = (watcher: StubWatcher, data: string | Bytes) => {
    if (watcher.socket.readyState === SOCKET_OPEN) watcher.socket.send(data);
  };
  const relay = (watcher: StubWatcher, record: SentRecord, index: number) => {
    for (const bytes of cross.record?.(record, index) ?? [record.bytes]) say(watcher, bytes);
  };
  async function join(watcher: StubWatcher) {
    running ??= { broadcast: await startBroadcast(home, camera, source), kept: [], index: 0 };
    await cross.before?.();
    const honest = await running.broadcast.grant(watcher.request);
    const grant = (await cross.grant?.(honest, watcher.request)) ?? honest;
    say(watcher, JSON.stringify({ kind: 'grant', grant }));
    relay(watcher, running.broadcast.beginning, 0);
    for (const record of running.kept) relay(watcher, record, running.index);
    // Whoever has left meanwhile would be here for ever.
    if (watcher.socket.readyState === SOCKET_OPEN) watchers.add(watcher);
  }

  let sealing = Promise.resolve();
  const tick = async () => {
    const now = running;
    if (now === null || isStill || watchers.size === 0) return;
    const records = await now.broadcast.next();
    // A new broadcast may have begun meanwhile.
    if (now !== running) return;
    for (const record of records) {
      if (record.keyFrame) now.kept = [];
      now.kept.push(record);
      now.index += 1;
      for (const watcher of watchers) relay(watcher, record, now.index);
    }
  };
  const timer = setInterval(() => {
    sealing = sealing.then(tick);
  }, PICTURE_MILLISECONDS);
  timer.unref();

  return {
    camera,
    cross,
    watchers,
    join,
    /** The real answer of this camera's agent to any request, also one that is not for it. */
    async grantOf(request: string, wish: GrantWish = { camera }): Promise<string> {
      running ??= { broadcast: await startBroadcast(home, camera, source), kept: [], index: 0 };
      return running.broadcast.grant(request, wish);
    },
    show: (colour: number) => source.show(colour),
    /** A camera that sends nothing while its socket stays open. */
    stand: (still: boolean) => {
      isStill = still;
    },
    trouble: (reason: string) => {
      for (const watcher of watchers) say(watcher, JSON.stringify({ kind: 'trouble', reason }));
    },
    /** Everybody who watches is cut off. */
    cut: (code: number) => {
      for (const { socket } of watchers) socket.close(code);
    },
    /** A new key for everybody who still watches. */
    async beginAnew() {
      const all = [...watchers];
      watchers.clear();
      running = null;
      for (const watcher of all) await join(watcher);
    },
    leave(watcher: StubWatcher) {
      watchers.delete(watcher);
      if (watchers.size === 0) running = null;
    },
    end: () => clearInterval(timer),
  };
}
export type StubLiveCamera = ReturnType<typeof createLiveCamera>;
