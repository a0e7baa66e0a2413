import { type Clock, fraction, type RandomBytes } from './clock.ts';

export interface BreakerLimits {
  /** The longest pause before the first attempt after a failure. */
  readonly pauseMilliseconds: number;
  /** ... after many in a row. */
  readonly pauseMillisecondsMax: number;
  /** A connection that held so long begins the row anew. */
  readonly steadyMilliseconds: number;
}

export interface Breaker {
  readonly opened: () => void;
  /** The connection has failed, or there was none to be had. How long to do without, in milliseconds. */
  readonly failed: () => number;
}

/**
 * The breaker is the connection itself: it fails as a whole, and until the next one is there everything goes around it. The
 * pause between them is drawn anew each time, below a bound that doubles with each failure in a row, so that a fleet does not
 * come back as one.
 */
export function createBreaker(
  { pauseMilliseconds, pauseMillisecondsMax, steadyMilliseconds }: BreakerLimits,
  clock: Clock,
  random: RandomBytes,
): Breaker {
  let failures = 0;
  let openedAt: number | undefined;
  return {
    opened: () => {
      openedAt = clock.elapsed();
    },
    failed: () => {
      const steady = openedAt !== undefined && clock.elapsed() - openedAt >= steadyMilliseconds;
      failures = steady ? 1 : failures + 1;
      openedAt = undefined;
      const most = Math.min(pauseMillisecondsMax, pauseMilliseconds * 2 ** Math.min(failures - 1, 30));
      return most * fraction(random);
    },
  };
}
