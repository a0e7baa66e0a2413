import { LRUCache } from 'lru-cache';
import type { Clock } from './clock.ts';
import type { Contents } from './envelope.ts';

/** A value in memory: what its envelope said, and what it is. */
export interface Held<Value> {
  readonly contents: Omit<Contents, 'text'>;
  /** As it was verified, or sealed; empty where there is none. What is the same need not be verified again. */
  readonly envelope: string;
  /** Undefined where the source has nothing. */
  readonly value: Value | undefined;
  /** By `elapsed`: until then it is answered without asking anybody. */
  freshUntil: number;
}

/** A moment: what was asked before something was invalidated is not kept after it. */
export type Mark = number;

/** The in-process tier of one entry: the least recently used goes when the bytes are full. */
export interface Near<Value> {
  /** What may be answered now. */
  readonly fresh: (wire: string) => Held<Value> | undefined;
  /** What was verified once and has not expired, fresh or not; or a floor. */
  readonly known: (wire: string) => Held<Value> | undefined;
  readonly mark: () => Mark;
  /** Keeps it, unless it is older than what is there or was invalidated since the mark. */
  readonly keep: (wire: string, held: Held<Value>, since: Mark) => void;
  /** What is there still stands, as of a later question. */
  readonly extend: (wire: string, held: Held<Value>, freshUntil: number, since: Mark) => void;
  /** With a version, only what is older. */
  readonly drop: (wire: string, below?: number) => void;
  /** Nothing older than this version is kept. */
  readonly raise: (wire: string, version: number, notAfter: number) => void;
  readonly clear: () => void;
}

const DROPS_REMEMBERED_MAX = 10_000;
/** Of the objects around a value, measured with `heapUsed`. */
const OVERHEAD_BYTES = 400;

export function createNear<Value>(bytesMax: number, clock: Clock): Near<Value> {
  const held = new LRUCache<string, Held<Value>>({
    maxSize: bytesMax,
    // A character of an envelope is two bytes at most, and becomes some bytes of objects.
    sizeCalculation: ({ envelope }, wire) => OVERHEAD_BYTES + wire.length * 2 + envelope.length * 5,
  });
  const drops = new Map<string, Mark>();
  let moment: Mark = 0;
  let forgotten: Mark = 0;

  const known = (wire: string) => {
    const found = held.get(wire);
    return found !== undefined && clock.now() < found.contents.notAfter ? found : undefined;
  };
  const dropped = (wire: string, since: Mark): boolean => since < forgotten || (drops.get(wire) ?? 0) > since;
  const forget = () => {
    drops.clear();
    forgotten = moment;
  };
  return {
    known,
    fresh: (wire) => {
      const found = held.get(wire);
      return found !== undefined &&
        found.contents.kind !== 'floor' &&
        clock.elapsed() < found.freshUntil &&
        clock.now() < found.contents.staleAt
        ? found
        : undefined;
    },
    mark: () => moment,
    extend: (wire, again, freshUntil, since) => {
      if (!dropped(wire, since)) again.freshUntil = Math.max(again.freshUntil, freshUntil);
    },
    keep: (wire, next, since) => {
      if (dropped(wire, since)) return;
      const before = known(wire);
      if (before !== undefined && before.contents.version > next.contents.version) return;
      held.set(wire, next);
    },
    drop: (wire, below = Number.POSITIVE_INFINITY) => {
      moment++;
      if (drops.size >= DROPS_REMEMBERED_MAX) forget();
      drops.set(wire, moment);
      const found = held.peek(wire);
      if (found !== undefined && found.contents.version < below) held.delete(wire);
    },
    raise: (wire, version, notAfter) => {
      const before = known(wire);
      if (before !== undefined && before.contents.version >= version) return;
      const contents = { kind: 'floor', version, staleAt: notAfter, notAfter } as const;
      held.set(wire, { contents, envelope: '', value: undefined, freshUntil: Number.NEGATIVE_INFINITY });
    },
    clear: () => {
      moment++;
      forget();
      held.clear();
    },
  };
}
