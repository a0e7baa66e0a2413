import type { ReconnectSlot } from '@nightlatch/protocol/live';
import { CloudAway } from './failures.ts';

export interface Backoff {
  readonly baseMilliseconds: number;
  readonly capMilliseconds: number;
}

export const BACKOFF: Backoff = { baseMilliseconds: 1000, capMilliseconds: 60_000 };

/**
 * Capped full jitter: anything from nothing to the doubled wait, so that a fleet that failed together does not come
 * back together. What the cloud asked for by `Retry-After` is waited in any case.
 * @param failures how many tries have failed in a row, from 1
 * @param fraction random, from 0 to 1
 */
export function delayMilliseconds(
  failures: number,
  error: unknown,
  fraction: number,
  backoff: Backoff = BACKOFF,
): number {
  const ceiling = Math.min(backoff.capMilliseconds, backoff.baseMilliseconds * 2 ** Math.min(failures, 16));
  const asked = error instanceof CloudAway ? error.retryAfterSeconds * 1000 : 0;
  return asked + ceiling * fraction;
}

/** So often in a row the cloud's own word is enough; whoever says it more often may be no cloud that counts. */
const HINTS_MAX = 3;
/** `Retry-After` is in whole seconds. */
const HINT_MILLISECONDS = 1000;

/**
 * When to try for a link again. The cloud has spread the agents already, by the times that it told in refusals or by the
 * slots that it gave in advance: more jitter would only leave holes. Without either, capped full jitter.
 */
export function comebackMilliseconds(lost: {
  readonly failures: number;
  readonly error: unknown;
  readonly slot: ReconnectSlot | null;
  readonly now: number;
  /** Random, from 0 to 1. */
  readonly fraction: number;
}): number {
  const { failures, error, slot, now, fraction } = lost;
  const asked = error instanceof CloudAway ? error.retryAfterSeconds * 1000 : 0;
  if (asked > 0)
    return failures > HINTS_MAX
      ? delayMilliseconds(failures, error, fraction)
      : asked + HINT_MILLISECONDS * fraction;
  if (slot === null) return delayMilliseconds(failures, error, fraction);
  // A try that failed was in this window's slot: the next is in the next window.
  return slotMilliseconds(slot, now, failures > 1 ? slot.windowMilliseconds / 2 : 0);
}

/** Until the slot's next moment that is at least so far away. */
export function slotMilliseconds(
  { position, windowMilliseconds }: ReconnectSlot,
  now: number,
  atLeastMilliseconds = 0,
): number {
  const from = now + atLeastMilliseconds;
  const rest = (position * windowMilliseconds - from) % windowMilliseconds;
  return atLeastMilliseconds + (rest < 0 ? rest + windowMilliseconds : rest);
}
