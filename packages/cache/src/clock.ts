/** Time, as the cache sees it; tests and simulations bring their own. */
export interface Clock {
  /** Wall clock in milliseconds since 1970: what processes of a fleet agree on, more or less. */
  readonly now: () => number;
  /** Milliseconds since some moment, without jumps. */
  readonly elapsed: () => number;
  /** Does something once after so many milliseconds; what it answers takes that back. */
  readonly after: (milliseconds: number, action: () => void) => () => void;
}

/** Random bytes of a cryptographic source. */
export type RandomBytes = (byteCount: number) => Uint8Array;

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
};

export const systemRandom: RandomBytes = (byteCount) => crypto.getRandomValues(new Uint8Array(byteCount));

/** A number from 0 up to and without 1. */
export function fraction(random: RandomBytes): number {
  const [one = 0, two = 0, three = 0, four = 0] = random(4);
  return (one * 2 ** 24 + two * 2 ** 16 + three * 2 ** 8 + four) / 2 ** 32;
}

/** A text that nobody can guess: hexadecimal, two characters for each byte. */
export const unguessable = (random: RandomBytes, byteCount: number): string =>
  Buffer.from(random(byteCount)).toString('hex');

/** Resolves after so many milliseconds. */
export const pause = (clock: Clock, milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });
