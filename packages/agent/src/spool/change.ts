/** Wakes those who wait for something to change. */
export interface Change {
  tell(): void;
  /** Counts the changes. */
  count(): number;
  /**
   * Ends at once when there was a change after `seen` was counted, else at the next one, or when the time or the signal
   * ends. Who counts before looking and waits after it misses nothing.
   */
  wait(seen: number, timeoutMilliseconds: number, signal: AbortSignal): Promise<void>;
}

export function createChange(): Change {
  const waiting = new Set<() => void>();
  let count = 0;
  return {
    tell: () => {
      count += 1;
      for (const wake of [...waiting]) wake();
    },
    count: () => count,
    wait: (seen, timeoutMilliseconds, signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, timeoutMilliseconds);
        waiting.add(wake);
        signal.addEventListener('abort', wake);
        if (signal.aborted || count !== seen) wake();
      }),
  };
}
