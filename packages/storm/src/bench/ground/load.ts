export interface Load {
  readonly perSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  /** Of this process, the client: user and system time for one check. */
  readonly clientMicroseconds: number;
}

interface LoadOptions {
  readonly inFlight: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** How many checks one operation makes; rate and CPU are told per check. */
  readonly checks?: number;
}

const WARM_UP_PART = 0.25;

/**
 * Keeps `inFlight` operations under way for `seconds`, after a warm-up of a quarter of that. A closed loop: the next
 * one begins when one is answered. Whatever throws ends the measurement.
 */
export async function loadWith(
  operation: (turn: number) => Promise<unknown>,
  { inFlight, seconds, signal, checks = 1 }: LoadOptions,
): Promise<Load> {
  let turn = 0;
  const during = async (lengthSeconds: number, latencies: number[]) => {
    const until = performance.now() + lengthSeconds * 1000;
    await Promise.all(
      Array.from({ length: inFlight }, async () => {
        for (let begun = performance.now(); begun < until; ) {
          signal.throwIfAborted();
          await operation(turn++);
          const now = performance.now();
          latencies.push(now - begun);
          begun = now;
        }
      }),
    );
  };
  await during(seconds * WARM_UP_PART, []);
  const latencies: number[] = [];
  const begun = performance.now();
  const cpu = process.cpuUsage();
  await during(seconds, latencies);
  const elapsed = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  const sorted = Float64Array.from(latencies).sort();
  const quantile = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN;
  return {
    perSecond: ((sorted.length * checks) / elapsed) * 1000,
    p50Milliseconds: quantile(0.5),
    p99Milliseconds: quantile(0.99),
    clientMicroseconds: (user + system) / (sorted.length * checks),
  };
}
