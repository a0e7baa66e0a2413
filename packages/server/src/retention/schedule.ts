import type { Logger } from 'pino';
import type { Sweep } from './sweep.ts';

const FIRST_SWEEP_MS = 60_000;
const SWEEP_EVERY_MS = 10 * 60_000;

/**
 * Sweeps now and again, never twice at once. Several servers may: each home's transaction holds a lock of its own.
 * Disposing stops after the batch under way.
 */
export function scheduleSweeps(options: {
  readonly sweep: Pick<Sweep, 'sweep'>;
  readonly log: Pick<Logger, 'info' | 'error'>;
  readonly firstMs?: number;
  readonly everyMs?: number;
}): AsyncDisposable {
  const { sweep, log, firstMs = FIRST_SWEEP_MS, everyMs = SWEEP_EVERY_MS } = options;
  const stop = new AbortController();
  let underWay: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const once = async (): Promise<void> => {
    try {
      const swept = await sweep.sweep(stop.signal);
      if (swept.deleted + swept.unlinked > 0) log.info({ swept }, 'deleted what homes do not keep');
    } catch (error) {
      log.error({ err: error }, 'the sweep failed; the next one tries again');
    }
    if (!stop.signal.aborted) plan(everyMs);
  };
  const plan = (afterMs: number): void => {
    timer = setTimeout(() => {
      underWay = once();
    }, afterMs);
    timer.unref();
  };
  plan(firstMs);
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      clearTimeout(timer);
      await underWay;
    },
  };
}
