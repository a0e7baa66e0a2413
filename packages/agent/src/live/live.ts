import type { CameraId, WatchId } from '@nightlatch/protocol/ids';
import type { LinkNews } from '@nightlatch/protocol/live';
import type { HomeFollower } from '../pairing/home-follower.ts';
import type { LiveMessage } from '../recorder/live-feed.ts';
import { type Audience, createAudience } from './audience.ts';
import type { BroadcastParts } from './broadcast.ts';
import type { LiveOrder } from './link.ts';
import type { InTurn } from './repeater.ts';
import { createRequestCheck, REQUEST_GUARDS, type RequestGuards, type WatchOrder } from './requests.ts';

export interface LiveParts extends BroadcastParts {
  readonly follower: Pick<HomeFollower, 'home' | 'problem' | 'epochOf' | 'readNow'>;
  readonly now: () => number;
  readonly setLive: (camera: CameraId, take: number | null) => void;
  readonly tell: (news: LinkNews) => void;
  /** Resolves when all that was given to the link before has arrived, or is lost. */
  readonly arrived: () => Promise<void>;
  readonly log: (message: string, fields: object) => void;
  readonly guards?: Partial<RequestGuards> | undefined;
}

/** Live view at home: who watches which camera, and what is sent to them. */
export interface Live {
  /** An order of the cloud; false when it makes no sense, so that nothing that comes with it is believed either. */
  order(order: LiveOrder): boolean;
  fromCamera(camera: CameraId, message: LiveMessage): void;
  homeChanged(): void;
  /** The link is gone, and with it everybody who watched. */
  linkLost(): void;
}

/** Of all cameras together, with those whose request is being looked at. */
export const WATCHES_MAX = 128;

export function createLive(parts: LiveParts): Live {
  const { follower, tell } = parts;
  const check = createRequestCheck({ ...parts, guards: { ...REQUEST_GUARDS, ...parts.guards } });
  const audiences = new Map<CameraId, Audience>();
  /** Requests that are being looked at, by what nobody else can hold. */
  const asking = new Map<WatchId, object>();
  let takes = 0;
  let lastTurn: Promise<void> = Promise.resolve();
  const inTurn: InTurn = (act) => {
    lastTurn = lastTurn.then(() => {
      act();
      return parts.arrived();
    });
    return lastTurn;
  };

  function audienceOf(camera: CameraId): Audience {
    const known = audiences.get(camera);
    if (known !== undefined) return known;
    const audience = createAudience({
      ...parts,
      inTurn,
      camera,
      epoch: () => follower.epochOf(camera),
      may: check.may,
      setLive: (take) => parts.setLive(camera, take),
      nextTake: () => {
        takes += 1;
        return takes;
      },
      onFault: (error) => parts.log('a broadcast could not go on', { camera, err: error }),
    });
    audiences.set(camera, audience);
    return audience;
  }
  const watching = (): number =>
    [...audiences.values()].reduce((sum, audience) => sum + audience.size, asking.size);
  const isKnown = (watch: WatchId): boolean =>
    asking.has(watch) || [...audiences.values()].some((audience) => audience.has(watch));
  const forgetEmpty = () => {
    for (const [camera, audience] of audiences) if (audience.size === 0) audiences.delete(camera);
  };

  async function watch(order: WatchOrder): Promise<void> {
    const mine = {};
    asking.set(order.watch, mine);
    const { request, refused } = await check.admit(order);
    if (asking.get(order.watch) !== mine) return;
    asking.delete(order.watch);
    // The log may have grown while the request was looked at.
    if (request !== null && check.may(request)) audienceOf(request.camera).join(order.watch, request);
    else tell({ kind: 'trouble', watch: order.watch, reason: refused ?? 'refused' });
  }

  return {
    order: (order) => {
      if (order.kind === 'log') {
        follower
          .readNow()
          .catch((error: unknown) => parts.log('the home log could not be read', { err: error }));
        return true;
      }
      if (order.kind === 'leave') {
        asking.delete(order.watch);
        for (const audience of audiences.values()) audience.leave(order.watch, order.reason);
        forgetEmpty();
        return true;
      }
      if (isKnown(order.watch)) return false;
      if (watching() >= WATCHES_MAX) tell({ kind: 'trouble', watch: order.watch, reason: 'busy' });
      else void watch(order);
      return true;
    },
    fromCamera: (camera, message) => {
      audiences.get(camera)?.fromCamera(message);
      forgetEmpty();
    },
    homeChanged: () => {
      for (const audience of audiences.values()) audience.homeChanged();
      forgetEmpty();
    },
    linkLost: () => {
      asking.clear();
      for (const audience of audiences.values()) audience.end();
      forgetEmpty();
    },
  };
}
