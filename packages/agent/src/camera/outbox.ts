import { messageBytes, type Told } from './messages.ts';

/** The pre-roll of a 20 Mbit/s camera goes out at once: 15 s of it are 37 MB. */
export const OUTBOX_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Counts what has been told and not yet been dealt with. The pull waits while it is full, so that a slow disk slows the
 * camera's connection down instead of filling memory.
 */
export function createOutbox(send: (message: Told) => void, maxBytes: number) {
  let underWay = 0;
  let waiting: (() => void)[] = [];

  return {
    tell(message: Told): void {
      underWay += messageBytes(message);
      send(message);
    },
    taken(bytes: number): void {
      underWay = Math.max(0, underWay - bytes);
      if (underWay > maxBytes) return;
      for (const go of waiting) go();
      waiting = [];
    },
    /** Resolves when there is room. */
    room(): Promise<void> {
      if (underWay <= maxBytes) return Promise.resolve();
      return new Promise((go) => waiting.push(go));
    },
  };
}
