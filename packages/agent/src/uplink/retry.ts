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
