import type { Driver } from './connections.ts';

/**
 * One connection, in a pool of the driver's of size one: so that a doubtful reply destroys its own socket and no other,
 * and so that a transaction knows that it stays on one connection.
 */
export interface Lane {
  readonly driver: Driver;
  /** Questions under way. */
  questions: number;
  /** The connection has closed at least once: what was begun on it is gone. */
  closed: boolean;
  /** It is thrown away and has a successor. */
  gone: boolean;
}

export interface Lanes {
  /** The lane with the fewest questions under way; questions follow each other on it without waiting for replies. */
  shared(): Lane;
  /** A lane of one's own, for a transaction; give it back with `release`. */
  exclusive(): Promise<Lane>;
  release(lane: Lane): void;
  /** Destroys the lane's socket with everything under way on it, and puts a new one in its place. */
  destroy(lane: Lane): void;
  end(): Promise<void>;
}

/** `open` makes a pool of one connection, which connects at its first question. */
export function makeLanes(
  counts: { readonly shared: number; readonly exclusive: number },
  open: (onClose: () => void) => Driver,
): Lanes {
  const makeLane = (): Lane => {
    const lane: Lane = {
      driver: open(() => {
        lane.closed = true;
      }),
      questions: 0,
      closed: false,
      gone: false,
    };
    return lane;
  };
  const shared = Array.from({ length: counts.shared }, makeLane);
  const free = Array.from({ length: counts.exclusive }, makeLane);
  const taken = new Set<Lane>();
  const waiting: ((lane: Lane) => void)[] = [];

  const discard = (lane: Lane): void => {
    lane.gone = true;
    void lane.driver.end(0).catch(() => {});
  };

  return {
    shared: () => shared.reduce((best, lane) => (lane.questions < best.questions ? lane : best)),

    exclusive: async () => {
      const lane = free.pop() ?? (await new Promise<Lane>((resolve) => waiting.push(resolve)));
      lane.closed = false;
      taken.add(lane);
      return lane;
    },

    release: (lane) => {
      taken.delete(lane);
      const next = lane.gone ? makeLane() : lane;
      const waiter = waiting.shift();
      if (waiter === undefined) free.push(next);
      else waiter(next);
    },

    destroy: (lane) => {
      if (lane.gone) return;
      discard(lane);
      const place = shared.indexOf(lane);
      if (place >= 0) shared[place] = makeLane();
    },

    end: async () => {
      await Promise.all([...shared, ...free, ...taken].map((lane) => lane.driver.end(5)));
    },
  };
}
