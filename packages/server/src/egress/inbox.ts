import type { StreamMessage } from '@nightlatch/protocol/events';

/** Messages that wait for one reader, bounded. Nothing is lost in silence: an inbox that would overflow closes. */
export function createInbox(waitingMax: number) {
  const waiting: StreamMessage[] = [];
  let closed = false;
  let woken = false;
  let wakeReader = (): void => {};

  return {
    put: (message: StreamMessage): void => {
      // These say only "look again": one that waits says it for both.
      if (message.kind !== 'event' && waiting.some(({ kind }) => kind === message.kind)) return;
      if (waiting.length >= waitingMax) closed = true;
      else waiting.push(message);
      wakeReader();
    },
    /** The reader goes on with `nothing`. */
    wake: (): void => {
      woken = true;
      wakeReader();
    },
    close: (): void => {
      closed = true;
      wakeReader();
    },
    /** The next message; `nothing` when there was none for so long or the reader was woken. */
    next: async (patienceMilliseconds: number): Promise<StreamMessage | 'nothing' | 'closed'> => {
      if (!closed && !woken && waiting.length === 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, patienceMilliseconds);
          wakeReader = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wakeReader = () => {};
      }
      if (closed) return 'closed';
      if (woken) {
        woken = false;
        return 'nothing';
      }
      return waiting.shift() ?? 'nothing';
    },
  };
}
