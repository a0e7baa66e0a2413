const FIRST_DELAY_MILLISECONDS = 1_000;
const LONGEST_DELAY_MILLISECONDS = 30_000;
const SHORTEST_DELAY_MILLISECONDS = 250;

/**
 * Capped full jitter: somewhere between the shortest delay and twice as far as last time, at most 30 s, so that cameras
 * behind one switch do not all come back at once. `attempt` counts failures in a row from 1; `random` is from 0 to 1.
 */
export function reconnectDelay(attempt: number, random: () => number): number {
  const ceiling = Math.min(
    LONGEST_DELAY_MILLISECONDS,
    FIRST_DELAY_MILLISECONDS * 2 ** Math.min(attempt - 1, 16),
  );
  return Math.round(SHORTEST_DELAY_MILLISECONDS + random() * (ceiling - SHORTEST_DELAY_MILLISECONDS));
}
