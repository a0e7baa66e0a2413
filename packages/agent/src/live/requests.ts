import type { AgentId } from '@nightlatch/protocol/ids';
import type { LinkOrder, LiveRequest } from '@nightlatch/protocol/live';
import { VaultError } from '@nightlatch/vault/errors';
import type { HomeState } from '@nightlatch/vault/homelog';
import { verifyLiveRequest } from '@nightlatch/vault/live-keys';
import type { HomeFollower } from '../pairing/home-follower.ts';

export type WatchOrder = Extract<LinkOrder, { kind: 'watch' }>;
export type Admission =
  | { readonly request: LiveRequest; readonly refused: null }
  | { readonly request: null; readonly refused: 'refused' | 'busy' };

/** Clocks at home and of phones differ by minutes at worst. */
const REQUEST_AGE_MILLISECONDS_MAX = 600_000;
/** Ephemeral keys that are remembered, each until its request is too old anyway. */
const REMEMBERED_KEYS_MAX = 4096;

/** Who wants to watch which camera of which home. */
export type Asked = Pick<LiveRequest, 'home' | 'camera' | 'viewer'>;

/** What stands between a request and a key, each by itself; a test takes one out to show what it stops. */
export interface RequestGuards {
  /** Whether the home log gives this account of this home this camera at this agent. */
  readonly inLog: (log: HomeState, agent: AgentId, asked: Asked) => boolean;
  /** The viewer's signature, over exactly this home, camera, agent and viewer. */
  readonly verify: typeof verifyLiveRequest;
  /** A log of the cloud's that this agent does not obey means that it does not know who was removed. */
  readonly isObeyed: (problem: string | null) => boolean;
  readonly inTime: (requestedAt: number, now: number) => boolean;
  /** Whether the ephemeral key was answered before. */
  readonly isUsed: (used: ReadonlyMap<string, number>, ephemeralKey: string) => boolean;
}

export const REQUEST_GUARDS: RequestGuards = {
  inLog: (log, agent, { home, camera, viewer }) =>
    log.home === home && log.owner === viewer && log.cameras.get(camera)?.agent === agent,
  verify: verifyLiveRequest,
  isObeyed: (problem) => problem === null,
  inTime: (requestedAt, now) => Math.abs(now - requestedAt) <= REQUEST_AGE_MILLISECONDS_MAX,
  isUsed: (used, ephemeralKey) => used.has(ephemeralKey),
};

export interface RequestCheckParts {
  readonly follower: Pick<HomeFollower, 'home' | 'problem' | 'readNow'>;
  readonly agent: AgentId;
  readonly now: () => number;
  readonly guards: RequestGuards;
}

export interface RequestCheck {
  admit(order: WatchOrder): Promise<Admission>;
  /** By the home log as it is here now. */
  may(asked: Asked): boolean;
}

/** Checks requests against the pinned home log, and takes no ephemeral key twice. */
export function createRequestCheck({ follower, agent, now, guards }: RequestCheckParts): RequestCheck {
  /** Ephemeral keys with the time after which they would be too old. */
  const used = new Map<string, number>();

  const may: RequestCheck['may'] = (asked) => {
    const log = follower.home();
    return log !== null && guards.isObeyed(follower.problem()) && guards.inLog(log, agent, asked);
  };

  async function verified({ home, camera, request: jws }: WatchOrder): Promise<LiveRequest | null> {
    const known = follower.home();
    if (known === null || !may({ home, camera, viewer: known.owner })) return null;
    try {
      return await guards.verify(jws, {
        home,
        camera,
        agent,
        viewer: known.owner,
        viewerKey: known.ownerSigningKey,
      });
    } catch (error) {
      if (error instanceof VaultError) return null;
      throw error;
    }
  }

  async function afterReading(order: WatchOrder): Promise<LiveRequest | null> {
    await follower.readNow();
    return verified(order);
  }

  const refuse = (refused: 'refused' | 'busy'): Admission => ({ request: null, refused });

  return {
    may,
    async admit(order) {
      let request: LiveRequest | null;
      try {
        request = (await verified(order)) ?? (await afterReading(order));
      } catch {
        // The log could not be read: it may be fine, and it is not known to be.
        return refuse('busy');
      }
      if (request === null) return refuse('refused');
      const time = now();
      for (const [key, until] of used) if (until < time) used.delete(key);
      if (!guards.inTime(request.requestedAt, time) || guards.isUsed(used, request.ephemeralKey))
        return refuse('refused');
      if (used.size >= REMEMBERED_KEYS_MAX) return refuse('busy');
      used.set(request.ephemeralKey, request.requestedAt + REQUEST_AGE_MILLISECONDS_MAX);
      return { request, refused: null };
    },
  };
}
