import type { Clock, RandomBytes } from '@nightlatch/cache/clock';

export interface ManualClock extends Clock {
  /** Moves both times on, and does what falls due, in its order. */
  readonly advance: (milliseconds: number) => void;
  /** Moves the wall clock alone, as somebody setting it would. */
  readonly jump: (milliseconds: number) => void;
  readonly pending: () => number;
}

export function manualClock(): ManualClock {
  let elapsed = 0;
  let wall = Date.UTC(2026, 0, 1);
  const due = new Set<{ readonly at: number; readonly action: () => void }>();
  return {
    now: () => wall,
    elapsed: () => elapsed,
    after: (milliseconds, action) => {
      const timer = { at: elapsed + milliseconds, action };
      due.add(timer);
      return () => due.delete(timer);
    },
    advance: (milliseconds) => {
      const until = elapsed + milliseconds;
      for (;;) {
        const [next] = [...due].filter(({ at }) => at <= until).sort((one, other) => one.at - other.at);
        if (next === undefined) break;
        due.delete(next);
        wall += Math.max(0, next.at - elapsed);
        elapsed = Math.max(elapsed, next.at);
        next.action();
      }
      wall += until - elapsed;
      elapsed = until;
    },
    jump: (milliseconds) => {
      wall += milliseconds;
    },
    pending: () => due.size,
  };
}

/** Bytes that a seed gives (mulberry32); nothing secret is made of them here. */
export function seededRandom(seed = 1): RandomBytes {
  let state = seed;
  return (byteCount) =>
    Uint8Array.from({ length: byteCount }, () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return (mixed ^ (mixed >>> 14)) & 0xff;
    });
}

/** Waits for a condition, and never for a time. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 100_000) throw new Error('what was waited for did not come');
    await new Promise(setImmediate);
  }
}
