/** Requests that the cloud has told to come again, and that will by themselves. */
let waiting = 0;
const listeners = new Set<() => void>();

const change = (by: 1 | -1): void => {
  waiting += by;
  for (const told of listeners) told();
};

/** Whether anything waits for its turn at the cloud, for `useSyncExternalStore`. */
export const turns = {
  isWaiting: (): boolean => waiting > 0,
  subscribe: (told: () => void): (() => void) => {
    listeners.add(told);
    return () => listeners.delete(told);
  },
};

/** Waits so long, or until the signal; meanwhile it is known that somebody waits. */
export async function waitForTurn(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  const left = (): void => resolve();
  signal?.addEventListener('abort', left);
  if (signal?.aborted) left();
  change(1);
  await promise;
  change(-1);
  clearTimeout(timer);
  signal?.removeEventListener('abort', left);
}
