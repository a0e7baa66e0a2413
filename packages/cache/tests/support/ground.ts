import {
  type ManualClock,
  manualClock,
  seededRandom,
  until,
} from '@nightlatch/storm/simulation/manual-clock';
import { type MemoryStore, memoryStore } from '@nightlatch/storm/simulation/memory-store';
import { z } from 'zod';
import { type Cache, type CacheOptions, createCache } from '../../src/cache.ts';
import type { EntryOptions } from '../../src/entry.ts';
import type { CacheEvent } from '../../src/observe.ts';

export const Camera = z.object({ home: z.string(), name: z.string() });
export type Camera = z.infer<typeof Camera>;
export interface CameraKey extends Record<string, string> {
  readonly camera: string;
}

export const KEYS = { current: { id: 'k1', secret: new Uint8Array(32).fill(1) } };

/** A source that remembers what it was asked, and answers when it is told to. */
export interface Source {
  readonly asked: string[];
  readonly rows: Map<string, { readonly value?: Camera | undefined; readonly version?: number }>;
  /** Keeps the answers, as of when they were asked for, until it is called off. */
  readonly hold: () => () => void;
}

function source(): Source & { readonly load: EntryOptions<string, CameraKey, Camera>['load'] } {
  const rows: Source['rows'] = new Map();
  const asked: string[] = [];
  let held: (() => void)[] | undefined;
  return {
    rows,
    asked,
    hold: () => {
      held = [];
      return () => {
        const all = held ?? [];
        held = undefined;
        for (const go of all) go();
      };
    },
    load: ({ scope, key: { camera } }) => {
      asked.push(`${scope} ${camera}`);
      const row = rows.get(`${scope} ${camera}`) ?? { value: { home: scope, name: camera } };
      return new Promise((resolve) => {
        if (held === undefined) resolve(row);
        else held.push(() => resolve(row));
      });
    },
  };
}

type CameraOptions = Partial<EntryOptions<string, CameraKey, Camera>>;

/** Caches on one made-up Redis, with one source and one clock. */
export function ground({ seed = 1 }: { seed?: number } = {}) {
  const clock: ManualClock = manualClock();
  const store: MemoryStore = memoryStore(clock);
  const origin = source();
  const random = seededRandom(seed);
  const cacheOf = (options: Partial<CacheOptions> = {}) => {
    const events: CacheEvent[] = [];
    const cache: Cache = createCache({
      namespace: 'test',
      keys: KEYS,
      transport: store.transport,
      clock,
      random,
      observe: (event) => events.push(event),
      ...options,
    });
    const cameras = (more: CameraOptions = {}) =>
      cache.entry<string, CameraKey, Camera>({
        name: 'camera',
        key: ['camera'],
        schema: Camera,
        ttlMilliseconds: 60_000,
        load: origin.load,
        ...more,
      });
    const connected = () => until(() => events.some(({ type }) => type === 'connected'));
    const last = () => events.findLast((event) => event.type === 'get');
    return { cache, events, cameras, connected, last };
  };
  return { clock, store, source: origin, cacheOf };
}

export const camera = (name: string): CameraKey => ({ camera: name });
/** The only value key of a store. */
export const onlyValue = (store: MemoryStore): string => {
  const [wire, ...more] = [...store.values.keys()].filter((key) => !key.startsWith('lease'));
  if (wire === undefined || more.length > 0) throw new Error('there is not exactly one value');
  return wire;
};
