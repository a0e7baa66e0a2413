import type { MismatchReport } from '@nightlatch/protocol/events';

const REPORTS_MAX = 200;
const TRIES_MAX = 4;

export interface Reporter {
  /** Tells the server once about each mismatch; never throws. */
  report(mismatch: MismatchReport): void;
}

/**
 * Sends each mismatch once, and tries again where the network failed: `wait(attempt)` says how long. Past
 * `REPORTS_MAX` different ones in one visit more reports would say nothing new.
 */
export function createReporter(
  send: (mismatch: MismatchReport) => Promise<void>,
  wait: (attempt: number) => Promise<void>,
): Reporter {
  const told = new Set<string>();
  return {
    report(mismatch) {
      const { what, asked, reason } = mismatch;
      const key = JSON.stringify([what, reason, asked.camera, asked.event, asked.kind]);
      if (told.has(key) || told.size >= REPORTS_MAX) return;
      told.add(key);
      void (async () => {
        for (let attempt = 1; attempt <= TRIES_MAX; attempt++) {
          try {
            return await send(mismatch);
          } catch {
            await wait(attempt);
          }
        }
      })();
    },
  };
}
