import type { CameraId, WatchId } from '@nightlatch/protocol/ids';
import type { LinkNews, LiveRequest } from '@nightlatch/protocol/live';
import type { LiveMessage } from '../recorder/live-feed.ts';
import type { SealingEpoch } from '../seal/epoch.ts';
import { type Broadcast, type BroadcastMeans, createBroadcast } from './broadcast.ts';

export interface AudienceParts extends BroadcastMeans {
  readonly camera: CameraId;
  readonly epoch: () => SealingEpoch | null;
  readonly may: (request: LiveRequest) => boolean;
  readonly tell: (news: LinkNews) => void;
  /** Asks the camera for its pictures under a new number, which is returned; null: no more of them. */
  readonly setLive: (take: number | null) => void;
  readonly nextTake: () => number;
  readonly onFault: (error: unknown) => void;
}

/** Those who watch one camera, and the broadcast that they share. Nobody watching means nothing sent. */
export interface Audience {
  has(watch: WatchId): boolean;
  readonly size: number;
  join(watch: WatchId, request: LiveRequest): void;
  /** `ended`: this viewer may not watch any more, and gets no record under the key of those who stay. */
  leave(watch: WatchId, reason: 'left' | 'ended'): void;
  fromCamera(message: LiveMessage): void;
  /** After a change of the home log: who may not watch any more goes, and another epoch is another broadcast. */
  homeChanged(): void;
  end(): void;
}

export function createAudience(parts: AudienceParts): Audience {
  const { tell } = parts;
  const watches = new Map<WatchId, LiveRequest>();
  let take: number | null = null;
  let broadcast: Broadcast | null = null;
  let isDark = false;
  /** The camera has begun, and there was no epoch by which anybody could be granted it. */
  let lacksEpoch = false;

  function stopBroadcast() {
    broadcast?.end();
    broadcast = null;
  }
  /** A new broadcast, as soon as the camera has begun anew. */
  function beginAnew() {
    stopBroadcast();
    isDark = false;
    lacksEpoch = false;
    take = parts.nextTake();
    parts.setLive(take);
  }
  function end() {
    stopBroadcast();
    watches.clear();
    if (take !== null) parts.setLive(null);
    take = null;
  }
  /** Nothing more can be sealed under this key. Whoever asks again gets another. */
  function fail(of: Broadcast, error: unknown) {
    if (broadcast !== of) return;
    parts.onFault(error);
    for (const watch of watches.keys()) tell({ kind: 'trouble', watch, reason: 'busy' });
    end();
  }
  async function grant(of: Broadcast, watch: WatchId, request: LiveRequest): Promise<void> {
    let signed: string;
    try {
      signed = await of.grantFor(request);
    } catch (error) {
      // There are keys that nothing can be sealed to. Whoever sends one gets no picture, and nobody else loses theirs.
      parts.onFault(error);
      if (watches.get(watch) !== request) return;
      watches.delete(watch);
      tell({ kind: 'trouble', watch, reason: 'refused' });
      if (watches.size === 0) end();
      return;
    }
    if (broadcast !== of || watches.get(watch) !== request) return;
    tell({ kind: 'grant', watch, broadcast: of.id, grant: signed });
    of.repeat();
  }
  const tellDark = (watch: WatchId) => tell({ kind: 'trouble', watch, reason: 'camera-offline' });

  function start({ tracks, init }: Extract<LiveMessage, { kind: 'start' }>) {
    stopBroadcast();
    isDark = false;
    const epoch = parts.epoch();
    lacksEpoch = epoch === null;
    if (epoch === null) return homeChanged();
    const begun = createBroadcast(parts, { ...epoch, camera: parts.camera });
    broadcast = begun;
    const granted = Promise.all([...watches].map(([watch, request]) => grant(begun, watch, request)));
    begun
      .begin(
        tracks,
        init,
        granted.then(() => undefined),
      )
      .catch((error: unknown) => fail(begun, error));
  }

  function homeChanged() {
    let someoneWent = false;
    for (const [watch, request] of watches) {
      if (parts.may(request)) continue;
      watches.delete(watch);
      someoneWent = true;
      tell({ kind: 'trouble', watch, reason: 'refused' });
    }
    const epoch = parts.epoch()?.epoch;
    const isOver = broadcast === null ? lacksEpoch && epoch !== undefined : broadcast.epoch !== epoch;
    if (watches.size === 0) end();
    else if (someoneWent || isOver) beginAnew();
  }

  return {
    has: (watch) => watches.has(watch),
    get size() {
      return watches.size;
    },
    join: (watch, request) => {
      watches.set(watch, request);
      const running = broadcast;
      if (running !== null) grant(running, watch, request).catch((error: unknown) => fail(running, error));
      else if (take === null) beginAnew();
      else if (isDark) tellDark(watch);
    },
    leave: (watch, reason) => {
      if (!watches.delete(watch)) return;
      if (watches.size === 0) end();
      else if (reason === 'ended') beginAnew();
    },
    fromCamera: (message) => {
      if (message.take !== take) return;
      const running = broadcast;
      if (message.kind === 'start') start(message);
      else if (message.kind === 'end') {
        stopBroadcast();
        if (!isDark) for (const watch of watches.keys()) tellDark(watch);
        isDark = true;
      } else if (running !== null)
        running.fragment(message.bytes, message.keyFrame).catch((error: unknown) => fail(running, error));
    },
    homeChanged,
    end,
  };
}
