import { NightlatchError } from '@nightlatch/protocol/errors';
import { createLine, createServiceRate } from './line.ts';

/** Who goes first when not all can. Health never waits. */
export const PRIORITIES = ['health', 'revocation', 'live', 'metadata', 'media'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** More has come than can be done in time. Nothing was done for this one, not even a look at who asks. */
export class Overload extends NightlatchError {
  constructor(retryAfterSeconds = 1) {
    super(
      'unavailable',
      'Very many ask at once, and the cloud takes them in turn. Nothing was changed and nothing was lost; try again when it says.',
      { retryAfterSeconds },
    );
  }
}

/** Somebody's turn to have work done, until it is disposed of; twice is once. */
export type Turn = Disposable;

export interface Admission {
  /** Resolves when it is this one's turn. Throws `Overload` as soon as it is clear that it would come too late. */
  enter(priority: Priority): Promise<Turn>;
  /** How many have their turn now, how many wait for it, and how many were refused so far. */
  readonly counts: { readonly underWay: number; readonly waiting: number; readonly refused: number };
}

export interface AdmissionLimits {
  readonly underWayMax: number;
  /** Nobody waits longer: less than clients have patience, or work would be done for those who have left. */
  readonly patienceMilliseconds: number;
}

/** More under way would wait for each other in the database, where nobody is more urgent than anybody. */
const LIMITS: AdmissionLimits = { underWayMax: 128, patienceMilliseconds: 5_000 };

interface Waiting {
  readonly since: number;
  readonly begin: (turn: Turn) => void;
  readonly refuse: () => void;
}

const later = (milliseconds: number, action: () => void): void =>
  void setTimeout(action, milliseconds).unref();

/**
 * Takes in turn what the server is asked to do, before any work is done for it. As many wait as can be served within
 * their patience, by the rate of the last second; of more, the least urgent are refused. Each who is refused is told
 * another moment to come again, one behind the other of the same priority at that same rate, so that they do not come back together.
 */
export function createAdmission(options: {
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number;
  readonly after?: (milliseconds: number, action: () => void) => void;
  readonly limits?: Partial<AdmissionLimits>;
}): Admission {
  const { monotonic, after = later } = options;
  const { underWayMax, patienceMilliseconds } = { ...LIMITS, ...options.limits };
  const queues = PRIORITIES.map(() => new Set<Waiting>());
  const counts = { underWay: 0, waiting: 0, refused: 0 };
  /** At least those that have their turn now: they may all have begun within this second. */
  const rate = createServiceRate({ monotonic, perSecondMin: underWayMax });
  /** Of each priority by itself: who is refused the least urgent things keeps nobody else away for longer. */
  const lines = PRIORITIES.map(() => createLine(rate, monotonic));
  let isWatched = false;

  const refusal = (rank: number): Overload => {
    counts.refused += 1;
    return new Overload(lines[rank]?.next(counts.waiting));
  };
  const begin = (): Turn => {
    counts.underWay += 1;
    let over = false;
    return {
      [Symbol.dispose]: () => {
        if (over) return;
        over = true;
        counts.underWay -= 1;
        rate.served();
        beginNext();
      },
    };
  };
  const take = (queue: Set<Waiting>): Waiting | undefined => {
    const [first] = queue;
    if (first === undefined) return undefined;
    queue.delete(first);
    counts.waiting -= 1;
    return first;
  };
  const refuseTheLate = (now: number): void => {
    for (const queue of queues)
      for (const one of queue) {
        if (now - one.since <= patienceMilliseconds) break;
        take(queue)?.refuse();
      }
  };
  /** Whoever waits is refused in time, also where nobody else comes or goes. */
  const watch = (now: number): void => {
    const oldest = queues.flatMap(([first]) => first?.since ?? []);
    if (isWatched || oldest.length === 0) return;
    isWatched = true;
    after(Math.min(...oldest) + patienceMilliseconds + 1 - now, () => {
      isWatched = false;
      const then = monotonic();
      refuseTheLate(then);
      watch(then);
    });
  };
  function beginNext(): void {
    refuseTheLate(monotonic());
    if (counts.underWay >= underWayMax) return;
    for (const queue of queues) {
      const next = take(queue);
      if (next === undefined) continue;
      next.begin(begin());
      return;
    }
  }
  /** Makes room by refusing the one that has waited longest of the least urgent, if those are less urgent than this. */
  const makeRoom = (rank: number): boolean => {
    for (let lowest = queues.length - 1; lowest > rank; lowest--) {
      const evicted = take(queues[lowest] ?? new Set());
      if (evicted === undefined) continue;
      evicted.refuse();
      return true;
    }
    return false;
  };

  return {
    counts,
    enter: async (priority) => {
      if (priority === 'health') return { [Symbol.dispose]: () => {} };
      if (counts.underWay < underWayMax && counts.waiting === 0) return begin();
      const since = monotonic();
      refuseTheLate(since);
      const rank = PRIORITIES.indexOf(priority);
      const waitingMax = Math.max(underWayMax, (rate.perSecond() * patienceMilliseconds) / 1000);
      if (counts.waiting >= waitingMax && !makeRoom(rank)) throw refusal(rank);
      return new Promise((resolve, reject) => {
        queues[rank]?.add({ since, begin: resolve, refuse: () => reject(refusal(rank)) });
        counts.waiting += 1;
        watch(since);
      });
    },
  };
}
