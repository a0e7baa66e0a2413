import type { Readable } from 'node:stream';
import { NightlatchError } from '@nightlatch/protocol/errors';
import type { AccountId } from '@nightlatch/protocol/ids';
import { type AskedHome, homeKeys } from '../gate/asked.ts';
import type { EgressParts } from './egress.ts';

export interface DownloadLimits {
  /** A page of thumbnails and some players; each holds a file open for as long as its reader likes. */
  readonly downloadsPerAccountMax: number;
  readonly downloadsMax: number;
  /** The gate is asked at least this often while bytes go out, also when nobody has told of a change. */
  readonly recheckMilliseconds: number;
}

const LIMITS: DownloadLimits = {
  downloadsPerAccountMax: 256,
  downloadsMax: 8000,
  recheckMilliseconds: 15_000,
};

/** Whether somebody is still a member in a session that is live; whatever goes wrong is a no. */
export const memberAsOfNow =
  ({ gate, take }: Pick<EgressParts, 'gate' | 'take'>) =>
  async (asked: AskedHome): Promise<boolean> => {
    try {
      take(await gate.member(asked), { what: 'member', ...homeKeys(asked) });
      return true;
    } catch {
      return false;
    }
  };

/** One download: from before its delivery is written down until its last byte. */
export interface Watch {
  /** The bytes, cut off when the session or the membership ends; the watch then ends with them. */
  over(body: Readable): Readable;
  end(): void;
}

/**
 * Watches downloads that are under way: a clip of half a gigabyte may take as long as its reader likes, and what the
 * gate said at its first byte is not true for ever. Throws `too-many-attempts` for one more than an account may have.
 */
export function downloadWatches(parts: EgressParts, given: Partial<DownloadLimits>) {
  const { hub } = parts;
  const limits = { ...LIMITS, ...given };
  const mayStill = memberAsOfNow(parts);
  const underWay = new Map<AccountId, number>();
  let count = 0;

  return (asked: AskedHome): Watch => {
    const { account } = asked;
    const ofAccount = underWay.get(account) ?? 0;
    if (ofAccount >= limits.downloadsPerAccountMax || count >= limits.downloadsMax)
      throw new NightlatchError('too-many-attempts', 'Too many downloads at once; wait for some to end.', {
        retryAfterSeconds: 5,
      });
    underWay.set(account, ofAccount + 1);
    count += 1;

    let body: Readable | undefined;
    let changed = false;
    const look = async (): Promise<void> => {
      changed = true;
      if (body !== undefined && !(await mayStill(asked))) body.destroy();
    };
    const stops = [hub.onAccess(account, () => void look()), hub.onMissed(() => void look())];
    const timer = setInterval(() => void look(), limits.recheckMilliseconds);
    timer.unref();
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      for (const stop of stops) stop();
      count -= 1;
      const left = (underWay.get(account) ?? 1) - 1;
      if (left === 0) underWay.delete(account);
      else underWay.set(account, left);
    };
    return {
      over: (bytes) => {
        body = bytes;
        bytes.once('close', end);
        // It changed between the gate's word and here.
        if (changed) void look();
        return bytes;
      },
      end,
    };
  };
}
