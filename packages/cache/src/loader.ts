import type { Clock } from './clock.ts';
import { CacheError, refuse } from './errors.ts';
import type { KeyParts } from './keys.ts';
import type { Observe } from './observe.ts';
import { decode, encode, type Frozen, type Schema } from './schema.ts';

export interface LoadQuestion<Scope extends string, Key extends KeyParts> {
  readonly scope: Scope;
  readonly key: Key;
  /** Aborted when the load has taken too long; nobody waits for it then. */
  readonly signal: AbortSignal;
}

/** What the source has. No value: there is nothing, and that is an answer. */
export interface Sourced<Value> {
  readonly value?: Value | undefined;
  /** A whole number that grows with every change of this very thing in the source; 0 or absent where there is none. */
  readonly version?: number | undefined;
}

export type Load<Scope extends string, Key extends KeyParts, Value> = (
  question: LoadQuestion<Scope, Key>,
) => Promise<Sourced<Value> | undefined>;

/** What was loaded, as it will be stored. */
export interface Loaded<Value> {
  readonly kind: 'value' | 'absent';
  readonly text: string;
  readonly value: Frozen<Value> | undefined;
  readonly version: number;
}

/** Counts what asks the source, over all entries of a cache. */
export interface LoadCount {
  readonly max: number;
  underWay: number;
}

export interface LoaderParts<Scope extends string, Key extends KeyParts, Value> {
  readonly name: string;
  readonly load: Load<Scope, Key, Value>;
  readonly schema: Schema<Value>;
  readonly loadMilliseconds: number;
  readonly count: LoadCount;
  readonly clock: Clock;
  readonly observe: Observe;
}

/** @throws CacheError `misused`, `bad-value` */
export function loadedOf<Value>(
  schema: Schema<Value>,
  { value, version = 0 }: Sourced<Value>,
): Loaded<Value> {
  if (!Number.isSafeInteger(version) || version < 0)
    refuse('misused', `${version} is no version: it has to be a whole number from 0.`);
  if (value === undefined) return { kind: 'absent', text: '', value: undefined, version };
  const text = encode(value);
  return { kind: 'value', text, value: decode(schema, text), version };
}

/**
 * Asks the source once. @throws CacheError `overloaded`, `load-timeout`, `bad-value`, `misused`; and whatever the loader
 * throws
 */
export function createLoader<Scope extends string, Key extends KeyParts, Value>({
  name,
  load,
  schema,
  loadMilliseconds,
  count,
  clock,
  observe,
}: LoaderParts<Scope, Key, Value>): (scope: Scope, key: Key) => Promise<Loaded<Value>> {
  const inTime = (scope: Scope, key: Key): Promise<Sourced<Value> | undefined> =>
    new Promise((resolve, reject) => {
      const stop = new AbortController();
      const late = clock.after(loadMilliseconds, () => {
        const error = new CacheError(
          'load-timeout',
          `Loading ${name} took longer than ${loadMilliseconds} ms.`,
        );
        reject(error);
        stop.abort(error);
      });
      // The place is kept until the source has really answered, so that a source that hangs is not asked without end.
      const done = () => {
        count.underWay--;
        late();
      };
      count.underWay++;
      const ask = async () => load({ scope, key, signal: stop.signal });
      ask().finally(done).then(resolve, reject);
    });

  return async (scope, key) => {
    const startedAt = clock.elapsed();
    const told = (outcome: 'loaded' | 'failed' | 'late' | 'refused') =>
      observe({ type: 'load', entry: name, outcome, startedAt, milliseconds: clock.elapsed() - startedAt });
    if (count.underWay >= count.max) {
      told('refused');
      return refuse('overloaded', `${count.max} loads are under way; ${name} was not asked for.`);
    }
    try {
      const loaded = loadedOf(schema, (await inTime(scope, key)) ?? {});
      told('loaded');
      return loaded;
    } catch (error) {
      told(error instanceof CacheError && error.kind === 'load-timeout' ? 'late' : 'failed');
      throw error;
    }
  };
}
