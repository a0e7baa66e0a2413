const WINDOW_MILLISECONDS = 1_000;
/** Agents obey a quarter of an hour; who was refused comes back before that in any case. */
const RETRY_AFTER_MILLISECONDS_MAX = 600_000;

/** How many were served in a second lately. */
export interface ServiceRate {
  served(): void;
  perSecond(): number;
}

/**
 * Less than `perSecondMin` is not believed: a server that has just started, or stands still for a second, would send those
 * who come away for many minutes.
 * @param options.monotonic milliseconds of a clock that nobody sets
 */
export function createServiceRate({
  monotonic,
  perSecondMin,
}: {
  readonly monotonic: () => number;
  readonly perSecondMin: number;
}): ServiceRate {
  let windowBegan = monotonic();
  let [before, now] = [0, 0];
  return {
    served: () => {
      const windows = Math.floor((monotonic() - windowBegan) / WINDOW_MILLISECONDS);
      if (windows > 0) {
        before = windows === 1 ? now : 0;
        now = 0;
        windowBegan += windows * WINDOW_MILLISECONDS;
      }
      now += 1;
    },
    perSecond: () => Math.max(before, now, perSecondMin),
  };
}

/** Those who were refused, and when each was told to come again: one behind the other, at the rate of those who are served. */
export interface Line {
  /** Whole seconds from now. `ahead`: how many wait before whoever comes back first. */
  next(ahead: number): number;
}

export function createLine(rate: ServiceRate, monotonic: () => number): Line {
  let bookedUntil = 0;
  return {
    next: (ahead) => {
      const [now, perSecond] = [monotonic(), rate.perSecond()];
      bookedUntil = Math.max(bookedUntil, now + (ahead / perSecond) * 1000) + 1000 / perSecond;
      return Math.ceil(((bookedUntil - now) % RETRY_AFTER_MILLISECONDS_MAX) / 1000);
    },
  };
}
