import { createLink } from '@nightlatch/agent/live/link';
import { openSocket } from '@nightlatch/agent/live/socket';
import { systemClock } from '@nightlatch/agent/uplink/clock';
import { keepInMemory } from '@nightlatch/agent/uplink/comeback';

const LOOK_MILLISECONDS = 20;

/** Agents by the real code of the link, without cameras. */
export interface Fleet {
  /** Tries for a link so far. */
  readonly attempts: number;
  readonly linked: number;
  /** The shortest window that any agent was told last, in milliseconds. */
  windowMilliseconds(): number;
  /** Resolves when all have a link. */
  whole(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

export function startFleet(serverUrl: string, tokens: readonly string[]): Fleet {
  const stop = new AbortController();
  const count = { attempts: 0, linked: 0 };
  const stores = tokens.map(() => keepInMemory());
  const open: typeof openSocket = (parts, serve) => {
    count.attempts += 1;
    return openSocket(parts, (socket) => {
      count.linked += 1;
      socket.once('close', () => {
        count.linked -= 1;
      });
      return serve(socket);
    });
  };
  const links = tokens.map((token, at) =>
    createLink({
      ...{ serverUrl, clock: systemClock, comeback: stores[at] ?? keepInMemory(), open },
      client: { signedIn: (act) => act(token) },
      monotonic: () => performance.now(),
      fraction: Math.random,
      onOrder: () => true,
      onLost: () => {},
      log: () => {},
    }),
  );
  const running = links.map((link) => link.run(stop.signal));
  return {
    get attempts() {
      return count.attempts;
    },
    get linked() {
      return count.linked;
    },
    windowMilliseconds: () => Math.min(...stores.map(({ kept }) => kept.slot?.windowMilliseconds ?? 0)),
    whole: async (signal) => {
      while (count.linked < tokens.length)
        await systemClock.sleep(LOOK_MILLISECONDS, AbortSignal.any([signal, stop.signal]));
      signal.throwIfAborted();
    },
    stop: async () => {
      stop.abort();
      await Promise.all(running);
    },
  };
}
