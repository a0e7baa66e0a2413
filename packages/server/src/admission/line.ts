const WINDOW_MILLISECONDS = 1_000;
/** Agents obey a quarter of an hour; who was refused comes back before that in any case. */
const RETRY_AFTER_MILLISECONDS_MAX = 600_000;

/** How many were served in a second lately. */
export interface ServiceRate {
  served(): void;
  /** Somebody had to wait, or was refused. */
  strained(): void;
  perSecond(): number;
}

/**
 * While there is no strain nobody knows what could be done, and `perSecondMin` is believed; in the second second of strain it is
 * known, and a server that does less says so.
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
  let before = { served: 0, isStrained: false };
  let now = { served: 0, isStrained: false };
  const roll = (): void => {
    const windows = Math.floor((monotonic() - windowBegan) / WINDOW_MILLISECONDS);
    if (windows < 1) return;
    before = windows === 1 ? now : { served: 0, isStrained: false };
    now = { served: 0, isStrained: false };
    windowBegan += windows * WINDOW_MILLISECONDS;
  };
  return {
    served: () => {
      roll();
      now.served += 1;
    },
    strained: () => {
      roll();
      now.isStrained = true;
    },
    perSecond: () => {
      roll();
      const isKnown = before.isStrained && now.isStrained;
      return Math.max(before.served, now.served, isKnown ? 1 : perSecondMin);
    },
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
