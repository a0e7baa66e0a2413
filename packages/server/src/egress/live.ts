import { NightlatchError } from '@nightlatch/protocol/errors';
import type { AccountId } from '@nightlatch/protocol/ids';
import type { WebSocket } from 'ws';
import { type AskedCamera, type CameraContent, cameraKeys } from '../gate/camera.ts';
import type { Grant } from '../gate/grant.ts';
import type { EgressParts } from './egress.ts';
import type { WordLimits } from './standing-word.ts';
import { type OfAccount, type Viewing, view, watchSubject } from './viewing.ts';

export interface LiveLimits extends WordLimits {
  /** A wall of cameras in a few tabs. */
  readonly watchesPerAccountMax: number;
  readonly watchesMax: number;
  /** How long somebody may be connected without saying what for. */
  readonly requestMilliseconds: number;
  /** The gate is asked so often while a picture runs, for all in the same moment, and at once when told of a change. */
  readonly recheckMilliseconds: number;
  /** While more than this waits for a viewer, nothing more is sent; then it goes on at a key frame. See `createPace`. */
  readonly waitingBytesMax: number;
  /** What may wait for all viewers of an account together: a large key frame or burst may wait for each, beyond the above. */
  readonly waitingBytesPerAccountMax: number;
  /** Grants and troubles that wait for a viewer who does not read; with one more it has to come again. */
  readonly newsWaitingMax: number;
  readonly spanMilliseconds: number;
}

const LIMITS: LiveLimits = {
  watchesPerAccountMax: 128,
  watchesMax: 8000,
  requestMilliseconds: 10_000,
  // Answers that take up to three quarters of a second do not make a picture stand still.
  recheckMilliseconds: 250,
  questionsMax: 4,
  validMilliseconds: 1_000,
  // Longer than a reply of the database may take, so that one connection which hangs ends no picture.
  patienceMilliseconds: 10_000,
  // A second of a camera at 2 Mbit/s.
  waitingBytesMax: 256 * 1024,
  // The beginnings of a wall of sixteen cameras, all at once.
  waitingBytesPerAccountMax: 64 * 1024 * 1024,
  newsWaitingMax: 16,
  spanMilliseconds: 15_000,
};

/**
 * The way out of live pictures. The delivery is written down before the agent is even asked; each grant and each
 * record is compared with what this session asked for; and nothing leaves but by a word of the gate that still stands.
 */
export function liveEgress(parts: EgressParts, given: Partial<LiveLimits>) {
  const limits = { ...LIMITS, ...given };
  const underWay = new Map<AccountId, OfAccount>();
  const open = new Set<Viewing>();
  let stopped = false;

  // For all in the same moment, because the gate asks the database for all of a moment at once.
  const recheck = setInterval(() => {
    for (const viewing of open) viewing.look();
  }, limits.recheckMilliseconds);
  recheck.unref();

  const reserve = (account: AccountId): { readonly ofAccount: OfAccount; readonly release: () => void } => {
    const ofAccount = underWay.get(account) ?? { watches: 0, waitingBytes: 0 };
    if (ofAccount.watches >= limits.watchesPerAccountMax || open.size >= limits.watchesMax)
      throw new NightlatchError('too-many-attempts', 'Too many live pictures are open. Close some of them.', {
        retryAfterSeconds: 15,
      });
    underWay.set(account, ofAccount);
    ofAccount.watches += 1;
    const release = (): void => {
      ofAccount.watches -= 1;
      if (ofAccount.watches === 0) underWay.delete(account);
    };
    return { ofAccount, release };
  };

  return {
    /**
     * `upgrade` makes the socket, once it is sure that the caller may have one. Throws `too-many-attempts` for one that is
     * too many at once, or too soon.
     */
    live: async (
      grant: Grant<CameraContent>,
      asked: AskedCamera,
      upgrade: () => Promise<WebSocket>,
    ): Promise<void> => {
      const { agent } = parts.take(grant, { what: 'camera', ...cameraKeys(asked) });
      // A page that is open all night while the agent is away asks again and again: nothing is written down for it.
      const isCounted = parts.relay.reaches(agent, asked.home);
      if (isCounted) await parts.watchLimit(watchSubject(asked.account, agent));
      const { ofAccount, release } = reserve(asked.account);
      try {
        const viewing = view({ parts, limits, asked, agent, isCounted, ofAccount, socket: await upgrade() });
        open.add(viewing);
        if (stopped) viewing.close();
        void viewing.settled.then(() => {
          open.delete(viewing);
          release();
        });
      } catch (error) {
        release();
        throw error;
      }
    },
    /** Ends every live picture, and those that come later, for a server that stops; resolves when all of them are written down. */
    endLive: async (): Promise<void> => {
      stopped = true;
      clearInterval(recheck);
      const all = [...open];
      for (const viewing of all) viewing.close();
      await Promise.all(all.map(({ settled }) => settled));
    },
  };
}
