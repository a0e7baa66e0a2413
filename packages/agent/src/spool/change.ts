/** Wakes those who wait for something to change. A wait ends at the next change, or when its time or signal ends. */
export interface Change {
  tell(): void;
  wait(timeoutMilliseconds: number, signal: AbortSignal): Promise<void>;
}

export function createChange(): Change {
  const waiting = new Set<() => void>();
  return {
    tell: () => {
      for (const wake of [...waiting]) wake();
    },
    wait: (timeoutMilliseconds, signal) =>
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
        if (signal.aborted) wake();
      }),
  };
}
