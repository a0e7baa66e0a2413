import type { CacheParts } from './cache.ts';
import { refuse } from './errors.ts';
import { createFetcher, type Fetched } from './fetcher.ts';
import { type KeyParts, wireKeys } from './keys.ts';
import { createLoader, type Load, loadedOf, type Sourced } from './loader.ts';
import { createNear } from './near.ts';
import type { Frozen, Schema } from './schema.ts';
import { createStore } from './store.ts';

export interface EntryOptions<Scope extends string, Key extends KeyParts, Value> {
  /** One entry in the namespace has this name, in every process of the fleet. */
  readonly name: string;
  /** The parts of a key, in the order in which they stand in it; all of them. */
  readonly key: readonly (keyof Key & string)[];
  readonly schema: Schema<Value>;
  /** How long a value is good; up to a tenth less, drawn for each, so that what was loaded together does not end together. */
  readonly ttlMilliseconds: number;
  /** How long "there is nothing" is good; 0, the default, keeps no such answer. */
  readonly absentMilliseconds?: number;
  /** For so long after its time a value may still be answered, while it is loaded anew; 0, the default, never. */
  readonly staleMilliseconds?: number;
  /** How long this process answers without asking Redis: the longest that it may miss an invalidation elsewhere; 1,000. */
  readonly nearMilliseconds?: number;
  /** Memory of this entry in this process; 8 MiB. */
  readonly nearBytesMax?: number;
  /** How long the source may take; 5,000. */
  readonly loadMilliseconds?: number;
  /** Fetches it from the source. One at a time for each key, over the whole fleet, while Redis is there. */
  readonly load: Load<Scope, Key, Value>;
}

export interface Entry<Scope extends string, Key extends KeyParts, Value> {
  /**
   * The value of this key in this scope; undefined where the source has nothing. Frozen, and shared by all who ask.
   * @throws CacheError `misused`, `overloaded`, `load-timeout`, `bad-value`, `closed`; what the loader throws; the signal's
   * reason. A cache that is away, slow or wrong is no error.
   */
  readonly get: (
    scope: Scope,
    key: Key,
    options?: { readonly signal?: AbortSignal | undefined },
  ) => Promise<Frozen<Value> | undefined>;
  /** As `get`, for many keys of one scope by one question to Redis; in their order. One that fails, fails all. */
  readonly getMany: (scope: Scope, keys: readonly Key[]) => Promise<(Frozen<Value> | undefined)[]>;
  /**
   * Stores what the source has now, unless something newer is there. @throws CacheError `misused` without a version from 1,
   * `bad-value`, `unreachable` where nobody knows whether it is stored
   */
  readonly put: (
    scope: Scope,
    key: Key,
    sourced: { readonly value: Value | undefined; readonly version: number },
  ) => Promise<void>;
  /**
   * What was loaded before is not answered any more: here at once, in other processes after `nearMilliseconds` at the
   * latest. With a version, only what is older; and nothing older is stored from then on, for as long as the entry lives.
   * @throws CacheError `unreachable` where nobody knows whether it is done: try again, or it ends with its ttl
   */
  readonly invalidate: (scope: Scope, key: Key, options?: { readonly version?: number }) => Promise<void>;
}

/** What a cache does with its entries beside asking them. */
export interface EntryControl {
  readonly drop: (wire: string) => void;
  readonly clear: () => void;
}

const NEAR_MILLISECONDS = 1_000;
const NEAR_BYTES_MAX = 8 * 1024 * 1024;
const LOAD_MILLISECONDS = 5_000;

export function createEntry<Scope extends string, Key extends KeyParts, Value>(
  parts: CacheParts,
  options: EntryOptions<Scope, Key, Value>,
): { readonly entry: Entry<Scope, Key, Value>; readonly control: EntryControl } {
  const { clock, observe, namespace } = parts;
  const { name, schema } = options;
  const wireOf = wireKeys({ namespace, name, parts: options.key });
  const near = createNear<Frozen<Value>>(options.nearBytesMax ?? NEAR_BYTES_MAX, clock);
  const times = {
    ttlMilliseconds: positive(options.ttlMilliseconds, 'ttlMilliseconds'),
    absentMilliseconds: finite(options.absentMilliseconds ?? 0, 'absentMilliseconds'),
    staleMilliseconds: finite(options.staleMilliseconds ?? 0, 'staleMilliseconds'),
    nearMilliseconds: finite(options.nearMilliseconds ?? NEAR_MILLISECONDS, 'nearMilliseconds'),
  };
  const store = createStore<Value>({ ...parts, near, name, schema, times });
  const loadMilliseconds = positive(options.loadMilliseconds ?? LOAD_MILLISECONDS, 'loadMilliseconds');
  const load = createLoader({ ...parts, name, schema, loadMilliseconds, load: options.load });
  const fetcher = createFetcher<Scope, Key, Value>({
    ...parts,
    near,
    store,
    load,
    loadMilliseconds,
    nearMilliseconds: times.nearMilliseconds,
  });

  const told = (startedAt: number, { origin, value }: Pick<Fetched<Value>, 'origin' | 'value'>) =>
    observe({
      type: 'get',
      entry: name,
      origin,
      absent: value === undefined,
      startedAt,
      milliseconds: clock.elapsed() - startedAt,
    });
  const failed = (startedAt: number) => (error: unknown) => {
    told(startedAt, { origin: 'failed', value: undefined });
    throw error;
  };
  const versionOf = (version: number, least: number): number =>
    Number.isSafeInteger(version) && version >= least
      ? version
      : refuse('misused', `${version} is no version: it has to be a whole number from ${least}.`);

  const entry: Entry<Scope, Key, Value> = {
    get: async (scope, key, { signal } = {}) => {
      parts.assertOpen();
      signal?.throwIfAborted();
      const startedAt = clock.elapsed();
      const wire = wireOf(scope, key);
      const held = near.fresh(wire);
      if (held !== undefined) {
        told(startedAt, { origin: 'near', value: held.value });
        return held.value;
      }
      let fetched: Fetched<Value>;
      try {
        const fetching = fetcher.one(wire, scope, key);
        fetched = await (signal === undefined ? fetching : unlessAborted(signal, fetching));
      } catch (error) {
        return failed(startedAt)(error);
      }
      told(startedAt, fetched);
      return fetched.value;
    },
    getMany: async (scope, keys) => {
      parts.assertOpen();
      const startedAt = clock.elapsed();
      const fetched = await fetcher
        .many(
          scope,
          keys.map((key) => ({ key, wire: wireOf(scope, key) })),
        )
        .catch(failed(startedAt));
      for (const each of fetched) told(startedAt, each);
      return fetched.map(({ value }) => value);
    },
    put: async (scope, key, { value, version }) => {
      parts.assertOpen();
      const wire = wireOf(scope, key);
      const sourced: Sourced<Value> = { value, version: versionOf(version, 1) };
      const loaded = loadedOf(schema, sourced);
      fetcher.drop(wire, version);
      await store.put(wire, loaded);
    },
    // What is asked from here on goes out behind it, on the same connection.
    invalidate: async (scope, key, { version } = {}) => {
      parts.assertOpen();
      const wire = wireOf(scope, key);
      const floor = version === undefined ? undefined : versionOf(version, 1);
      fetcher.drop(wire, floor);
      await store.invalidate(wire, floor);
    },
  };
  return { entry, control: { drop: (wire) => fetcher.drop(wire), clear: fetcher.clear } };
}

function finite(milliseconds: number, name: string): number {
  return milliseconds >= 0 && Number.isFinite(milliseconds)
    ? milliseconds
    : refuse('misused', `${name} has to be a number of milliseconds.`);
}

function positive(milliseconds: number, name: string): number {
  return finite(milliseconds, name) > 0 ? milliseconds : refuse('misused', `${name} has to be more than 0.`);
}

/** Whoever gives up leaves; what they asked for goes on, because others may wait for it and its reply has to be read. */
function unlessAborted<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
