import { setTimeout as sleep } from 'node:timers/promises';
import type { Struck } from './course.ts';

/**
 * Strikes at moments of the seed's choosing, on average `everySeconds`, until it is ended; a blow that has begun is finished.
 * `last` puts everything back. Answers by `end` how many blows there were.
 */
export function repeatedly(
  blow: () => Promise<void>,
  { everySeconds, random, last = async () => {} }: Rhythm,
): Struck {
  const stop = new AbortController();
  let blows = 0;
  const striking = (async () => {
    while (!stop.signal.aborted) {
      await blow();
      blows += 1;
      await sleep(everySeconds * 2000 * random(), undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  // Whoever ends it hears of it.
  striking.catch(() => undefined);
  return {
    end: async () => {
      stop.abort();
      await striking;
      await last();
      return blows;
    },
  };
}

interface Rhythm {
  readonly everySeconds: number;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly last?: () => Promise<void>;
}
