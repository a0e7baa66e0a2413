/** One waiter, many who may wake it. A ring while nobody waits is kept for the next wait. */
export interface Bell {
  ring(): void;
  /** Resolves at a ring, or after `milliseconds` (null: never by itself); rejects when `signal` aborts. */
  wait(milliseconds: number | null, signal: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    wait(milliseconds, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const timer = milliseconds === null ? null : setTimeout(() => done(), milliseconds);
        const abandoned = () => {
          finish();
          reject(signal.reason);
        };
        const finish = () => {
          if (timer !== null) clearTimeout(timer);
          signal.removeEventListener('abort', abandoned);
          wake = null;
          rung = false;
        };
        const done = () => {
          finish();
          resolve();
        };
        signal.addEventListener('abort', abandoned, { once: true });
        wake = done;
        if (rung) done();
      });
    },
  };
}
